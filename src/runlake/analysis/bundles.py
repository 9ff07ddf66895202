"""Thousands of lines across parallel axes, reduced to the strokes that a picture can show.

Between each two neighbouring axes, lines that begin and end in the same few pixels become one stroke, which
knows how many there were and how well they did on average. No line is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.axes import Axis

Floats = NDArray[np.float64]

LANE = -0.14
MOST_SINGLE = 12
MOST_STROKES, MOST_FADED = 6_000, 2_000
# Cells that an axis is cut into: the finest whose strokes are not too many to draw.
_CELLS = (200, 120, 80, 54, 36, 28, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Bundles:
    """Strokes between neighbouring axes.

    Attributes:
        gap: (m,) which pair of axes, from 0.
        start, end: (m,) places on the left and the right axis.
        count: (m,) lines in it.
        rank: (m,) mean rank of its lines; NaN where none has one.
        cells: how many cells each axis was cut into.
        lines: how many lines there were.
    """

    gap: NDArray[np.intp]
    start: Floats
    end: Floats
    count: NDArray[np.intp]
    rank: Floats
    cells: int
    lines: int

    @property
    def is_merged(self) -> bool:
        """Whether some stroke stands for several lines."""
        return bool((self.count > 1).any())


def bundle(places: Floats, rank: Floats, *, lane: float, most: int = MOST_STROKES) -> Bundles:
    """Merge lines.

    Args:
        places: (n, k) between 0 and 1; NaN where a line has no value on an axis, which puts it in the lane below.
        rank: (n,) between 0 and 1, the best last; NaN where a line has none.
        lane: where the lane is; below 0.
        most: strokes; the coarsest cells may need more.
    """
    found = _merged(places, rank, lane, _CELLS[0])
    for cells in _CELLS[1:]:
        if len(found.gap) <= most:
            break
        found = _merged(places, rank, lane, cells)
    return found


def _merged(places: Floats, rank: Floats, lane: float, cells: int) -> Bundles:
    size = cells + 1
    # The cell after the last is the lane.
    cell = np.where(np.isnan(places), cells, np.minimum(np.nan_to_num(places) * cells, cells - 1).astype(np.intp))
    gaps = max(0, places.shape[1] - 1)
    pair = np.arange(gaps)[None, :]
    code = ((pair * size + cell[:, :-1]) * size + cell[:, 1:]).ravel() if gaps else np.empty(0, dtype=np.intp)
    every = np.bincount(code)
    unique = np.flatnonzero(every)
    count = every[unique]
    each = np.repeat(rank, gaps)
    has = ~np.isnan(each)
    ranked = np.bincount(code[has], minlength=len(every))[unique]
    sums = np.bincount(code[has], weights=each[has], minlength=len(every))[unique]
    mean = np.divide(sums, ranked, out=np.full(len(unique), np.nan), where=ranked > 0)
    rest, right = np.divmod(unique, size)
    gap, left = np.divmod(rest, size)
    # The ends of an axis are values that were logged, so the outer cells are drawn there and not half a cell inside.
    centre = np.append(np.linspace(0, 1, cells), lane)
    return Bundles(gap, centre[left], centre[right], count.astype(np.intp), mean, cells, len(places))


def rank_share(values: Floats, *, maximize: bool) -> Floats:
    """Return where each value stands among all, from 0 for the worst to 1 for the best; NaN stays NaN.

    Args:
        values: (n,) infinities count as NaN.
        maximize: the greatest is the best.
    """
    has = np.isfinite(values)
    result = np.full(len(values), np.nan)
    finite = values[has] if maximize else -values[has]
    if len(finite):
        ordered = np.sort(finite)
        middle = (np.searchsorted(ordered, finite, "left") + np.searchsorted(ordered, finite, "right") - 1) / 2
        result[has] = middle / max(1, len(finite) - 1) if len(finite) > 1 else 0.5
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Parallel:
    """Runs as lines across parallel axes.

    Attributes:
        axes: from left to right.
        lane: where runs without a value are, below 0; NaN where none lacks one.
        kept: rows that fit all brushes.
        few: the rows of the kept ones, while they are few enough to be told apart.
        strokes: of the kept ones, where they are many.
        faded: of all others.
        rank: (n,) between 0 and 1, the best last; NaN where a run has no objective.
    """

    axes: tuple[Axis, ...]
    lane: float
    kept: NDArray[np.bool_]
    few: tuple[int, ...]
    strokes: Bundles
    faded: Bundles
    rank: Floats

    @property
    def places(self) -> Floats:
        """(n, k) where each run crosses each axis, the lane included."""
        return np.nan_to_num(_places(self.axes, len(self.rank)), nan=self.lane)


def parallel(axes: Sequence[Axis], rank: Floats, kept: NDArray[np.bool_]) -> Parallel:
    """Make lines of runs.

    Args:
        axes: of (n,) runs each.
        rank: (n,) between 0 and 1, the best last; NaN where a run has none.
        kept: (n,) which of them fit all brushes.
    """
    places = _places(axes, len(rank))
    lane = LANE if np.isnan(places).any() else float("nan")
    is_few = int(kept.sum()) <= MOST_SINGLE
    return Parallel(
        axes=tuple(axes),
        lane=lane,
        kept=kept,
        few=tuple(np.flatnonzero(kept).tolist()) if is_few else (),
        strokes=bundle(places[kept & (not is_few)], rank[kept & (not is_few)], lane=LANE),
        faded=bundle(places[~kept], rank[~kept], lane=LANE, most=MOST_FADED),
        rank=rank,
    )


def _places(axes: Sequence[Axis], n: int) -> Floats:
    return np.column_stack([axis.place for axis in axes]) if axes else np.empty((n, 0))
