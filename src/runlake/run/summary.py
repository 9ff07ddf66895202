"""Explicit results of a run, which no later point of a series overwrites."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Summary(Mapping[str, Any]):
    """Results by key, as set through this handle.

    Setting a key stores it; reading gives back what this process has set.
    """

    def __init__(self, store: Callable[[Mapping[str, Any]], None]) -> None:
        self._store = store
        self._values: dict[str, Any] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def update(self, values: Mapping[str, Any]) -> None:
        """Store several results as one call."""
        self._store(values)
        self._values.update(values)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Summary({self._values!r})"
