"""Averages over classes, against scikit-learn and from all pairs of examples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sklearn.metrics as reference
from sklearn.preprocessing import label_binarize

from runlake.analysis.classification import averages, predictions
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import some_predictions

EXACT = 1e-9


class TestManyClasses:
    @pytest.mark.parametrize("k", [2, 3, 7, 30])
    @pytest.mark.parametrize("digits", [1, 6])
    def test_have_the_averages_of_scikit_learn(self, k: int, digits: int) -> None:
        drawn = some_predictions(k, n=600, k=k)
        assert drawn.scores is not None
        scores = np.round(drawn.scores, digits) + 1e-3  # rounded, so that there are ties
        scores /= scores.sum(axis=1, keepdims=True)
        truth = np.eye(k)[drawn.labels]

        found = averages(predictions(drawn.labels, drawn.classes, scores=scores))

        for name in ("macro", "weighted", "micro"):
            area = reference.roc_auc_score(truth, scores, average=name)
            assert getattr(found.roc_auc, name) == pytest.approx(area, abs=EXACT)
            precision = reference.average_precision_score(truth, scores, average=name)
            assert getattr(found.average_precision, name) == pytest.approx(precision, abs=EXACT)
        assert found.roc_auc.each == pytest.approx(reference.roc_auc_score(truth, scores, average=None), abs=EXACT)
        if k > 2:
            pairs = {
                name: reference.roc_auc_score(drawn.labels, scores, multi_class="ovo", average=name)
                for name in ("macro", "weighted")
            }
            assert (found.pairs, found.weighted_pairs) == pytest.approx((pairs["macro"], pairs["weighted"]), abs=EXACT)
        assert (found.left_out, found.problem) == (0, None)

    def test_are_told_apart_pair_by_pair_as_hand_and_till_define_it(self) -> None:
        drawn = some_predictions(1, n=60, k=4)
        assert drawn.scores is not None

        def chance(one: int, other: int) -> float:
            column = drawn.scores[:, one]  # type: ignore[index]  # there are scores
            pairs = itertools.product(column[drawn.labels == one], column[drawn.labels == other])
            return float(np.mean([(a > b) + (a == b) / 2 for a, b in pairs]))

        every = [(chance(a, b) + chance(b, a)) / 2 for a, b in itertools.combinations(range(4), 2)]
        assert averages(drawn).pairs == pytest.approx(np.mean(every), abs=EXACT)

    def test_that_do_not_occur_are_left_out_and_counted(self) -> None:
        scores = np.random.default_rng(0).dirichlet(np.ones(4), 50)
        labels = np.arange(50) % 3

        found = averages(predictions(labels, "abcd", scores=scores))

        truth = label_binarize(labels, classes=range(4))[:, :3]
        assert found.left_out == 1
        assert math.isnan(found.roc_auc.each[3])
        assert found.roc_auc.macro == pytest.approx(reference.roc_auc_score(truth, scores[:, :3], average="macro"))
        assert not math.isnan(found.pairs)

    def test_of_which_one_alone_occurs_have_no_area(self) -> None:
        found = averages(predictions([0, 0], "ab", scores=[0.1, 0.7]))

        assert math.isnan(found.roc_auc.macro)
        assert math.isnan(found.pairs)
        assert found.average_precision.macro == 1


class TestWhatCannotBeRanked:
    def test_says_why(self) -> None:
        found = averages(predictions([0, 1], "ab", scores=[0.5, math.nan]))

        assert found.problem == "1 of 2 examples have scores that are NaN or infinite"
        assert math.isnan(found.roc_auc.macro)

    def test_of_no_examples_is_nothing(self) -> None:
        assert averages(predictions([], "ab", scores=np.zeros((0, 2)))).problem == "there are no examples"

    def test_of_predicted_classes_alone_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="do not rank anything"):
            averages(predictions([0, 1], "ab", predicted=[0, 1]))

    def test_can_be_stopped_on_the_way(self) -> None:
        told: list[float] = []

        averages(some_predictions(0, k=4), told=told.append)

        assert told == [0.25, 0.5, 0.75, 1]
