"""Series of several runs on one x axis: the same positions as they are, others by lines within each run's own range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlake.analysis.curves import Floats

# Numbers to be worked out at most, runs times positions. What was logged at the same positions has no more of them
# than points, so it is taken whole up to a size that memory bears.
MOST_BETWEEN, MOST_LOGGED = 4_000_000, 40_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Positions that series of several runs are looked at.

    Attributes:
        x: (m,) ascending, each once.
        lines: of each run the positions that it logged, ascending, each once, and the values: NaN for what is not
            finite.
        present: (m,) how many runs have begun and not ended there.
        between: some run has no point of its own at a position within its range, where a line between its neighbours
            stands for it.
        positions: how many positions the runs have logged together; more than `len(x)` where only some are looked at.
        excluded: points that are NaN or infinite.
    """

    x: Floats
    lines: tuple[tuple[Floats, Floats], ...]
    present: NDArray[np.intp]
    between: bool
    positions: int
    excluded: int

    def values(self, start: int, stop: int) -> Floats:
        """Return the values of all runs at some positions.

        Where a run has no point of its own at a position, the line between its two neighbours gives the value, unless
        one of them is no finite number.

        Returns:
            (runs, stop - start): NaN before a run's first and after its last point, and where there is no finite number.
        """
        x = self.x[start:stop]
        found = np.full((len(self.lines), len(x)), np.nan)
        for row, (own, value) in enumerate(self.lines):
            if len(own):
                first, last = np.searchsorted(x, own[0], side="left"), np.searchsorted(x, own[-1], side="right")
                found[row, first:last] = np.interp(x[first:last], own, value)
        return found


def align(
    series: Sequence[tuple[Floats, Floats]],
    *,
    within: tuple[float, float] | None = None,
    most_between: int = MOST_BETWEEN,
    most_logged: int = MOST_LOGGED,
) -> Grid:
    """Choose the positions at which series are compared: all that any run has logged, as long as these are not too many.

    Args:
        series: (x, y) of each run, in any order; of points at the same x the last one counts.
        within: only positions from one x to another.
        most_between: values to be worked out at most where runs have logged at different positions; of more, every
            so many positions are looked at.
        most_logged: the same where they have logged at the same ones.
    """
    excluded = sum(int(np.count_nonzero(~np.isfinite(y))) for _, y in series)
    lines = tuple(_each_once(x, y) for x, y in series)
    x = np.unique(np.concatenate([own for own, _ in lines])) if lines else np.empty(0)
    ends = [(np.searchsorted(x, own[0]), np.searchsorted(x, own[-1], side="right")) for own, _ in lines if len(own)]
    between = any(last - first != len(own) for (first, last), own in zip(ends, _with_points(lines), strict=True))
    steps = np.zeros(len(x) + 1, dtype=np.intp)
    for first, last in ends:
        steps[first] += 1
        steps[last] -= 1
    kept = np.arange(len(x))
    if within is not None:
        kept = kept[(x >= within[0]) & (x <= within[1])]
    positions = len(kept)
    most = max(2, (most_between if between else most_logged) // max(1, len(lines)))
    if positions > most:
        kept = kept[np.unique(np.linspace(0, positions - 1, most).round().astype(np.intp))]
    return Grid(x[kept], lines, np.cumsum(steps)[:-1][kept], between, positions, excluded)


def _with_points(lines: Sequence[tuple[Floats, Floats]]) -> list[Floats]:
    return [own for own, _ in lines if len(own)]


def _each_once(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Sort by x and keep of equal ones the last; a position that is no number has no place."""
    y = np.where(np.isfinite(y), y, np.nan)
    if not np.all(x[1:] > x[:-1]) or (len(x) and not np.isfinite(x[[0, -1]]).all()):
        order = np.argsort(x, kind="stable")
        order = order[np.isfinite(x[order])]
        x, y = x[order], y[order]
        last = np.append(x[1:] != x[:-1], True)[: len(x)]
        x, y = x[last], y[last]
    return x, y
