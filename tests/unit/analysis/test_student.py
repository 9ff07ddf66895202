from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from runlake.analysis.student import half_width


class TestTheInterval:
    @pytest.mark.parametrize("n", [2, 3, 5, 30, 10_000])
    @pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
    def test_is_that_of_scipy(self, n: int, level: float) -> None:
        values = np.random.default_rng(n).normal(3.0, 2.0, n)
        low, high = stats.t.interval(level, n - 1, loc=values.mean(), scale=stats.sem(values))

        half = half_width([values.std(ddof=1)], [n], level=level)

        assert values.mean() + half[0] * np.array([-1, 1]) == pytest.approx([low, high], rel=1e-9)

    def test_is_none_of_fewer_than_two(self) -> None:
        assert np.isnan(half_width([np.nan, np.nan, 1.0], [0, 1, 1])).all()

    def test_holds_the_mean_of_three_as_often_as_it_says(self) -> None:
        values = np.random.default_rng(0).normal(0.0, 1.0, (20_000, 3))

        half = half_width(values.std(axis=1, ddof=1), np.full(20_000, 3))

        # 1.96 standard errors hold it four times in five.
        assert np.mean(np.abs(values.mean(axis=1)) <= half) == pytest.approx(0.95, abs=0.005)
