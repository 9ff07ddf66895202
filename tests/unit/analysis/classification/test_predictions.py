"""What a classifier said: what is accepted, and what counts as its prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runlake.analysis.classification import hard, predictions
from runlake.errors import InvalidValue

NAN = float("nan")
AB = ("a", "b")


class TestPredictions:
    def test_keep_what_was_given_and_cannot_be_changed_by_it(self) -> None:
        scores = np.array([[0.9, 0.1], [0.2, 0.8]])

        made = predictions([0, 1], AB, scores=scores, ids=["x", "y"])
        scores[:] = 0

        assert made.scores is not None
        assert (made.labels.tolist(), made.scores.tolist()) == ([0, 1], [[0.9, 0.1], [0.2, 0.8]])
        assert (made.n, made.classes, made.ids, made.predicted) == (2, AB, ("x", "y"), None)
        with pytest.raises(ValueError, match="read-only"):
            made.labels[0] = 1

    def test_read_one_score_of_two_classes_as_a_probability_where_it_can_be_one(self) -> None:
        made = predictions([0, 1], AB, scores=[0.25, 0.75])

        assert made.scores is not None
        assert made.scores.tolist() == [[0.75, 0.25], [0.25, 0.75]]

    def test_read_it_as_a_decision_value_otherwise(self) -> None:
        made = predictions([0, 1], AB, scores=[-2.0, 0.5])

        assert made.scores is not None
        assert made.scores.tolist() == [[2.0, -2.0], [-0.5, 0.5]]
        assert hard(made)[0].tolist() == [0, 1]

    def test_may_be_of_no_example(self) -> None:
        assert predictions([], AB, predicted=[]).n == 0
        assert hard(predictions([], AB, scores=np.zeros((0, 2))))[0].tolist() == []

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"labels": [0, 2]}, "labels: expected positions in classes, 0 to 1, but got '0 to 2'"),
            ({"labels": [-1, 0]}, "labels: expected positions in classes"),
            ({"labels": ["a", "b"]}, "look names up first"),
            ({"labels": [0.5, 1.0]}, "whole numbers"),
            ({"labels": [[0, 1]]}, "one position per example"),
            ({"classes": ("a",)}, "at least two names, each once"),
            ({"classes": ("a", "a")}, "at least two names, each once"),
            ({"scores": None}, "at least one of the two"),
            ({"scores": [[1, 2, 3], [1, 2, 3]]}, r"one row per label and one column per class, \(2, 2\)"),
            ({"scores": [0.1, 0.2, 0.3]}, r"scores: .*\(3, 2\)"),
            ({"predicted": [0]}, "one position for each of 2 labels"),
            ({"predicted": [0, 5]}, "predicted: expected positions"),
            ({"ids": ["x", "x"]}, "one id for each of 2 labels, each once"),
            ({"ids": ["x"]}, "one id for each of 2 labels"),
        ],
    )
    def test_that_do_not_fit_are_refused_with_what_to_do(self, given: dict[str, Any], said: str) -> None:
        usual: dict[str, Any] = {"labels": [0, 1], "classes": AB, "scores": [0.1, 0.9]} | given

        with pytest.raises(InvalidValue, match=said):
            predictions(usual.pop("labels"), usual.pop("classes"), **usual)


class TestThePredictedClass:
    def test_is_that_of_the_highest_score_and_the_first_of_equal_ones(self) -> None:
        made = predictions([0, 0, 0], ("a", "b", "c"), scores=[[1, 2, 3], [5, 5, 1], [0, 7, 7]])

        codes, problem = hard(made)

        assert (codes.tolist(), problem) == ([2, 0, 1], None)

    def test_is_the_one_given_where_there_is_no_threshold(self) -> None:
        made = predictions([0, 1], AB, scores=[0.9, 0.1], predicted=[0, 0])

        assert hard(made)[0].tolist() == [0, 0]
        assert hard(made, 0.5)[0].tolist() == [1, 0]

    def test_is_positive_from_the_threshold_on(self) -> None:
        made = predictions([0, 0, 0], AB, scores=[0.25, 0.5, 0.75])

        assert hard(made, 0.5)[0].tolist() == [0, 1, 1]
        assert hard(made, 0.5, "a")[0].tolist() == [0, 0, 1]
        assert hard(made, float("inf"))[0].tolist() == [0, 0, 0]

    def test_is_missing_where_a_score_is_and_that_is_said(self) -> None:
        codes, problem = hard(predictions([0, 1, 1], AB, scores=[0.1, NAN, 0.9]))

        assert codes.tolist() == [0, -1, 1]
        assert problem == "1 of 3 examples have NaN scores and are left out"
        assert hard(predictions([0, 1], AB, scores=[0.1, NAN]), 0.5)[0].tolist() == [0, -1]

    def test_needs_two_classes_and_scores_for_a_threshold(self) -> None:
        with pytest.raises(InvalidValue, match="leave the threshold out"):
            hard(predictions([0], ("a", "b", "c"), scores=[[1, 2, 3]]), 0.5)
        with pytest.raises(InvalidValue, match="no threshold can be applied"):
            hard(predictions([0], AB, predicted=[0]), 0.5)

    def test_of_an_unknown_class_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match=r"one of 'a', 'b'"):
            hard(predictions([0], AB, scores=[0.1]), 0.5, "z")
