"""Which threshold costs least."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import Binary, at_thresholds, cheapest
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, binaries

prices = st.integers(0, 50).map(float)
FOUR = at_thresholds(a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]))


class TestTheCheapest:
    @settings(deadline=None)
    @given(binaries, prices, prices, prices, prices)
    def test_is_the_strictest_of_the_least_cost(
        self, binary: Binary, cost_fp: float, cost_fn: float, gain_tp: float, cost_tn: float
    ) -> None:
        found = cheapest(at_thresholds(binary), cost_fp, cost_fn, gain_tp=gain_tp, cost_tn=cost_tn)

        def cost_at(threshold: float) -> float:
            called = binary.score >= threshold
            each = np.where(called, np.where(binary.truth, -gain_tp, cost_fp), np.where(binary.truth, cost_fn, cost_tn))
            return float(each.sum()) / binary.n

        every = {t: cost_at(t) for t in [math.inf, *binary.score.tolist()]}
        assert found.best_cost == pytest.approx(min(every.values()))
        assert found.best_threshold == max(t for t, cost in every.items() if cost == min(every.values()))
        assert found.cost == pytest.approx([every[t] for t in found.threshold.tolist()])

    def test_misses_none_where_a_miss_costs_most(self) -> None:
        assert cheapest(FOUR, 1, 100).best_threshold == 0.7

    def test_calls_nothing_positive_where_a_false_alarm_costs_most(self) -> None:
        found = cheapest(at_thresholds(a_binary([0, 1], [0.9, 0.1])), 100, 1)

        assert (found.best_threshold, found.best_cost, found.at(0.5)) == (math.inf, 0.5, 1)

    def test_is_in_the_unit_of_the_prices_per_example(self) -> None:
        assert cheapest(FOUR, 10, 20, gain_tp=4, cost_tn=2).cost.tolist() == [11, 5, 7, 1, 3]

    def test_of_nothing_is_none_and_says_why(self) -> None:
        found = cheapest(at_thresholds(a_binary([0], [float("nan")])), 1, 1)

        assert (found.best, found.problem) == (None, "1 of 1 scores are NaN or infinite")
        assert (math.isnan(found.best_threshold), math.isnan(found.best_cost)) == (True, True)

    @pytest.mark.parametrize("price", [math.nan, math.inf])
    def test_needs_finite_prices(self, price: float) -> None:
        with pytest.raises(InvalidValue, match="cost_fn: expected a finite number"):
            cheapest(FOUR, 1, price)
