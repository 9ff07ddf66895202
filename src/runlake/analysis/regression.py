"""How far predicted numbers are from true ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Fit:
    """Measures of predicted numbers.

    Attributes:
        n: examples with two finite numbers, which the measures are of.
        left_out: examples where one of the two is NaN or infinite.
        rmse: root of the mean squared error.
        mae: mean absolute error.
        median: median absolute error.
        bias: mean of predicted minus true.
        r2: coefficient of determination; NaN for fewer than two examples or where all true numbers are equal.
        largest: greatest absolute error.
        mape: mean absolute error as a share of the true number; NaN where a true number is 0, for which there is none.
    """

    n: int
    left_out: int
    rmse: float
    mae: float
    median: float
    bias: float
    r2: float
    largest: float
    mape: float


def fit(labels: ArrayLike, predicted: ArrayLike) -> Fit:
    """Measure predicted numbers (n,) against true ones (n,).

    Raises:
        InvalidValue: the shapes differ or are not (n,).
    """
    from sklearn import metrics  # a second to load, which no page needs that shows no such numbers

    true, guess = np.asarray(labels, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if true.ndim != 1 or true.shape != guess.shape:
        raise InvalidValue("fit", f"shapes {true.shape} and {guess.shape}", "two of shape (n,)")
    kept = np.isfinite(true) & np.isfinite(guess)
    true, guess = true[kept], guess[kept]
    left_out = int((~kept).sum())
    if not len(true):
        return Fit(0, left_out, *[float("nan")] * 7)
    error: NDArray[np.float64] = guess - true
    varies = len(true) > 1 and bool(np.ptp(true) > 0)
    with np.errstate(over="ignore"):  # true numbers that hardly vary have an r2 of minus infinity
        r2 = float(metrics.r2_score(true, guess)) if varies else float("nan")
    return Fit(
        len(true),
        left_out,
        rmse=float(metrics.root_mean_squared_error(true, guess)),
        mae=float(metrics.mean_absolute_error(true, guess)),
        median=float(metrics.median_absolute_error(true, guess)),
        bias=float(error.mean()),
        r2=r2,
        largest=float(np.abs(error).max()),
        mape=_relative(error, true),
    )


def _relative(error: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    if not true.all():
        return float("nan")
    with np.errstate(over="ignore"):  # next to nothing, any error is endlessly large
        return float((np.abs(error) / np.abs(true)).mean())
