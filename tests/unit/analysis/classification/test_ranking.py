"""The arithmetic below the bootstrap: weightings and left-out examples, against working each out anew."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings

from runlake.analysis.classification import Binary, Ranking
from runlake.analysis.classification.ranking import Ranked, measure, ranked, without_each
from unit.analysis.classification.examples import a_random_binary, two_kinds

SCIKIT_LEARN = {
    Ranking.AVERAGE_PRECISION: reference.average_precision_score,
    Ranking.ROC_AUC: reference.roc_auc_score,
}
each_ranking = pytest.mark.parametrize("ranking", list(Ranking))


def by_group(groups: Ranked, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add weights of examples, in the order of the ranking, up by group and kind."""
    starts = np.concatenate(([0], groups.ends[:-1] + 1))
    positive = np.add.reduceat(weight * groups.truth, starts)
    return positive[None], np.add.reduceat(weight * (1 - groups.truth), starts)[None]


class TestAWeighting:
    @each_ranking
    @pytest.mark.parametrize("seed", range(5))
    def test_measures_what_scikit_learn_does_of_weighted_examples(self, ranking: Ranking, seed: int) -> None:
        binary = a_random_binary(seed, digits=1)
        groups = ranked(binary)
        weight = np.random.default_rng(seed).integers(0, 4, binary.n).astype(float)

        found = measure(ranking, *by_group(groups, weight[groups.order]))[0]

        expected = SCIKIT_LEARN[ranking](binary.truth, binary.score, sample_weight=weight)
        assert found == pytest.approx(expected, abs=1e-9)

    @each_ranking
    def test_without_a_positive_is_undefined(self, ranking: Ranking) -> None:
        assert np.isnan(measure(ranking, np.zeros((1, 3)), np.ones((1, 3))))[0]


class TestAnExampleLeftOut:
    @each_ranking
    @settings(deadline=None)
    @given(binary=two_kinds)
    def test_changes_the_measure_as_if_it_had_never_been_there(self, ranking: Ranking, binary: Binary) -> None:
        groups = ranked(binary)

        without_positive, without_negative = without_each(ranking, groups)

        for g in range(len(groups.ends)):
            lost = np.zeros((1, len(groups.ends)))
            lost[0, g] = 1
            if groups.positive[g] and groups.positive.sum() > 1:
                anew = measure(ranking, groups.positive[None] - lost, groups.negative[None])[0]
                assert without_positive[g] == pytest.approx(anew, abs=1e-12)
            if groups.negative[g] and groups.negative.sum() > 1:
                anew = measure(ranking, groups.positive[None], groups.negative[None] - lost)[0]
                assert without_negative[g] == pytest.approx(anew, abs=1e-12)
