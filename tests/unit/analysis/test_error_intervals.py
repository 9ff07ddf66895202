"""Intervals of measures of predicted numbers, against SciPy's bootstrap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types
from sklearn import metrics

from runlake.analysis.error_intervals import Error, error_intervals
from runlake.errors import InvalidValue

RANDOM = np.random.default_rng(2)
TRUE = RANDOM.normal(50, 10, 150)
GUESS = TRUE + RANDOM.normal(1, 4, 150)
MEASURES = {
    Error.RMSE: metrics.root_mean_squared_error,
    Error.MAE: metrics.mean_absolute_error,
    Error.MEDIAN: metrics.median_absolute_error,
    Error.BIAS: lambda true, guess: float(np.mean(guess - true)),
    Error.R2: metrics.r2_score,
    Error.MAPE: metrics.mean_absolute_percentage_error,
}


class TestAnInterval:
    @pytest.mark.parametrize("error", list(Error))
    def test_is_that_of_scipy(self, error: Error) -> None:
        found = error_intervals(TRUE, GUESS, resamples=4000)[error]

        expected = stats.bootstrap(
            (TRUE, GUESS), MEASURES[error], n_resamples=1500, paired=True, vectorized=False, method="percentile", rng=0
        ).confidence_interval
        width = expected.high - expected.low
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.12 * width)

    @pytest.mark.parametrize("n", [9, 10])
    def test_has_the_measures_of_each_resample(self, n: int) -> None:
        from runlake.analysis import error_intervals as module

        rows = np.random.default_rng(5).integers(0, n, size=(4, n))
        drawn = np.stack([np.bincount(row, minlength=n) for row in rows]).astype(float)

        found = module._measured(TRUE[:n], GUESS[:n], drawn)

        for error, measure in MEASURES.items():
            each: list[Any] = [measure(TRUE[row], GUESS[row]) for row in rows]
            assert found[error] == pytest.approx(each, abs=1e-9)

    def test_is_the_same_for_the_same_seed_alone(self) -> None:
        one, again, other = (error_intervals(TRUE, GUESS, seed=seed)[Error.MAE] for seed in (1, 1, 2))

        assert one == again
        assert one != other

    def test_of_a_measure_that_is_undefined_is_nan(self) -> None:
        found = error_intervals([0.0, 0.0, 0.0], [1.0, 2.0, 3.0])

        assert math.isnan(found[Error.MAPE].low)
        assert math.isnan(found[Error.R2].high)
        assert found[Error.MAE].low >= 1

    def test_of_too_few_examples_is_nan(self) -> None:
        assert math.isnan(error_intervals([1.0, math.nan], [1.0, 2.0])[Error.RMSE].low)

    def test_can_be_stopped_on_the_way(self) -> None:
        told: list[float] = []

        error_intervals(np.arange(50_000.0), np.zeros(50_000), resamples=100, told=told.append)

        assert told == pytest.approx([0.4, 0.8, 1.0])

    @pytest.mark.parametrize(
        "given", [{"labels": [1.0], "predicted": [1.0, 2.0]}, {"labels": [1.0], "predicted": [1.0], "resamples": 3}]
    )
    def test_of_what_does_not_fit_is_refused(self, given: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue, match="error_intervals"):
            error_intervals(**given)
