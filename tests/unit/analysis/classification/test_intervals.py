"""Bootstrap intervals: against SciPy's bootstrap, their coverage, and what they say of themselves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types

from runlake.analysis.classification import (
    Binary,
    Confusion,
    Decision,
    Interval,
    Method,
    Plan,
    Ranking,
    auc_interval,
    confusion,
    decision_interval,
    decision_intervals,
    micro_average,
    predictions,
    ranking_interval,
)
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, a_random_binary, some_predictions

MANY = 6000
each_method = pytest.mark.parametrize("method", list(Method))
each_way = pytest.mark.parametrize("stratified", [False, True])
SAMPLE = a_random_binary(5, n=120, prevalence=0.4)


def area(truth: Any, score: Any) -> float:
    """Share of pairs in the right order; scikit-learn's own takes seconds for thousands of resamples."""
    positive = truth > 0
    gap = score[positive][:, None] - score[~positive]
    return float(((gap > 0) + 0.5 * (gap == 0)).mean())


def average_precision(truth: Any, score: Any) -> float:
    """Mean over the positives of the precision at their own score."""
    at_least = score >= score[truth > 0][:, None]
    return float(((at_least & (truth > 0)).sum(axis=1) / at_least.sum(axis=1)).mean())


def accuracy(truth: Any, score: Any) -> float:
    return float(((score >= 0.5) == truth).mean())


def f1(truth: Any, score: Any) -> float:
    called = score >= 0.5
    return float(2 * (called & (truth > 0)).sum() / (called.sum() + truth.sum()))


def by_scipy(statistic: Any, binary: Binary, method: Method) -> tuple[float, float]:
    data = (binary.truth.astype(float), binary.score)
    found = stats.bootstrap(
        data, statistic, n_resamples=MANY, paired=True, vectorized=False, method=method.value, rng=1
    ).confidence_interval
    return found.low, found.high


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def matrix_of(binary: Binary, threshold: float = 0.5) -> Confusion:
    return confusion(predictions(binary.truth.astype(int), ("neg", "pos"), scores=binary.score), threshold)


class TestAnInterval:
    @each_method
    @pytest.mark.parametrize(
        ("ranking", "statistic"),
        [
            (Ranking.ROC_AUC, area),
            (Ranking.AVERAGE_PRECISION, average_precision),
        ],
    )
    def test_of_a_ranking_is_that_of_scipy(self, method: Method, ranking: Ranking, statistic: Any) -> None:
        found = ranking_interval(SAMPLE, ranking, Plan(method=method, resamples=MANY))

        assert found.value == pytest.approx(statistic(SAMPLE.truth, SAMPLE.score))
        assert ends(found) == pytest.approx(by_scipy(statistic, SAMPLE, method), abs=0.008)
        assert (found.n, found.undefined, found.problem) == (120, 0, None)

    @each_method
    @pytest.mark.parametrize(("decision", "statistic"), [(Decision.ACCURACY, accuracy), (Decision.F1, f1)])
    def test_of_decisions_is_that_of_scipy(self, method: Method, decision: Decision, statistic: Any) -> None:
        found = decision_interval(matrix_of(SAMPLE), decision, Plan(method=method, resamples=MANY), positive="pos")

        assert found.value == pytest.approx(statistic(SAMPLE.truth, SAMPLE.score))
        assert ends(found) == pytest.approx(by_scipy(statistic, SAMPLE, method), abs=0.015)

    @pytest.mark.parametrize(
        ("decision", "statistic"),
        [
            (Decision.PRECISION, reference.precision_score),
            (Decision.RECALL, reference.recall_score),
            (Decision.MATTHEWS, reference.matthews_corrcoef),
            (Decision.BALANCED_ACCURACY, reference.balanced_accuracy_score),
        ],
    )
    def test_of_further_decisions_is_that_of_scipy(self, decision: Decision, statistic: Any) -> None:
        def of_sample(truth: Any, score: Any) -> float:
            return float(statistic(truth > 0, score >= 0.5))

        found = decision_interval(matrix_of(SAMPLE), decision, Plan(resamples=MANY), positive="pos")

        assert found.value == pytest.approx(of_sample(SAMPLE.truth, SAMPLE.score), abs=1e-12)
        data = (SAMPLE.truth.astype(float), SAMPLE.score)
        ends_there = stats.bootstrap(
            data, of_sample, n_resamples=1000, paired=True, vectorized=False, method="percentile", rng=1
        ).confidence_interval
        assert ends(found) == pytest.approx((ends_there.low, ends_there.high), abs=0.03)

    def test_of_several_measures_is_that_of_each_alone(self) -> None:
        matrix, plan = confusion(some_predictions(3)), Plan(stratified=True)
        wanted = (Decision.F1, Decision.MATTHEWS)

        assert decision_intervals(matrix, wanted, plan) == {d: decision_interval(matrix, d, plan) for d in wanted}

    @each_way
    def test_of_an_area_is_close_to_delongs(self, stratified: bool) -> None:
        binary = a_random_binary(2, n=2000)

        found = ranking_interval(binary, Ranking.ROC_AUC, Plan(stratified=stratified, resamples=4000))

        expected = auc_interval(binary)
        assert ends(found) == pytest.approx((expected.low, expected.high), abs=0.003)

    @each_method
    @each_way
    def test_holds_the_true_area_about_as_often_as_it_claims(self, method: Method, stratified: bool) -> None:
        # The true area of two normals one apart is Phi(1 / sqrt 2).
        truth = np.arange(200) < 80
        held = 0
        for seed in range(200):
            score = np.random.default_rng(seed).normal(size=200) + truth
            plan = Plan(method=method, level=0.9, resamples=300, stratified=stratified, seed=seed)
            found = ranking_interval(Binary("pos", truth, score), Ranking.ROC_AUC, plan)
            held += found.low <= stats.norm.cdf(1 / math.sqrt(2)) <= found.high

        # Three standard errors of a share of 0.9 in 200 are 0.064.
        assert 0.836 <= held / 200 <= 0.964

    def test_is_the_same_for_the_same_seed_alone(self) -> None:
        one, again, other = (ranking_interval(SAMPLE, Ranking.ROC_AUC, Plan(seed=s)) for s in (1, 1, 2))

        assert one == again
        assert ends(one) != ends(other)

    @each_method
    def test_of_a_lower_level_is_narrower(self, method: Method) -> None:
        wide, narrow = (
            ranking_interval(SAMPLE, Ranking.ROC_AUC, Plan(method=method, level=level)) for level in (0.95, 0.5)
        )

        assert wide.low < narrow.low < narrow.value < narrow.high < wide.high

    def test_names_what_it_is_of(self) -> None:
        matrix = confusion(some_predictions(0))

        asked = (Decision.ACCURACY, Decision.F1)
        names = [decision_interval(matrix, d, positive=p).measure for d in asked for p in (None, "c1")]
        assert names == ["accuracy", "accuracy", "F1", "F1 of c1"]


class TestManyClasses:
    def test_have_the_macro_average_of_f1(self) -> None:
        given = some_predictions(8, k=5)
        assert given.scores is not None

        found = decision_interval(confusion(given), Decision.F1, Plan(method=Method.BCA))

        macro = reference.f1_score(given.labels, given.scores.argmax(axis=1), average="macro")
        assert found.value == pytest.approx(macro)
        assert found.low < found.value < found.high

    @pytest.mark.parametrize("decision", [Decision.PRECISION, Decision.RECALL, Decision.F1])
    def test_have_the_macro_average_of_scikit_learn(self, decision: Decision) -> None:
        given = some_predictions(8, k=5)
        assert given.scores is not None

        found = reference.precision_recall_fscore_support(given.labels, given.scores.argmax(axis=1), average="macro")
        wanted = dict(zip((Decision.PRECISION, Decision.RECALL, Decision.F1), found, strict=False))
        assert decision_interval(confusion(given), decision).value == pytest.approx(wanted[decision], abs=1e-12)

    def test_have_the_correlation_of_scikit_learn(self) -> None:
        given = some_predictions(8, k=5)
        assert given.scores is not None

        found = decision_interval(confusion(given), Decision.MATTHEWS)

        assert found.value == pytest.approx(
            reference.matthews_corrcoef(given.labels, given.scores.argmax(axis=1)), abs=1e-12
        )

    def test_of_which_one_alone_occurs_have_no_correlation(self) -> None:
        matrix = Confusion.from_counts([[90, 10], [0, 0]], ("a", "b"))

        assert decision_interval(matrix, Decision.MATTHEWS).problem == "the measure is undefined for these examples"

    def test_can_be_stopped_on_the_way(self) -> None:
        told: list[float] = []

        def stop(share: float) -> None:
            told.append(share)
            if share > 0.4:
                raise KeyboardInterrupt

        matrix = Confusion.from_counts(np.ones((300, 300), dtype=int), tuple(map(str, range(300))))
        with pytest.raises(KeyboardInterrupt):
            decision_intervals(matrix, (Decision.F1,), told=stop)

        assert 0 < told[0] <= 0.4 < told[-1] < 0.5

    @each_way
    def test_of_which_most_never_occur_are_no_obstacle(self, stratified: bool) -> None:
        counts = np.zeros((300, 300), dtype=int)
        counts[0, 0], counts[0, 1], counts[7, 7] = 50, 10, 40

        matrix = Confusion.from_counts(counts, tuple(map(str, range(300))))

        found = decision_interval(matrix, Decision.ACCURACY, Plan(stratified=stratified))
        assert found.low < found.value == 0.9 < found.high

    def test_at_once_have_no_interval_since_their_answers_hang_together(self) -> None:
        asked = micro_average(some_predictions(0))

        for problem in (ranking_interval(asked, Ranking.ROC_AUC).problem, auc_interval(asked).problem):
            assert problem == "the answers for one example hang together, so an interval over them would be too narrow"


class TestFewExamples:
    def test_say_in_how_many_resamples_nothing_was_defined(self) -> None:
        found = ranking_interval(a_binary([1, 0, 0, 0], [0.9, 0.3, 0.8, 0.1]), Ranking.ROC_AUC)

        # No positive is drawn in (3/4)^4 = 32 % of resamples, no negative in (1/4)^4 = 0.4 %.
        assert 260 <= found.undefined <= 390

    def test_are_never_without_a_positive_where_resampling_is_stratified(self) -> None:
        binary = a_binary([1, 0, 0, 0], [0.5, 0.3, 0.8, 0.1])

        assert ranking_interval(binary, Ranking.ROC_AUC, Plan(stratified=True)).undefined == 0

    @each_method
    def test_that_are_told_apart_without_an_error_say_that_the_interval_says_little(self, method: Method) -> None:
        found = ranking_interval(a_binary([1, 1, 0, 0], [0.9, 0.8, 0.3, 0.1]), Ranking.ROC_AUC, Plan(method=method))

        assert (found.value, found.low, found.high) == (1, 1, 1)
        assert found.problem == "all resamples give the same value, so the interval has no width and says little"

    @pytest.mark.parametrize(
        ("binary", "problem"),
        [
            (a_binary([1, 1], [0.1, 0.2]), "all examples are of one kind, so there is nothing to rank"),
            (a_binary([1, 0], [0.1, float("nan")]), "1 of 2 scores are NaN or infinite"),
            (a_binary([], []), "there are no examples"),
        ],
    )
    def test_that_allow_no_interval_say_why(self, binary: Binary, problem: str) -> None:
        found = ranking_interval(binary, Ranking.ROC_AUC)

        assert (found.problem, math.isnan(found.low), math.isnan(found.high)) == (problem, True, True)

    def test_of_which_there_are_none_have_no_accuracy(self) -> None:
        found = decision_interval(Confusion.from_counts([[0, 0], [0, 0]], ("a", "b")), Decision.ACCURACY)

        assert (found.problem, math.isnan(found.value)) == ("there are no examples", True)

    @each_method
    def test_of_one_still_give_a_number(self, method: Method) -> None:
        found = decision_interval(Confusion.from_counts([[1, 0], [0, 0]], ("a", "b")), Decision.F1, Plan(method=method))

        assert (found.low, found.high) == (1, 1)
        assert found.problem is not None


class TestAPlan:
    @pytest.mark.parametrize(
        ("given", "said"), [({"level": 1.0}, "level: expected a share"), ({"resamples": 5}, "at least 100")]
    )
    def test_that_makes_no_sense_is_refused(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            Plan(**given)

    def test_for_an_unknown_class_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="one of the 2 classes"):
            decision_interval(matrix_of(SAMPLE), Decision.F1, positive="z")
