"""Runs as points of two axes, merged where they share their pixels, and the front of those that none beats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from runlake.analysis.pareto import front

if TYPE_CHECKING:
    from runlake.analysis.axes import Axis

Floats = NDArray[np.float64]

MOST_SINGLE = 1_500
_CELLS = (220, 140, 90, 60, 40, 28, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of a plane.

    Attributes:
        x, y: (m,) places between 0 and 1: of a run, or the mean of those that were merged.
        first: (m,) a row of each.
        count: (m,) runs in it.
        shade: (m,) between 0 and 1, the mean of its runs; NaN where none has one.
        left_out: runs that have no value on one of the axes.
        front: rows that no other beats, in the order of x; empty where nobody has said which way is better.
    """

    x: Floats
    y: Floats
    first: NDArray[np.intp]
    count: NDArray[np.intp]
    shade: Floats
    left_out: int
    front: NDArray[np.intp]

    @property
    def is_merged(self) -> bool:
        """Whether some point stands for several runs."""
        return bool((self.count > 1).any())


def points(
    x: Axis,
    y: Axis,
    shade: Floats,
    *,
    better: tuple[bool | None, bool | None] = (None, None),
    most: int = MOST_SINGLE,
) -> Points:
    """Make points of runs; more than `most` are merged in the finest cells that leave no more than that.

    Args:
        x, y: axes of (n,) runs.
        shade: (n,) between 0 and 1, what gives the colour; NaN where a run has none.
        better: for x and for y whether the greatest is the best; None where nobody has said so.
        most: points; the coarsest cells may need more.
    """
    rows = np.flatnonzero(~np.isnan(x.place) & ~np.isnan(y.place))
    left_out = len(x.place) - len(rows)
    found = _front(x, y, better, rows)
    px, py, shaded = x.place[rows], y.place[rows], shade[rows]
    if len(rows) <= most:
        return Points(px, py, rows, np.ones(len(rows), dtype=np.intp), shaded, left_out, found)
    for cells in _CELLS:
        code = np.minimum(px * cells, cells - 1).astype(np.intp) * cells + np.minimum(py * cells, cells - 1).astype(
            np.intp
        )
        unique, first, inverse, count = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
        if len(unique) <= most:
            break
    has = ~np.isnan(shaded)
    shades = np.bincount(inverse[has], minlength=len(unique))
    sums = np.bincount(inverse[has], weights=shaded[has], minlength=len(unique))
    return Points(
        x=np.bincount(inverse, weights=px) / count,
        y=np.bincount(inverse, weights=py) / count,
        first=rows[first],
        count=count.astype(np.intp),
        shade=np.divide(sums, shades, out=np.full(len(unique), np.nan), where=shades > 0),
        left_out=left_out,
        front=found,
    )


def _front(x: Axis, y: Axis, better: tuple[bool | None, bool | None], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    first, second = better
    if first is None or second is None or not len(rows):
        return np.empty(0, dtype=np.intp)
    values = np.column_stack([x.position[rows], y.position[rows]])
    best = rows[front(values, maximize=(first, second))]
    return best[np.argsort(x.position[best], kind="stable")]
