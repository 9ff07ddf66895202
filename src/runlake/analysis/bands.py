"""The course of a group of runs: its middle, how far its runs spread, and how many of them there are at each position."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.aligned import align
from runlake.analysis.curves import MAX_POINTS, Floats
from runlake.analysis.student import half_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlake.analysis.aligned import Grid

LEVEL = 0.95
_CHUNK = 2_000_000  # values that are looked at together


class Center(StrEnum):
    """What the line of a group is."""

    MEAN = "mean"
    MEDIAN = "median"


class Spread(StrEnum):
    """What the band around it is."""

    INTERVAL = "interval"
    DEVIATION = "deviation"
    QUARTILES = "quartiles"
    RANGE = "range"
    NONE = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The course of one group.

    Attributes:
        x: (m,) ascending.
        center, low, high: (m,) NaN where no run has a finite number, low and high also where there are too few runs
            for them: an interval or a deviation needs two.
        count: (m,) runs that have a finite number there, which are those that count.
        present: (m,) runs that have begun and not ended there.
        runs: of the group that have the series at all.
        between: for some run the line between its neighbours stands for it at some positions.
        positions: that the runs have logged; `computed` of them were looked at, `len(x)` are drawn.
        computed: at how many of them the group was computed.
        excluded: points that are NaN or infinite, which do not count.
    """

    x: Floats
    center: Floats
    low: Floats
    high: Floats
    count: NDArray[np.intp]
    present: NDArray[np.intp]
    runs: int
    between: bool
    positions: int
    computed: int
    excluded: int

    @property
    def is_partial(self) -> NDArray[np.bool_]:
        """Where not all runs are: some have not begun, or have ended."""
        return self.present < self.runs


def band(
    series: Sequence[tuple[Floats, Floats]],
    *,
    center: Center = Center.MEAN,
    spread: Spread = Spread.INTERVAL,
    within: tuple[float, float] | None = None,
    max_points: int = MAX_POINTS,
) -> Band:
    """Compute the course of a group at every position that its runs have logged; see `aligned` for how they meet.

    At each position the runs that have a finite number there count, one time each. The interval is Student's, 95 %,
    of the mean; the deviation is that of a sample (n - 1); quartiles are linear between runs.

    Args:
        series: (x, y) of each run, in any order.
        center, spread: what the line and the band are.
        within: only positions from one x to another.
        max_points: of more positions, those are kept at which in each stretch of the x axis the line or an edge of the
            band is at its lowest or highest, and those at which runs begin or end.
    """
    grid = align([one for one in series if len(one[0])], within=within)
    columns = [_described(grid.values(start, stop), center, spread) for start, stop in _chunks(grid)]
    middle, low, high, count = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    kept = _outline(grid, (middle, low, high), max_points)
    return Band(
        x=grid.x[kept],
        center=middle[kept],
        low=low[kept],
        high=high[kept],
        count=count[kept].astype(np.intp),
        present=grid.present[kept],
        runs=len(grid.lines),
        between=grid.between,
        positions=grid.positions,
        computed=len(grid.x),
        excluded=grid.excluded,
    )


def _chunks(grid: Grid) -> list[tuple[int, int]]:
    size = max(1, _CHUNK // max(1, len(grid.lines)))
    return list(pairwise([*range(0, len(grid.x), size), len(grid.x)])) if len(grid.x) else [(0, 0)]


def _described(values: Floats, center: Center, spread: Spread) -> tuple[Floats, Floats, Floats, Floats]:
    """Return middle, low, high and count of each column of (runs, positions)."""
    count = np.isfinite(values).sum(axis=0).astype(np.float64)
    # Scaled by a power of two, which rounds nothing, so that a sum of numbers near the largest does not overflow.
    largest = np.max(np.abs(values), axis=0, initial=0.0, where=np.isfinite(values))
    power = np.frexp(largest)[1]
    scaled = np.ldexp(values, -power)
    # NaN sorts last, so that the first `count` of each column are its numbers.
    ordered = np.sort(scaled, axis=0) if center is Center.MEDIAN or spread is Spread.QUARTILES else scaled
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, np.nansum(scaled, axis=0) / count, np.nan)
        middle = mean if center is Center.MEAN else _quantile(ordered, count, 0.5)
    match spread:
        case Spread.RANGE:
            has = np.isfinite(scaled)
            low = np.where(count > 0, np.min(scaled, axis=0, initial=np.inf, where=has), np.nan)
            high = np.where(count > 0, np.max(scaled, axis=0, initial=-np.inf, where=has), np.nan)
        case Spread.QUARTILES:
            low, high = _quantile(ordered, count, 0.25), _quantile(ordered, count, 0.75)
        case Spread.NONE:
            low = high = np.full(len(count), np.nan)
        case _:
            half = _half_width(scaled, mean, count, spread)
            low, high = mean - half, mean + half
    with np.errstate(over="ignore"):  # the edge of a band around numbers near the largest may lie beyond it
        return np.ldexp(middle, power), np.ldexp(low, power), np.ldexp(high, power), count


def _half_width(values: Floats, mean: Floats, count: Floats, spread: Spread) -> Floats:
    """Return half the width of the band, NaN where there are fewer than two runs."""
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(np.nansum((values - mean) ** 2, axis=0) / (count - 1))
        deviation = np.where(count > 1, deviation, np.nan)
        if spread is Spread.DEVIATION:
            return deviation
        return half_width(deviation, count, level=LEVEL)


def _quantile(ordered: Floats, count: Floats, share: float) -> Floats:
    """Return a quantile of each column, linear between its two neighbours."""
    if not ordered.size:
        return np.full(len(count), np.nan)
    place = share * np.maximum(count - 1, 0)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(count - 1, 0).astype(np.intp))
    low, high = (np.take_along_axis(ordered, at[np.newaxis], axis=0)[0] for at in (below, above))
    return np.where(count > 0, low + (high - low) * (place - below), np.nan)


def _outline(grid: Grid, rows: Sequence[Floats], max_points: int) -> NDArray[np.intp]:
    """Choose the positions that are drawn: no peak of the line or of an edge is lost, nor where runs begin or end."""
    if len(grid.x) <= max_points:
        return np.arange(len(grid.x))
    changes = np.flatnonzero(np.diff(grid.present < len(grid.lines)))
    kept = [0, len(grid.x) - 1, *changes.tolist(), *(changes + 1).tolist()]
    stretches = max(1, (max_points - 2) // (2 * len(rows)))
    cuts = np.searchsorted(grid.x, np.linspace(grid.x[0], grid.x[-1], stretches + 1)[1:-1])
    for start, stop in pairwise(np.unique(np.concatenate(([0], cuts, [len(grid.x)]))).tolist()):
        for row in rows:
            stretch = row[start:stop]
            if np.isfinite(stretch).any():
                kept += [start + int(np.nanargmin(stretch)), start + int(np.nanargmax(stretch))]
    return np.unique(np.array(kept, dtype=np.intp))
