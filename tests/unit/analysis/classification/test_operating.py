"""Thresholds that keep a promise, against a search of everything."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import Binary, Rule, at_thresholds, operate
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, binaries, two_kinds

targets = st.integers(0, 20).map(lambda part: part / 20)
FOUR = a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])


def every(binary: Binary) -> list[tuple[float, Fraction | None, Fraction, Fraction | None]]:
    """Threshold, precision, recall and false positive rate of all rules that differ, by counting each."""
    found = []
    for threshold in sorted({math.inf, *binary.score.tolist()}, reverse=True):
        called = binary.score >= threshold
        tp, fp = int((called & binary.truth).sum()), int((called & ~binary.truth).sum())
        negatives = binary.n - binary.positives
        found.append(
            (
                threshold,
                Fraction(tp, tp + fp) if tp + fp else None,
                Fraction(tp, binary.positives),
                Fraction(fp, negatives) if negatives else None,
            )
        )
    return found


class TestAtAPrecision:
    @settings(deadline=None)
    @given(two_kinds, targets)
    def test_the_most_recall_is_found(self, binary: Binary, target: float) -> None:
        found = operate(at_thresholds(binary), Rule.PRECISION, target)

        kept = [row for row in every(binary) if row[1] is not None and float(row[1]) >= target]
        if not kept:
            assert found.problem is not None
            assert math.isnan(found.threshold)
            return
        best = max(kept, key=lambda row: (row[2], row[1]))
        assert (found.recall, found.precision) == (float(best[2]), float(best[1]))  # type: ignore[arg-type]  # kept
        # The strictest of those that are equally good.
        assert found.threshold == max(row[0] for row in kept if row[1:] == best[1:])

    def test_that_is_reached_exactly_the_promise_is_kept(self) -> None:
        assert operate(at_thresholds(FOUR), Rule.PRECISION, 2 / 3).threshold == 0.7

    def test_that_nothing_reaches_the_highest_is_named(self) -> None:
        found = operate(at_thresholds(a_binary([0, 1], [0.9, 0.4])), Rule.PRECISION, 0.8)

        assert found.problem == "no threshold has a precision of 0.8; the highest is 0.5"

    def test_ties_fall_together(self) -> None:
        # The two at 0.5 cannot be told apart, so that either both are called positive or none.
        found = operate(at_thresholds(a_binary([1, 1, 0], [0.9, 0.5, 0.5])), Rule.PRECISION, 1)

        assert (found.threshold, found.recall) == (0.9, 0.5)


class TestAtARecall:
    @settings(deadline=None)
    @given(two_kinds, targets)
    def test_the_highest_precision_is_found(self, binary: Binary, target: float) -> None:
        found = operate(at_thresholds(binary), Rule.RECALL, target)

        kept = [row for row in every(binary) if float(row[2]) >= target and row[1] is not None]
        best = max(kept, key=lambda row: (row[1], row[2]))
        assert (found.precision, found.recall) == (float(best[1]), float(best[2]))  # type: ignore[arg-type]  # kept


class TestAtAFalsePositiveRate:
    @settings(deadline=None)
    @given(two_kinds, targets)
    def test_the_most_recall_is_found(self, binary: Binary, target: float) -> None:
        found = operate(at_thresholds(binary), Rule.FALSE_POSITIVE_RATE, target)

        kept = [row for row in every(binary) if float(row[3]) <= target]  # type: ignore[arg-type]  # two kinds
        best = max(kept, key=lambda row: (row[2], -row[3]))  # type: ignore[operator]  # two kinds
        assert (found.recall, found.false_positive_rate) == (float(best[2]), float(best[3]))  # type: ignore[arg-type]
        assert found.threshold == max(row[0] for row in kept if row[2:] == best[2:])

    def test_of_nothing_may_call_nothing_positive(self) -> None:
        found = operate(at_thresholds(a_binary([0, 1], [0.9, 0.4])), Rule.FALSE_POSITIVE_RATE, 0)

        assert (found.threshold, found.recall) == (math.inf, 0)


class TestTheGreatestF1:
    @settings(deadline=None)
    @given(binaries.filter(lambda b: b.positives > 0))
    def test_is_that_of_the_best_threshold(self, binary: Binary) -> None:
        found = operate(at_thresholds(binary), Rule.F1)

        def f1(threshold: float) -> float:
            called = binary.score >= threshold
            return float(2 * (called & binary.truth).sum() / (called.sum() + binary.positives))

        assert found.f1 == pytest.approx(max(map(f1, binary.score.tolist())))
        assert f1(found.threshold) == pytest.approx(found.f1)


class TestWhatCannotBePromised:
    @pytest.mark.parametrize("rule", list(Rule))
    def test_without_a_positive_says_why(self, rule: Rule) -> None:
        found = operate(at_thresholds(a_binary([0, 0], [0.1, 0.2])), rule, 0.5)

        assert found.problem == "no example is positive, so recall is not defined"

    def test_without_a_negative_says_why(self) -> None:
        found = operate(at_thresholds(a_binary([1], [0.1])), Rule.FALSE_POSITIVE_RATE, 0.5)

        assert found.problem == "no example is negative, so there are no false positives to count"

    def test_of_scores_that_are_none_says_why(self) -> None:
        found = operate(at_thresholds(a_binary([1, 0], [np.nan, 0.5])), Rule.RECALL, 0.5)

        assert found.problem == "1 of 2 scores are NaN or infinite"

    def test_has_to_be_a_share(self) -> None:
        with pytest.raises(InvalidValue, match="a share from 0 to 1"):
            operate(at_thresholds(FOUR), Rule.RECALL, 90)
