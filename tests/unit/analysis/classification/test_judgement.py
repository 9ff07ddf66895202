"""All measures of decisions at once, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as reference

from runlake.analysis.classification import Confusion, against_rest, confusion, judgement
from unit.analysis.classification.examples import some_predictions


class TestAJudgement:
    @pytest.mark.parametrize("k", [2, 5])
    def test_is_what_scikit_learn_says(self, k: int) -> None:
        given = some_predictions(3, n=400, k=k)
        assert given.scores is not None
        guess = given.scores.argmax(axis=1)
        matrix = confusion(given)

        found = judgement(matrix, against_rest(matrix, "c1"))

        assert found.n == 400
        assert found.accuracy.value == pytest.approx(reference.accuracy_score(given.labels, guess))
        assert found.balanced_accuracy.value == pytest.approx(reference.balanced_accuracy_score(given.labels, guess))
        assert found.macro_f1.value == pytest.approx(reference.f1_score(given.labels, guess, average="macro"))
        assert found.matthews.value == pytest.approx(reference.matthews_corrcoef(given.labels, guess))
        of_one = (given.labels == 1, guess == 1)
        assert found.precision.value == pytest.approx(reference.precision_score(*of_one))
        assert found.recall.value == pytest.approx(reference.recall_score(*of_one))
        assert found.f1.value == pytest.approx(reference.f1_score(*of_one))
        for one in (found.accuracy, found.balanced_accuracy, found.macro_f1, found.matthews, found.f1):
            assert one.low < one.value < one.high

    def test_tells_how_far_it_is(self) -> None:
        told: list[float] = []
        matrix = Confusion.from_counts(np.ones((200, 200), dtype=int), tuple(map(str, range(200))))

        judgement(matrix, against_rest(matrix, "7"), told=told.append)

        assert told == sorted(told)
        assert len(told) > 10
        assert told[-1] == 1


class TestOneAgainstTheRest:
    def test_is_counted(self) -> None:
        matrix = Confusion.from_counts([[5, 1, 2], [3, 7, 0], [0, 4, 8]], ("a", "b", "c"))

        found = against_rest(matrix, "b")

        assert found.counts.tolist() == [[5 + 2 + 0 + 8, 1 + 4], [3 + 0, 7]]
        assert found.classes == ("not b", "b")
