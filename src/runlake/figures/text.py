"""Text that users logged, made literal: Plotly reads its labels as a small HTML."""

from __future__ import annotations

from runlake.formats import in_order

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " ", "$": "&#36;", "%": "&#37;"})


def literal(text: str, *, limit: int = 60) -> str:
    """Return `text` so that Plotly shows it as it is, cut in the middle beyond `limit` characters.

    The middle goes because the ends of a key tell it apart from its neighbours. `$` and `%` are escaped too:
    the one starts a formula, the other a placeholder.
    """
    return shorten(text, limit=limit).translate(_ENTITIES)


def shorten(text: str, *, limit: int) -> str:
    """Cut the middle out of a text longer than `limit` characters; what would reorder it is shown as an escape."""
    text = in_order(text)
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"
