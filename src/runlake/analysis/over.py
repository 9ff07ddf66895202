"""A series drawn over another metric of its run: which value of the other each point stands at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlake.analysis.curves import Floats
    from runlake.analysis.series import Series


@dataclass(frozen=True, slots=True)
class Placed:
    """The points of a series that have a place on the axis of the other metric, in the order logged.

    Attributes:
        x, step, value: (m,) m <= n.
        left_out: how many points have none.
        goes_back: x falls somewhere, so that a line in the order of x would join what did not follow each other.
    """

    x: Floats
    step: Floats
    value: Floats
    left_out: int
    goes_back: bool


def over(series: Series, other: Series | None) -> Placed:
    """Place each point at what the other metric was.

    That is its value of the same call (same step and time), else its last value at or before the step; where that is
    NaN or infinite, or nothing was logged by then, the point has no place.

    Args:
        series: in the order of steps.
        other: of the same run; None where it has not logged it.
    """
    x = np.full(len(series.step), np.nan) if other is None else aligned(series, other)
    placed = np.isfinite(x)
    x = x[placed]
    goes_back = bool(np.any(x[1:] < x[:-1]))
    return Placed(x, series.step[placed], series.value[placed], int((~placed).sum()), goes_back)


def aligned(series: Series, other: Series) -> Floats:
    """Return the other metric's value for each point of a series, NaN before its first; the rule is that of `over`."""
    at = np.searchsorted(other.step, series.step, side="right") - 1
    if np.any(other.step[1:] == other.step[:-1]):
        same_call = _same_call(series, other)
        at = np.where(same_call >= 0, same_call, at)
    if not len(other.value):
        return np.full(len(series.step), np.nan)
    return np.where(at >= 0, other.value[at], np.nan)


def _same_call(series: Series, other: Series) -> NDArray[np.int64]:
    """Return where in the other series the point of the same step and time is, -1 where there is none."""
    place = ["step", "seconds"]
    theirs = pl.DataFrame({"step": other.step, "seconds": other.seconds}).with_row_index("at")
    last = theirs.unique(place, keep="last")
    ours = pl.DataFrame({"step": series.step, "seconds": series.seconds})
    found = ours.join(last, on=place, how="left", maintain_order="left")["at"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy()
