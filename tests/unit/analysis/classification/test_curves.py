"""Curves: equal to scikit-learn where both are defined, and saying why where they are not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings

from runlake.analysis.classification import (
    Binary,
    at_thresholds,
    det_curve,
    lift,
    micro_average,
    one_vs_rest,
    pr_curve,
    roc_curve,
)
from unit.analysis.classification.examples import a_binary, a_random_binary, binaries, some_predictions, two_kinds

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats

EXACT = 1e-9
SEEDS = range(8)


def a_binary_of(seed: int) -> Binary:
    """From few thresholds with many ties to nearly one per example."""
    return a_random_binary(seed, n=50 + 200 * seed, prevalence=0.05 + 0.1 * seed, digits=1 + seed % 4)


def same(ours: Floats, theirs: object) -> None:
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=0, atol=EXACT)


class TestPrecisionAndRecall:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_are_those_of_scikit_learn(self, seed: int) -> None:
        binary = a_binary_of(seed)

        curve = pr_curve(at_thresholds(binary))

        precision, recall, threshold = reference.precision_recall_curve(binary.truth, binary.score)
        same(curve.precision[::-1], precision)
        same(curve.recall[::-1], recall)
        same(curve.threshold[:0:-1], threshold)
        average = reference.average_precision_score(binary.truth, binary.score)
        assert curve.average_precision == pytest.approx(average, abs=EXACT)
        assert (curve.n, curve.positives, curve.problem) == (binary.n, binary.positives, None)

    @settings(deadline=None)
    @given(two_kinds)
    def test_give_the_average_precision_of_scikit_learn_for_any_scores(self, binary: Binary) -> None:
        expected = reference.average_precision_score(binary.truth, binary.score)

        assert pr_curve(at_thresholds(binary)).average_precision == pytest.approx(expected, abs=EXACT)

    @settings(deadline=None)
    @given(two_kinds)
    def test_do_not_change_with_the_scale_of_the_scores(self, binary: Binary) -> None:
        scaled = Binary(binary.name, binary.truth, np.exp(3 * binary.score) - 40)

        one, other = pr_curve(at_thresholds(binary)), pr_curve(at_thresholds(scaled))
        assert one.average_precision == other.average_precision
        assert one.recall.tolist() == other.recall.tolist()

    def test_of_no_positive_are_undefined(self) -> None:
        curve = pr_curve(at_thresholds(a_binary([0, 0], [0.1, 0.2])))

        assert (len(curve.recall), math.isnan(curve.average_precision)) == (0, True)
        assert curve.problem == "no example is positive, so recall is not defined"

    def test_of_no_negative_are_defined_and_mean_little(self) -> None:
        curve = pr_curve(at_thresholds(a_binary([1, 1], [0.1, 0.2])))

        assert (curve.average_precision, curve.precision.tolist()) == (1.0, [1, 1, 1])
        assert curve.problem == "no example is negative, so precision is always 1"

    def test_of_one_positive_are_one_step(self) -> None:
        curve = pr_curve(at_thresholds(a_binary([1], [0.5])))

        assert (curve.recall.tolist(), curve.threshold.tolist()) == ([0, 1], [math.inf, 0.5])

    def test_at_a_threshold_are_found(self) -> None:
        curve = pr_curve(at_thresholds(a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])))

        row = curve.at(0.75)
        assert (curve.threshold[row], curve.precision[row], curve.recall[row]) == (0.8, 0.5, 0.5)


class TestRoc:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_is_that_of_scikit_learn(self, seed: int) -> None:
        binary = a_binary_of(seed)

        curve = roc_curve(at_thresholds(binary))

        fpr, tpr, threshold = reference.roc_curve(binary.truth, binary.score, drop_intermediate=False)
        same(curve.false_positive_rate, fpr)
        same(curve.true_positive_rate, tpr)
        np.testing.assert_array_equal(curve.threshold, threshold)
        assert curve.auc == pytest.approx(reference.roc_auc_score(binary.truth, binary.score), abs=EXACT)

    @settings(deadline=None)
    @given(two_kinds)
    def test_has_an_area_that_is_the_chance_to_rank_a_pair_rightly(self, binary: Binary) -> None:
        gap = binary.score[binary.truth][:, None] - binary.score[~binary.truth]

        chance = float(((gap > 0) + 0.5 * (gap == 0)).mean())
        assert roc_curve(at_thresholds(binary)).auc == pytest.approx(chance, abs=EXACT)

    @settings(deadline=None)
    @given(two_kinds)
    def test_turned_around_has_what_is_missing_of_the_area(self, binary: Binary) -> None:
        turned = Binary(binary.name, binary.truth, -binary.score)

        areas = roc_curve(at_thresholds(binary)).auc + roc_curve(at_thresholds(turned)).auc
        assert areas == pytest.approx(1, abs=EXACT)

    @pytest.mark.parametrize(
        ("truth", "problem"),
        [
            ([1, 1], "no example is negative, so there are no false positives to count"),
            ([0, 0], "no example is positive, so recall is not defined"),
        ],
    )
    def test_of_one_kind_is_undefined(self, truth: list[int], problem: str) -> None:
        curve = roc_curve(at_thresholds(a_binary(truth, [0.1, 0.2])))

        assert (curve.problem, len(curve.threshold), math.isnan(curve.auc)) == (problem, 0, True)


class TestErrorTradeOff:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_holds_every_point_of_scikit_learn(self, seed: int) -> None:
        binary = a_binary_of(seed)

        curve = det_curve(at_thresholds(binary))

        fpr, fnr, threshold = reference.det_curve(binary.truth, binary.score)
        rows = [curve.at(t) for t in threshold]
        np.testing.assert_array_equal(curve.threshold[rows], threshold)
        same(curve.false_positive_rate[rows], fpr)
        same(curve.false_negative_rate[rows], fnr)

    def test_meets_where_both_errors_are_equally_frequent(self) -> None:
        assert det_curve(at_thresholds(a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]))).equal_error_rate == 0.5
        assert det_curve(at_thresholds(a_binary([1, 1, 0, 0], [0.9, 0.8, 0.7, 0.1]))).equal_error_rate == 0

    @settings(deadline=None)
    @given(two_kinds)
    def test_meets_between_the_thresholds_around(self, binary: Binary) -> None:
        curve = det_curve(at_thresholds(binary))

        above = curve.false_positive_rate >= curve.false_negative_rate
        first = int(above.argmax())
        low, high = curve.false_positive_rate[first - 1], curve.false_positive_rate[first]
        assert low - EXACT <= curve.equal_error_rate <= high + EXACT

    def test_of_one_kind_is_undefined(self) -> None:
        curve = det_curve(at_thresholds(a_binary([1], [0.1])))

        assert (curve.problem is None, math.isnan(curve.equal_error_rate)) == (False, True)


class TestLift:
    def test_is_what_was_found_over_what_chance_would_find(self) -> None:
        curve = lift(at_thresholds(a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])))

        assert curve.contacted.tolist() == [0, 0.25, 0.5, 0.75, 1]
        assert curve.gain.tolist() == [0, 0.5, 0.5, 1, 1]
        assert curve.lift[1:].tolist() == pytest.approx([2, 1, 4 / 3, 1])
        assert math.isnan(curve.lift[0])

    @settings(deadline=None)
    @given(two_kinds)
    def test_is_precision_over_prevalence(self, binary: Binary) -> None:
        counts = at_thresholds(binary)

        same(lift(counts).lift[1:] * counts.prevalence, counts.precision[1:])

    def test_of_no_positive_is_undefined(self) -> None:
        assert lift(at_thresholds(a_binary([0], [0.1]))).problem == "no example is positive, so recall is not defined"


class TestEachClassAgainstTheRest:
    def test_is_what_scikit_learn_says_of_each(self) -> None:
        given_ = some_predictions(3, n=500, k=5)
        truth = given_.labels[:, None] == np.arange(5)

        counts = [at_thresholds(b) for b in one_vs_rest(given_)]

        average = reference.average_precision_score(truth, given_.scores, average=None)
        same(np.array([pr_curve(c).average_precision for c in counts]), average)
        areas = reference.roc_auc_score(truth, given_.scores, average=None)
        same(np.array([roc_curve(c).auc for c in counts]), areas)

    def test_at_once_is_its_micro_average(self) -> None:
        given_ = some_predictions(4, n=500, k=5)
        truth = given_.labels[:, None] == np.arange(5)

        counts = at_thresholds(micro_average(given_))

        average = reference.average_precision_score(truth, given_.scores, average="micro")
        assert pr_curve(counts).average_precision == pytest.approx(average, abs=EXACT)
        area = reference.roc_auc_score(truth, given_.scores, average="micro")
        assert roc_curve(counts).auc == pytest.approx(area, abs=EXACT)


class TestAnyScores:
    @settings(deadline=None)
    @given(binaries)
    def test_give_curves_or_a_reason(self, binary: Binary) -> None:
        counts = at_thresholds(binary)

        for curve in (pr_curve(counts), roc_curve(counts), det_curve(counts), lift(counts)):
            assert (len(curve.threshold) > 0) or curve.problem

    def test_that_are_no_numbers_give_the_reason_in_all(self) -> None:
        counts = at_thresholds(a_binary([0, 1], [float("nan"), 1.0]))

        for curve in (pr_curve(counts), roc_curve(counts), det_curve(counts), lift(counts)):
            assert (len(curve.threshold), curve.problem) == (0, "1 of 2 scores are NaN or infinite")
