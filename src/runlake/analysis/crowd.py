"""Many series at once, as lines that show their shape and their spikes in few points each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.curves import MAX_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlake.analysis.curves import Floats

# Of all lines of a picture together: what a browser draws as SVG in about a second, and about half a megabyte.
ALL_POINTS = 40_000
LEAST_POINTS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Lines after each other.

    Attributes:
        x, y: (m,) NaN after each line, where it breaks.
        number: (m,) which line a point is of.
        lines: how many.
        points: how many were logged.
        most: how many the longest has.
        drawn: of how many points one line is drawn at most.
        excluded: points that are NaN or infinite.
        low: the least value; NaN where there is none.
    """

    x: Floats
    y: Floats
    number: NDArray[np.int16]
    lines: int
    points: int
    most: int
    drawn: int
    excluded: int
    low: float


def points_each(lines: int) -> int:
    """Return how many points each of so many lines may have, so that all together stay within `ALL_POINTS`."""
    return min(MAX_POINTS, max(LEAST_POINTS, ALL_POINTS // max(1, lines)))


def crowd(
    series: Sequence[tuple[Floats, Floats]],
    numbers: Sequence[int],
    *,
    within: tuple[float, float] | None = None,
    max_points: int,
) -> Crowd:
    """Reduce series to lines of `max_points` each, all in one pass.

    As of single curves, the lowest and the highest of each stretch of a line's own x axis are kept, and its ends; up to
    `max_points` points are kept as they are. A stretch without a finite number breaks the line.

    Args:
        series: (x, y) of each run, in any order.
        numbers: what each is known by, below 32,768.
        within: only from one x to another, and a neighbour on each side.
        max_points: of each; at least 4.

    Raises:
        ValueError: max_points is below 4.
    """
    if max_points < 4:
        raise ValueError(f"max_points must be at least 4, but got {max_points}")
    parts = [_sorted(x, y, within) for x, y in series]
    lengths = np.array([len(x) for x, _ in parts], dtype=np.intp)
    x = np.concatenate([x for x, _ in parts]) if parts else np.empty(0)
    logged = np.concatenate([y for _, y in parts]) if parts else np.empty(0)
    finite = np.isfinite(logged)
    y = np.where(finite, logged, np.nan)
    kept = _kept(x, y, lengths, max_points)
    line = np.repeat(np.arange(len(parts)), lengths)[kept]
    ends = np.searchsorted(line, np.arange(len(parts)), side="right")
    return Crowd(
        x=np.insert(x[kept], ends, np.nan),
        y=np.insert(y[kept], ends, np.nan),
        number=np.insert(np.asarray(numbers, dtype=np.int16)[line], ends, np.asarray(numbers, dtype=np.int16)),
        lines=len(parts),
        points=len(x),
        most=int(lengths.max(initial=0)),
        drawn=max_points,
        excluded=int(np.count_nonzero(~finite)),
        low=float(y[finite].min()) if finite.any() else float("nan"),
    )


def _sorted(x: Floats, y: Floats, within: tuple[float, float] | None) -> tuple[Floats, Floats]:
    if not np.all(x[1:] >= x[:-1]):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    if within is None:
        return x, y
    first, last = np.searchsorted(x, within[0], side="left"), np.searchsorted(x, within[1], side="right")
    return x[max(first - 1, 0) : last + 1], y[max(first - 1, 0) : last + 1]


def _kept(x: Floats, y: Floats, lengths: NDArray[np.intp], max_points: int) -> NDArray[np.intp]:
    """Return which points are drawn, in order."""
    ends = np.cumsum(lengths)
    starts = ends - lengths
    line = np.repeat(np.arange(len(lengths)), lengths)
    is_long = lengths > max_points
    whole = np.flatnonzero(~is_long[line])
    at = np.flatnonzero(is_long[line])
    if not len(at):
        return whole
    # Stretches that begin elsewhere in each line: at common places their zigzag would look like a comb.
    stretches = max(1, (max_points - 2) // 2 - 1)
    phase = (np.arange(len(lengths)) * 0.618034) % 1
    first, last = x[starts[is_long]], x[ends[is_long] - 1]
    width = np.zeros(len(lengths))
    left = np.zeros(len(lengths))
    width[is_long], left[is_long] = last - first, first
    of = line[at]
    # Stretches of equal width are pixels; where x does not spread, stretches of equal count are all there is.
    rank = (at - starts[of]) / lengths[of]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(width[of] > 0, (x[at] - left[of]) / width[of], rank)
    code = of * (stretches + 1) + np.clip((share * stretches + phase[of]).astype(np.intp), 0, stretches)
    begins = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
    stretch = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(at))))
    value = y[at]
    lowest = np.minimum.reduceat(np.where(np.isnan(value), np.inf, value), begins)
    highest = np.maximum.reduceat(np.where(np.isnan(value), -np.inf, value), begins)
    extremes = [_first(np.flatnonzero(value == edge[stretch]), stretch) for edge in (lowest, highest)]
    breaks = begins[np.isinf(lowest)]  # nothing finite there
    return np.unique(
        np.concatenate([whole, *(at[found] for found in (*extremes, breaks)), starts[is_long], ends[is_long] - 1])
    )


def _first(found: NDArray[np.intp], stretch: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of places in ascending order keep the first of each stretch."""
    own = stretch[found]
    return found[np.concatenate(([True], own[1:] != own[:-1]))] if len(found) else found
