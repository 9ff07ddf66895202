"""How far measures of predicted numbers might be off by the luck of the examples: bootstrap intervals.

Percentiles of resamples of the examples, label and prediction together (Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, chapter 13). The interval is about other examples of the same kind, not about another training.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 1000
_BATCH_CELLS = 2_000_000


class Error(StrEnum):
    """A measure of predicted numbers."""

    RMSE = "RMSE"
    MAE = "MAE"
    MEDIAN = "Median error"
    BIAS = "Bias"
    R2 = "R²"
    MAPE = "MAPE"


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of an interval; NaN where the measure is undefined."""

    low: float
    high: float


def error_intervals(
    labels: ArrayLike,
    predicted: ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    told: Callable[[float], object] | None = None,
) -> dict[Error, Ends]:
    """Give each measure an interval; ten thousand examples take about a second.

    A resample is how often each example is drawn. All measures but the median follow from sums, so that one product
    of matrices answers for all resamples.

    Args:
        labels, predicted: (n,) each; examples where one is not finite are left out.
        level: share of such intervals that hold the true value.
        resamples: at least 100.
        seed: of the random numbers; equal seeds give equal intervals.
        told: called with the share that is done; what it raises ends the work.

    Raises:
        InvalidValue: the shapes differ, level is no share, or there are too few resamples.
    """
    true, guess = np.asarray(labels, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if true.ndim != 1 or true.shape != guess.shape:
        raise InvalidValue("error_intervals", f"shapes {true.shape} and {guess.shape}", "two of shape (n,)")
    if not 0 < level < 1 or resamples < 100:
        raise InvalidValue("error_intervals", f"level {level}, {resamples} resamples", "a share, and at least 100")
    kept = np.isfinite(true) & np.isfinite(guess)
    true, guess = true[kept], guess[kept]
    if len(true) < 2:
        return {one: Ends(float("nan"), float("nan")) for one in Error}
    random = np.random.default_rng(seed)
    size = max(1, min(resamples, _BATCH_CELLS // len(true)))
    parts: list[dict[Error, Floats]] = []
    for start in range(0, resamples, size):
        parts.append(_measured(true, guess, _drawn(random, min(size, resamples - start), len(true))))
        if told is not None:
            told(min(start + size, resamples) / resamples)
    return {one: _ends(np.concatenate([part[one] for part in parts]), level) for one in Error}


def _drawn(random: np.random.Generator, size: int, n: int) -> Floats:
    """(size, n) how often each example is drawn."""
    flat = random.integers(0, n, size=(size, n)) + n * np.arange(size)[:, None]
    return np.bincount(flat.ravel(), minlength=n * size).reshape(size, n).astype(np.float64)


def _measured(true: Floats, guess: Floats, drawn: Floats) -> dict[Error, Floats]:
    n = len(true)
    # Around its middle, so that the spread of large labels is not lost in rounding.
    error, centred = guess - true, true - true.mean()
    sizes = np.abs(error)
    with np.errstate(over="ignore", invalid="ignore"):  # next to a true number of nothing, any error is endless
        relative = sizes / np.where(true != 0, np.abs(true), np.nan)
        columns = np.column_stack((error, error**2, sizes, centred, centred**2, relative))
        mean_error, squared, absolute, mean, square, percent = (drawn @ columns / n).T
    spread = square - mean**2
    varies = spread > 1e-12 * max(float(square.max()), 1e-300)
    return {
        Error.RMSE: np.sqrt(squared),
        Error.MAE: absolute,
        Error.MEDIAN: _medians(sizes, drawn),
        Error.BIAS: mean_error,
        Error.R2: 1 - np.divide(squared, spread, out=np.full(len(spread), np.nan), where=varies),
        Error.MAPE: percent,
    }


def _medians(values: Floats, drawn: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    so_far, n = np.cumsum(drawn[:, order], axis=1), len(values)
    middle = [values[order][(so_far > place).argmax(axis=1)] for place in ((n - 1) // 2, n // 2)]
    return np.asarray((middle[0] + middle[1]) / 2)


def _ends(drawn: Floats, level: float) -> Ends:
    defined = drawn[np.isfinite(drawn)]
    # A measure that is undefined for most resamples has no interval worth its name.
    if len(defined) < len(drawn) / 2:
        return Ends(float("nan"), float("nan"))
    low, high = np.quantile(defined, ((1 - level) / 2, (1 + level) / 2))
    return Ends(float(low), float(high))
