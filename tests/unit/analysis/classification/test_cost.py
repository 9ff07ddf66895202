"""Which threshold costs least."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import Binary, at_thresholds, cheapest
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, binaries, two_kinds

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


class TestAtAnotherBaseRate:
    @settings(deadline=None)
    @given(two_kinds, prices, prices, st.integers(1, 99))
    def test_costs_are_those_of_examples_weighted_to_it(
        self, binary: Binary, cost_fp: float, cost_fn: float, percent: int
    ) -> None:
        found = cheapest(at_thresholds(binary), cost_fp, cost_fn, prevalence=percent / 100)

        weight = np.where(
            binary.truth, percent / 100 / binary.positives, (1 - percent / 100) / (binary.n - binary.positives)
        )

        def cost_at(threshold: float) -> float:
            called = binary.score >= threshold
            each = np.where(called, np.where(binary.truth, 0, cost_fp), np.where(binary.truth, cost_fn, 0))
            return float(each @ weight)

        assert found.cost == pytest.approx([cost_at(t) for t in found.threshold.tolist()])
        assert found.best_cost == pytest.approx(min(found.cost))

    def test_of_the_data_itself_nothing_changes(self) -> None:
        as_is, corrected = (cheapest(FOUR, 2, 3, prevalence=share) for share in (None, 0.5))

        assert corrected.cost == pytest.approx(as_is.cost)

    def test_a_rare_positive_is_worth_fewer_alarms(self) -> None:
        assert cheapest(FOUR, 1, 5).best_threshold == 0.7
        assert cheapest(FOUR, 1, 5, prevalence=0.01).best_threshold == 0.9

    def test_is_unknown_of_one_kind_of_examples(self) -> None:
        only = at_thresholds(a_binary([1, 1], [0.2, 0.4]))

        assert "all examples are of one kind" in str(cheapest(only, 1, 1, prevalence=0.2).problem)

    def test_has_to_be_a_share(self) -> None:
        with pytest.raises(InvalidValue, match="a share from 0 to 1"):
            cheapest(FOUR, 1, 1, prevalence=2)
