"""Which class was taken for which: counts, shares, orders, and the examples behind a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import (
    Confusion,
    Normalise,
    Order,
    confused,
    confusion,
    hard,
    order_of,
    predictions,
)
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import some_predictions

AB = ("a", "b")
TWO = predictions([0, 0, 1, 1], AB, scores=[0.1, 0.6, 0.4, 0.9])
NAN = float("nan")


def a_matrix(counts: Any, classes: str = "abc") -> Confusion:
    return Confusion.from_counts(counts, tuple(classes[: len(counts)]))


class TestCounts:
    @pytest.mark.parametrize("k", [2, 5, 50])
    def test_are_those_of_scikit_learn(self, k: int) -> None:
        given_ = some_predictions(k, n=400, k=k)

        found = confusion(given_)

        codes = given_.scores.argmax(axis=1) if given_.scores is not None else None
        assert found.counts.tolist() == reference.confusion_matrix(given_.labels, codes, labels=range(k)).tolist()
        assert (found.n, found.classes, found.problem) == (400, given_.classes, None)

    def test_follow_the_threshold(self) -> None:
        assert confusion(TWO).counts.tolist() == [[1, 1], [1, 1]]
        assert confusion(TWO, 0.4).counts.tolist() == [[1, 1], [0, 2]]
        assert confusion(TWO, 0.4, "a").counts.tolist() == [[2, 0], [1, 1]]
        assert confusion(TWO, 0.4).threshold == 0.4

    def test_leave_out_what_was_not_predicted_and_say_so(self) -> None:
        found = confusion(predictions([0, 1, 1], AB, scores=[0.2, NAN, 0.9]))

        assert (found.n, found.problem) == (2, "1 of 3 examples have NaN scores and are left out")

    @pytest.mark.parametrize("labels", [[], [1]])
    def test_of_nothing_predicted_are_zeros(self, labels: list[int]) -> None:
        found = confusion(predictions(labels, AB, scores=np.full((len(labels), 2), NAN)))

        assert found.counts.tolist() == [[0, 0], [0, 0]]

    def test_of_one_example_are_one(self) -> None:
        assert confusion(predictions([1], AB, predicted=[0])).counts.tolist() == [[0, 0], [1, 0]]


class TestReadyCounts:
    def test_are_taken_as_they_are(self) -> None:
        assert a_matrix([[1.0, 2.0], [3.0, 4.0]]).counts.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        ("counts", "classes", "said"),
        [
            ([[1, 2]], AB, r"one row and one column for each of 2 classes, but got '?\(1, 2\)"),
            ([[1, -2], [3, 4]], AB, "whole numbers from 0"),
            ([[0.5, 0.5], [0.1, 0.9]], AB, "shares cannot be turned back into counts"),
            ([[NAN, 1], [1, 1]], AB, "whole numbers from 0"),
            ([["x", "y"], ["z", "w"]], AB, "whole numbers from 0"),
            ([[1, 2], [3, 4]], ("a", "a"), "at least one name, each once"),
        ],
    )
    def test_that_are_none_are_refused(self, counts: Any, classes: tuple[str, ...], said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            Confusion.from_counts(counts, classes)


class TestShares:
    @pytest.mark.parametrize(
        ("normalise", "name"),
        [(Normalise.TRUE, "true"), (Normalise.PREDICTED, "pred"), (Normalise.ALL, "all"), (Normalise.NONE, None)],
    )
    def test_are_those_of_scikit_learn(self, normalise: Normalise, name: str | None) -> None:
        given_ = some_predictions(1)

        expected = reference.confusion_matrix(given_.labels, hard(given_)[0], normalize=name)
        np.testing.assert_allclose(confusion(given_).shares(normalise), expected, atol=1e-9)

    def test_of_an_empty_row_are_undefined(self) -> None:
        np.testing.assert_array_equal(a_matrix([[1, 1], [0, 0]]).shares(Normalise.TRUE), [[0.5, 0.5], [NAN, NAN]])

    @settings(deadline=None)
    @given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
    def test_add_up_to_one_or_are_undefined(self, counts: list[list[int]]) -> None:
        matrix = a_matrix(counts)

        for normalise, axis in ((Normalise.TRUE, 1), (Normalise.PREDICTED, 0), (Normalise.ALL, None)):
            sums = np.atleast_1d(matrix.shares(normalise).sum(axis=axis))
            assert all(np.isnan(total) or total == pytest.approx(1) for total in sums.tolist())


class TestTheOrderOfClasses:
    def test_is_one_for_all_matrices(self) -> None:
        one, other = a_matrix([[5, 1, 0], [0, 1, 0], [0, 0, 9]]), a_matrix([[5, 0, 0], [2, 0, 0], [0, 0, 9]])

        assert order_of([one, other], Order.GIVEN) == [0, 1, 2]
        assert order_of([one, other], Order.SUPPORT) == [2, 0, 1]
        assert order_of([one, other], Order.ERRORS) == [0, 1, 2]
        assert order_of([], Order.ERRORS) == []

    def test_by_name_counts_numbers_as_numbers(self) -> None:
        matrix = Confusion.from_counts(np.eye(3, dtype=int), ("c10", "c2", "a"))

        assert order_of([matrix], Order.NAME) == [2, 1, 0]

    def test_moves_rows_and_columns_alike(self) -> None:
        moved = a_matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).arranged([2, 0, 1])

        assert (moved.classes, moved.counts.tolist()) == (("c", "a", "b"), [[9, 7, 8], [3, 1, 2], [6, 4, 5]])

    def test_needs_the_same_classes(self) -> None:
        with pytest.raises(InvalidValue, match="those of the first matrix"):
            order_of([a_matrix([[1]]), a_matrix([[1]], "z")], Order.GIVEN)


class TestTheExamplesOfACell:
    def test_come_with_the_most_confident_first(self) -> None:
        given_ = predictions([0, 0, 0, 1], AB, scores=[0.6, 0.9, 0.2, 0.9])

        assert confused(given_, "a", "b").tolist() == [1, 0]
        assert confused(given_, "a", "b", threshold=0.1).tolist() == [1, 0, 2]
        assert confused(given_, "a", "a").tolist() == [2]
        assert confused(given_, "b", "a").tolist() == []

    def test_come_in_the_order_given_without_scores(self) -> None:
        assert confused(predictions([0, 0], AB, predicted=[1, 1]), "a", "b").tolist() == [0, 1]

    def test_are_as_many_as_the_cell_counts(self) -> None:
        given_ = some_predictions(2, k=3)

        found = [[len(confused(given_, t, p)) for p in given_.classes] for t in given_.classes]
        assert found == confusion(given_).counts.tolist()

    def test_of_an_unknown_class_are_refused(self) -> None:
        with pytest.raises(InvalidValue, match=r"class: expected one of 'a', 'b', but got 'z'"):
            confused(TWO, "z", "a")
