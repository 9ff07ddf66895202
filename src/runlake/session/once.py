"""What a writer says once: its later runs need not repeat it."""

from __future__ import annotations

_said: set[tuple[str, ...]] = set()


def first_time(*what: str) -> bool:
    """Whether these words have not been asked about before in this process."""
    if what in _said:
        return False
    _said.add(what)
    return True
