"""The difference of two texts, line by line, with the numbers of the lines and with what is equal folded away."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_LINES = 20_000  # of a text; what follows is left out and said
_EXACT = 2_000  # lines; in longer texts lines that occur again and again do not anchor a match, which keeps it quick
CONTEXT = 3


class Mark(StrEnum):
    """What a row of a difference is."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of two texts side by side.

    Attributes:
        mark: what it is.
        left, right: the line of each; None where it has none.
        left_at, right_at: its number, counted from 1.
        folded: how many equal lines stand here.
    """

    mark: Mark
    left: str | None = None
    right: str | None = None
    left_at: int | None = None
    right_at: int | None = None
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts side by side.

    Attributes:
        rows: in order.
        added, removed: lines that only the right or the left text has; a changed line counts in both.
        cut: lines of the longer text that were not looked at.
    """

    rows: tuple[Row, ...]
    added: int
    removed: int
    cut: int = 0

    @property
    def is_same(self) -> bool:
        """Whether what was looked at is equal."""
        return not (self.added or self.removed)


def difference(
    left: Sequence[str],
    right: Sequence[str],
    *,
    alike: Callable[[str], str] | None = None,
    numbered: tuple[int, int] = (1, 1),
    context: int | None = CONTEXT,
) -> Difference:
    """Compare two texts.

    Args:
        left, right: their lines.
        alike: lines count as equal where this makes them equal; None takes them as they are.
        numbered: the numbers of the first lines.
        context: equal lines that are shown around what differs; None folds nothing.
    """
    cut = max(len(left), len(right)) - MOST_LINES
    left, right = left[:MOST_LINES], right[:MOST_LINES]
    one, other = ([alike(line) for line in text] if alike else list(text) for text in (left, right))
    rows: list[Row] = []
    added = removed = 0
    for same, a, b in _blocks(one, other):
        if not same:
            added, removed = added + len(b), removed + len(a)
        rows += _rows(same, [(n + numbered[0], left[n]) for n in a], [(n + numbered[1], right[n]) for n in b])
    return Difference(tuple(rows if context is None else fold(rows, context)), added, removed, max(0, cut))


def _blocks(left: Sequence[str], right: Sequence[str]) -> Iterable[tuple[bool, range, range]]:
    """Give stretches of both texts, equal or not. Equal ends are taken off first: most texts differ in few places."""
    short = min(len(left), len(right))
    head = next((n for n in range(short) if left[n] != right[n]), short)
    tail = next((n for n in range(short - head) if left[-1 - n] != right[-1 - n]), short - head)
    if head:
        yield True, range(head), range(head)
    middle = left[head : len(left) - tail], right[head : len(right) - tail]
    matcher = difflib.SequenceMatcher(None, *middle, autojunk=max(map(len, middle)) > _EXACT)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        yield kind == "equal", range(head + a0, head + a1), range(head + b0, head + b1)
    if tail:
        yield True, range(len(left) - tail, len(left)), range(len(right) - tail, len(right))


def _rows(same: bool, left: Sequence[tuple[int, str]], right: Sequence[tuple[int, str]]) -> Iterable[Row]:
    for a, b in zip_longest(left, right):
        if a is None:
            yield Row(Mark.ADDED, right=b[1], right_at=b[0])
        elif b is None:
            yield Row(Mark.REMOVED, left=a[1], left_at=a[0])
        else:
            yield Row(Mark.SAME if same else Mark.CHANGED, a[1], b[1], a[0], b[0])


def fold(rows: Sequence[Row], context: int = CONTEXT) -> list[Row]:
    """Put one row in the place of each long stretch of equal ones, but for some around what differs."""
    found: list[Row] = []
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].mark is Mark.SAME:
            end += 1
        first = context if at else 0
        last = context if end < len(rows) else 0
        if end - at > first + last + 1:
            found += [*rows[at : at + first], Row(Mark.FOLDED, folded=end - at - first - last), *rows[end - last : end]]
        else:
            found += rows[at:end]
        found += rows[end : end + 1]
        at = end + 1
    return found
