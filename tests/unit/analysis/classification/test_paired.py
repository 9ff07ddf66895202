"""Two classifiers on the same examples: how they are joined, and McNemar's exact test."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types

from runlake.analysis.classification import mcnemar, pair, predictions
from runlake.analysis.classification.paired import binomial_p
from runlake.errors import InvalidValue

AB = ("a", "b")


class TestAPair:
    def test_is_joined_by_id_in_the_order_of_the_first(self) -> None:
        first = predictions([0, 1, 1], AB, predicted=[0, 0, 1], ids=["x", "y", "z"])
        second = predictions([1, 0, 0], AB, predicted=[1, 1, 0], ids=["z", "x", "w"])

        joined = pair(first, second)

        assert (joined.by, joined.only_first, joined.only_second) == ("ids", 1, 1)
        assert (joined.first.ids, joined.second.ids) == (("x", "z"), ("x", "z"))
        assert joined.first.predicted is not None
        assert joined.second.predicted is not None
        assert (joined.first.predicted.tolist(), joined.second.predicted.tolist()) == ([0, 1], [1, 1])

    def test_is_joined_by_order_where_there_are_no_ids(self) -> None:
        first = predictions([0, 1], AB, predicted=[0, 0], ids=["x", "y"])

        assert pair(first, predictions([0, 1], AB, predicted=[1, 1])).by == "order"

    def test_has_the_classes_of_the_first(self) -> None:
        first = predictions([0, 1], AB, scores=[0.1, 0.8])
        second = predictions([1, 0], ("b", "a"), scores=[[0.3, 0.7], [0.6, 0.4]], predicted=[1, 1])

        joined = pair(first, second).second

        assert joined.scores is not None
        assert joined.predicted is not None
        assert (joined.classes, joined.labels.tolist(), joined.predicted.tolist()) == (AB, [0, 1], [0, 0])
        assert joined.scores.tolist() == [[0.7, 0.3], [0.4, 0.6]]

    def test_of_different_classes_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="the same classes in both"):
            pair(predictions([0], AB, predicted=[0]), predictions([0], ("a", "c"), predicted=[0]))

    def test_of_different_lengths_is_refused_without_ids(self) -> None:
        with pytest.raises(InvalidValue, match="as many in both, or ids in both to join them by"):
            pair(predictions([0], AB, predicted=[0]), predictions([0, 1], AB, predicted=[0, 1]))

    def test_that_disagrees_on_the_truth_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="one true class for examples joined by order, but got '1 of 2"):
            pair(predictions([0, 1], AB, predicted=[0, 1]), predictions([0, 0], AB, predicted=[0, 1]))


class TestMcNemar:
    def test_rests_on_the_examples_that_one_alone_gets_right(self) -> None:
        labels = [0] * 20
        first = predictions(labels, AB, predicted=[0] * 14 + [1] * 6)
        second = predictions(labels, AB, predicted=[1] * 9 + [0] * 7 + [1] * 4)

        found = mcnemar(pair(first, second))

        counts = (found.both_right, found.only_first_right, found.only_second_right, found.both_wrong)
        assert (found.n, *counts) == (20, 5, 9, 2, 4)
        assert found.p == pytest.approx(stats.binomtest(2, 11).pvalue)
        assert (found.method, found.problem) == ("McNemar's exact test (two-sided binomial)", None)

    def test_applies_the_threshold_to_both(self) -> None:
        first = predictions([1, 1, 0], AB, scores=[0.3, 0.9, 0.1])
        second = predictions([1, 1, 0], AB, scores=[0.6, 0.2, 0.1])

        found = mcnemar(pair(first, second), 0.5)

        assert (found.only_first_right, found.only_second_right, found.both_right, found.p) == (1, 1, 1, 1)

    def test_leaves_out_what_one_did_not_predict(self) -> None:
        first = predictions([1, 1], AB, scores=[0.3, float("nan")])
        second = predictions([1, 1], AB, scores=[0.6, 0.2])

        found = mcnemar(pair(first, second), 0.5)

        assert (found.n, found.left_out) == (1, 1)

    def test_of_two_that_agree_finds_nothing_and_says_so(self) -> None:
        one = predictions([0, 1], AB, predicted=[0, 0])

        found = mcnemar(pair(one, one))

        assert found.p == 1
        assert found.problem == "the two are right and wrong on the same examples, so nothing tells them apart"

    def test_of_nothing_in_common_says_so(self) -> None:
        first = predictions([0], AB, predicted=[0], ids=["x"])
        second = predictions([0], AB, predicted=[0], ids=["y"])

        found = mcnemar(pair(first, second))

        assert (found.n, math.isnan(found.p), found.problem) == (0, True, "the two have no example in common")


class TestTheChanceOfASplit:
    @settings(deadline=None)
    @given(st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n // 2), st.just(n))))
    def test_is_that_of_scipy(self, split: tuple[int, int]) -> None:
        fewer, n = split

        assert binomial_p(fewer, n) == pytest.approx(stats.binomtest(fewer, n).pvalue if n else 1, rel=1e-9)

    @pytest.mark.parametrize(("fewer", "n"), [(5000, 10_001), (4800, 10_001), (499_000, 1_000_000), (0, 1_000_000)])
    def test_of_many_is_that_of_scipy_to_eight_digits(self, fewer: int, n: int) -> None:
        assert binomial_p(fewer, n) == pytest.approx(stats.binomtest(fewer, n).pvalue, rel=2e-8)
