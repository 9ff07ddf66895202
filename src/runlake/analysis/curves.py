"""What to draw of a series: every spike kept, gaps where there is no number, smoothing by a stated rule.

Owns the reduction of logged points to what a picture can show. It reads nothing and draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_POINTS = 1000
MAX_MARKS = 200
# 2**60 times a value scaled to 1 is far from overflow, and one block covers 60 half-lives.
_BLOCK_HALF_LIVES = 60.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One series as it is drawn.

    Attributes:
        x, y: (m,) sorted by x; y is NaN where the line breaks.
        trend_x, trend_y: (k,) the smoothed line; empty where none was asked for.
        nan_x, above_x, below_x: where NaN, infinity and minus infinity were logged; at most `MAX_MARKS` each.
        points: how many points were logged.
        nan_count, inf_count: how many of them were NaN or infinite.
        not_positive: how many finite points a logarithmic axis cannot show.
        low, high: smallest and largest finite value; NaN where there is none.
        exact: True where every finite point is drawn.
        scattered: the points are drawn without a line, since x goes back in the order in which they were logged.
    """

    x: Floats
    y: Floats
    trend_x: Floats
    trend_y: Floats
    nan_x: Floats
    above_x: Floats
    below_x: Floats
    points: int
    nan_count: int
    inf_count: int
    not_positive: int
    low: float
    high: float
    exact: bool
    scattered: bool = False

    @property
    def has_lone_points(self) -> bool:
        """True where a number stands between two gaps, so that a line alone would not show it."""
        gap = np.concatenate(([True], np.isnan(self.y), [True]))
        return bool(np.any(~gap[1:-1] & gap[:-2] & gap[2:]))


def draw(
    x: Floats,
    y: Floats,
    *,
    step: Floats | None = None,
    half_life: float = 0.0,
    within: tuple[float, float] | None = None,
    max_points: int = MAX_POINTS,
    scattered: bool = False,
) -> Curve:
    """Reduce a series to what is drawn.

    Up to `max_points` points are drawn as they are. Of more, the lowest and the highest of each stretch of
    the x axis are drawn, so that no spike is hidden; the smoothed line is computed from all points first.

    Args:
        x: (n,) any order; repeats kept in the order given.
        y: (n,) same order; NaN and infinities become gaps and marks.
        step: (n,) what smoothing measures distance in; None means x.
        half_life: distance at which a point weighs half in the smoothed line; 0 draws no smoothed line.
        within: draw only the points from one x to another, and a neighbour on each side to which the line runs;
            smoothing still sees all points.
        max_points: at least 4.
        scattered: draw points without a line, and no smoothed one.

    Raises:
        ValueError: the lengths differ or max_points is below 4.
    """
    if x.shape != y.shape or (step is not None and step.shape != x.shape):
        raise ValueError(f"x, y and step must have one length, but got {x.shape}, {y.shape}")
    if max_points < 4:
        raise ValueError(f"max_points must be at least 4, but got {max_points}")
    trend = smooth(x if step is None else step, y, half_life=half_life) if half_life > 0 and not scattered else None
    order = _sorted_within(x, within)
    x, y = x[order], y[order]
    finite = np.isfinite(y)
    numbers = y[finite]
    drawn_x, drawn_y = _outline(x, y, finite, max_points)
    trend_x, trend_y = (x[:0], y[:0]) if trend is None else _outline(x, trend[order], finite, max_points)
    return Curve(
        x=drawn_x,
        y=drawn_y,
        trend_x=trend_x,
        trend_y=trend_y,
        nan_x=_marks(x[np.isnan(y)]),
        above_x=_marks(x[y == np.inf]),
        below_x=_marks(x[y == -np.inf]),
        points=len(y),
        nan_count=int(np.isnan(y).sum()),
        inf_count=int(np.isinf(y).sum()),
        not_positive=int((numbers <= 0).sum()),
        low=float(numbers.min()) if len(numbers) else float("nan"),
        high=float(numbers.max()) if len(numbers) else float("nan"),
        exact=len(y) <= max_points,
        scattered=scattered,
    )


def smooth(step: Floats, value: Floats, *, half_life: float) -> Floats:
    """Average the points so far; the weight of a point halves with every `half_life` of steps behind it.

    Weights follow the distance in steps, not the count of points, so that a resumed or thinned series smooths
    as a whole one does. The first value is unchanged; nothing looks ahead.

    Args:
        step: (n,) any order; averaged in the order of steps, repeats count alike.
        value: (n,) NaN and infinities have no weight and stay NaN.
        half_life: > 0.

    Returns:
        (n,) in the order given.

    Raises:
        ValueError: half_life is not above 0.
    """
    if not half_life > 0:
        raise ValueError(f"half_life must be above 0, but got {half_life}")
    order = np.argsort(step, kind="stable")
    order = order[np.isfinite(value[order])]
    result = np.full(len(value), np.nan)
    if len(order):
        age = (step[order] - step[order[0]]) / half_life
        result[order] = _decayed_mean(age, value[order])
    return result


def half_life_of(spans: list[float], *, share: float) -> float:
    """Turn a share of the widest span into a half-life, so that all curves of a picture share one.

    Args:
        spans: last step minus first step of each curve; zeros and NaN are passed over.
        share: 0 to 1.
    """
    wide = [span for span in spans if np.isfinite(span) and span > 0]
    return share * max(wide, default=0.0)


def compact(values: Floats) -> NDArray[np.float32] | Floats:
    """Halve the bytes where nobody can see it: float32 if its error is below a millionth of the range."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return values.astype(np.float32)
    with np.errstate(over="ignore"):
        small = values.astype(np.float32)
    error = np.abs(small[np.isfinite(values)].astype(np.float64) - finite).max()
    spread = float(np.ptp(finite)) or abs(float(finite[0])) or 1.0
    return small if error <= 1e-6 * spread else values


def _sorted_within(x: Floats, within: tuple[float, float] | None) -> NDArray[np.intp]:
    # Steps and times mostly arrive in order; to see that is much cheaper than to sort a million points.
    is_sorted = bool(np.all(x[1:] >= x[:-1]))
    order = np.arange(len(x)) if is_sorted else np.argsort(x, kind="stable")
    if within is None:
        return order
    first = int(np.searchsorted(x[order], within[0], side="left"))
    last = int(np.searchsorted(x[order], within[1], side="right"))
    return order[max(first - 1, 0) : last + 1]


def _outline(x: Floats, y: Floats, finite: NDArray[np.bool_], max_points: int) -> tuple[Floats, Floats]:
    if len(y) <= max_points:
        return x, np.where(finite, y, np.nan)
    where = np.flatnonzero(finite)
    if len(where) > max_points:
        where = where[_extremes(x[where], y[where], max_points)]
    at = _gap_starts(finite, at_least=-(-len(y) // (max_points // 2)))
    position = np.searchsorted(where, at)
    return np.insert(x[where], position, x[at]), np.insert(y[where], position, np.nan)


def _extremes(x: Floats, y: Floats, max_points: int) -> NDArray[np.intp]:
    """Indices of the lowest and the highest point of each stretch of x, and of both ends."""
    stretches = (max_points - 2) // 2
    # Stretches of equal width are pixels; where x does not spread, stretches of equal count are all there is.
    if x[-1] > x[0]:
        cuts = np.searchsorted(x, np.linspace(x[0], x[-1], stretches + 1)[1:-1])
    else:
        cuts = np.linspace(0, len(x), stretches + 1)[1:-1].astype(np.intp)
    kept = [0, len(y) - 1]
    for start, stop in pairwise(np.unique(np.concatenate(([0], cuts, [len(x)]))).tolist()):
        stretch = y[start:stop]
        kept += [start + int(stretch.argmin()), start + int(stretch.argmax())]
    return np.unique(kept)


def _gap_starts(finite: NDArray[np.bool_], *, at_least: int) -> NDArray[np.intp]:
    """Where at least that many points in a row are no number; shorter gaps are narrower than a pixel."""
    edges = np.diff(np.concatenate(([0], (~finite).astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return starts[(ends - starts) >= at_least]


def _marks(x: Floats) -> Floats:
    if len(x) <= MAX_MARKS:
        return x
    return x[np.linspace(0, len(x) - 1, MAX_MARKS).astype(np.intp)]


def _decayed_mean(age: Floats, value: Floats) -> Floats:
    """Mean of value[:i + 1] with weights 2 ** (age - age[i]); both (n,), age ascending from 0."""
    scale = float(np.abs(value).max()) or 1.0
    value = value / scale
    block = np.floor(age / _BLOCK_HALF_LIVES)
    cuts = np.concatenate(([0], np.flatnonzero(np.diff(block)) + 1, [len(age)]))
    result = np.empty(len(age))
    total = weight = 0.0
    origin = 0.0
    for start, stop in pairwise(cuts.tolist()):
        fade = 2.0 ** -(min(age[start] - origin, 1000.0))
        total, weight, origin = total * fade, weight * fade, float(age[start])
        growth = 2.0 ** (age[start:stop] - origin)
        totals = total + np.cumsum(growth * value[start:stop])
        weights = weight + np.cumsum(growth)
        result[start:stop] = totals / weights
        last = float(growth[-1])
        total, weight, origin = float(totals[-1]) / last, float(weights[-1]) / last, float(age[stop - 1])
    return result * scale
