"""The order of columns and which are pinned, as values: what a click on up, down, pin or hide makes of them.

The grid lets a reader drag columns, hide them and pin them, but keeps that to itself: nothing of it reaches Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Order:
    """Columns of a table; the name of the run stands before all of them.

    Attributes:
        columns: all of them, each once; those that are pinned in any place.
        pins: those that stay at the left, in their order.
    """

    columns: tuple[str, ...]
    pins: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns as they stand: the pinned ones first.

        >>> Order(("a", "b", "c"), ("c", "not there")).shown
        ('c', 'a', 'b')
        """
        return (*self._pinned, *(c for c in self.columns if c not in self.pins))

    @property
    def _pinned(self) -> tuple[str, ...]:
        return tuple(c for c in dict.fromkeys(self.pins) if c in self.columns)

    def moved(self, column: str, by: int) -> Order:
        """Move a column by so many places, within the pinned ones or within the others.

        >>> Order(("a", "b", "c")).moved("c", -1).shown, Order(("a", "b"), ("b",)).moved("b", 1).shown
        (('a', 'c', 'b'), ('b', 'a'))
        """
        shown, pinned = list(self.shown), len(self._pinned)
        low, high = (0, pinned) if column in self._pinned else (pinned, len(shown))
        at = shown.index(column)
        to = min(max(at + by, low), high - 1)
        shown.insert(to, shown.pop(at))
        return Order(tuple(shown), tuple(shown[:pinned]))

    def turned(self, column: str) -> Order:
        """Pin a column, after those that are pinned already, or let it go to the first place after them.

        >>> Order(("a", "b")).turned("b").pins, Order(("a", "b"), ("b",)).turned("b").shown
        (('b',), ('b', 'a'))
        """
        if column in self.pins:
            shown = [c for c in self.shown if c != column]
            pins = tuple(c for c in self.pins if c != column)
            first = sum(c in pins for c in shown)
            return Order((*shown[:first], column, *shown[first:]), pins)
        return replace(self, pins=(*self.pins, column))

    def without(self, column: str) -> Order:
        """Hide a column."""
        return Order(tuple(c for c in self.shown if c != column), tuple(c for c in self.pins if c != column))

    def having(self, column: str) -> Order:
        """Add a column as the last one; nothing changes where it is there already."""
        return self if column in self.columns else Order((*self.shown, column), self.pins)
