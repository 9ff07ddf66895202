"""Classes in groups: counts and predictions of groups are what counting by hand gives."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as reference

from runlake.analysis.classification import (
    Confusion,
    by_prefix,
    confused,
    confusion,
    counts_by_group,
    predictions,
    predictions_by_group,
)
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import some_predictions

CLASSES = ("animal/cat", "thing/car", "animal/dog", "none")
GROUPS = by_prefix(CLASSES)


class TestAPrefix:
    def test_names_the_group(self) -> None:
        assert GROUPS == ("animal", "thing", "animal", "none")
        assert by_prefix(["a_1", "a_2", "b"], "_") == ("a", "a", "b")


class TestCounts:
    def test_add_up(self) -> None:
        matrix = Confusion.from_counts(np.arange(16).reshape(4, 4), CLASSES)

        found = counts_by_group(matrix, GROUPS)

        assert found.classes == ("animal", "thing", "none")
        assert found.counts.tolist() == [[0 + 2 + 8 + 10, 1 + 9, 3 + 11], [4 + 6, 5, 7], [12 + 14, 13, 15]]
        assert found.n == matrix.n

    def test_of_predictions_are_the_same_either_way(self) -> None:
        drawn = some_predictions(4, n=500)
        groups = ("x", "y", "x", "y")

        assert (
            confusion(predictions_by_group(drawn, groups)).counts.tolist()
            == counts_by_group(confusion(drawn), groups).counts.tolist()
        )

    def test_need_a_group_for_each_class(self) -> None:
        with pytest.raises(InvalidValue, match="one group for each of 4 classes"):
            counts_by_group(Confusion.from_counts(np.eye(4), CLASSES), ("a",))


class TestPredictions:
    def test_have_the_probability_of_the_group(self) -> None:
        drawn = some_predictions(4, n=500)
        assert drawn.scores is not None

        found = predictions_by_group(drawn, ("x", "y", "x", "y"))

        assert found.scores is not None
        np.testing.assert_allclose(found.scores[:, 0], drawn.scores[:, 0] + drawn.scores[:, 2])
        assert found.predicted is not None
        assert found.predicted.tolist() == (drawn.scores.argmax(axis=1) % 2).tolist()

    def test_that_are_no_probabilities_have_no_score_in_groups(self) -> None:
        odds = predictions([0, 1, 2], "abc", scores=np.array([[3.0, -1, 0], [0, 2, 0], [0, 0, 1]]))
        independent = predictions([0, 1, 2], "abc", scores=np.array([[0.9, 0.9, 0], [0, 1, 0], [0, 0, 1]]))

        assert [predictions_by_group(one, ("x", "x", "y")).scores for one in (odds, independent)] == [None, None]

    def test_that_are_missing_stay_missing(self) -> None:
        given = predictions([0, 1, 2], "abc", scores=np.array([[np.nan, 0.5, 0.5], [0, 1, 0], [0, 0, 1]]))

        found = confusion(predictions_by_group(given, ("x", "x", "y")))

        assert found.counts.tolist() == [[1, 0], [0, 1]]
        assert found.problem == "1 of 3 examples have no prediction and are left out"

    def test_lead_to_the_examples_of_a_cell_of_groups(self) -> None:
        drawn = some_predictions(4, n=500)
        assert drawn.scores is not None
        grouped = predictions_by_group(drawn, ("x", "y", "x", "y"))

        found = confused(grouped, "x", "y")

        guess = drawn.scores.argmax(axis=1)
        assert sorted(found) == np.flatnonzero((drawn.labels % 2 == 0) & (guess % 2 == 1)).tolist()

    def test_are_measured_as_scikit_learn_would_the_groups(self) -> None:
        drawn = some_predictions(4, n=500)
        grouped = predictions_by_group(drawn, ("x", "y", "x", "y"))
        assert drawn.scores is not None

        counts = confusion(grouped).counts
        assert np.trace(counts) / 500 == pytest.approx(
            reference.accuracy_score(drawn.labels % 2, drawn.scores.argmax(axis=1) % 2)
        )
