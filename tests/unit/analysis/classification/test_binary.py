"""One question with two answers: of a class, of all at once, of the predicted class."""

from __future__ import annotations

import numpy as np
import pytest

from runlake.analysis.classification import binary, micro_average, one_vs_rest, predictions, top_label
from runlake.errors import InvalidValue

THREE = predictions([0, 1, 2], ("a", "b", "c"), scores=[[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]])


class TestOneClass:
    def test_of_two_is_the_second_where_none_is_named(self) -> None:
        two = predictions([0, 1], ("no", "yes"), scores=[0.1, 0.8])

        assert (binary(two).name, binary(two).truth.tolist(), binary(two).score.tolist()) == (
            "yes",
            [False, True],
            [0.1, 0.8],
        )
        assert binary(two, "no").truth.tolist() == [True, False]

    def test_of_more_has_to_be_named(self) -> None:
        with pytest.raises(InvalidValue, match="the name of one of the 3 classes"):
            binary(THREE)

    def test_needs_scores(self) -> None:
        with pytest.raises(InvalidValue, match="predicted classes alone have no thresholds"):
            binary(predictions([0, 1], ("no", "yes"), predicted=[0, 1]))

    def test_against_the_rest_is_asked_for_each(self) -> None:
        asked = one_vs_rest(THREE)

        assert [b.name for b in asked] == ["a", "b", "c"]
        assert [b.truth.tolist() for b in asked] == np.eye(3, dtype=bool).tolist()
        assert asked[1].score.tolist() == [0.2, 0.4, 0.1]


class TestAllClasses:
    def test_at_once_are_as_many_answers_as_there_are_scores(self) -> None:
        asked = micro_average(THREE)

        assert (asked.n, asked.positives, asked.prevalence) == (9, 3, 1 / 3)
        assert asked.score.tolist() == [0.7, 0.2, 0.1, 0.5, 0.4, 0.1, 0.1, 0.1, 0.8]

    def test_can_be_asked_for_the_predicted_one_alone(self) -> None:
        asked = top_label(THREE)

        assert (asked.truth.tolist(), asked.score.tolist()) == ([True, False, True], [0.7, 0.5, 0.8])

    def test_of_an_example_without_a_prediction_have_no_score(self) -> None:
        asked = top_label(predictions([0, 1], ("a", "b"), scores=[[0.7, 0.3], [float("nan"), 0.9]]))

        assert asked.problem == "1 of 2 scores are NaN or infinite"


class TestAProblem:
    def test_is_no_example(self) -> None:
        asked = binary(predictions([], ("no", "yes"), scores=np.zeros((0, 2))))

        assert asked.problem == "there are no examples"
        assert np.isnan(asked.prevalence)

    def test_is_a_score_that_is_no_number(self) -> None:
        asked = binary(predictions([0, 1, 1], ("no", "yes"), scores=[float("nan"), float("inf"), 0.5]))

        assert asked.problem == "2 of 3 scores are NaN or infinite"
