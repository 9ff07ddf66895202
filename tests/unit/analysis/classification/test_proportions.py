"""Shares with Wilson's interval, against SciPy and a published example."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types

from runlake.analysis.classification import proportion, wilson
from runlake.errors import InvalidValue


class TestAShare:
    @given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_has_the_interval_of_scipy(self, counted: tuple[int, int]) -> None:
        found = proportion(*counted)

        expected = stats.binomtest(*counted).proportion_ci(method="wilson")
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert found.low <= found.value <= found.high

    def test_is_that_of_a_published_example(self) -> None:
        # Newcombe, Two-Sided Confidence Intervals for the Single Proportion, 1998, table I: 81 of 263.
        found = proportion(81, 263)

        assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)

    def test_of_nothing_is_nan(self) -> None:
        found = proportion(0, 0)

        assert all(map(math.isnan, (found.value, found.low, found.high)))

    def test_can_be_asked_for_many_at_once(self) -> None:
        low, high = wilson(np.array([1, 0]), np.array([2, 0]))

        assert (low[0], high[0]) == (proportion(1, 2).low, proportion(1, 2).high)
        assert np.isnan([low[1], high[1]]).all()

    def test_needs_a_level_between_0_and_1(self) -> None:
        with pytest.raises(InvalidValue, match="level"):
            proportion(1, 2, level=1)
