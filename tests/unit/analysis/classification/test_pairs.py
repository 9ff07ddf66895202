"""The most frequent mistakes, and an order that puts those classes together."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from runlake.analysis.classification import Confusion, Order, confused_pairs, most_confused, order_of
from runlake.analysis.classification.seriation import neighbours

FIVE = Confusion.from_counts(
    [[9, 0, 1, 0, 0], [0, 8, 0, 4, 0], [3, 0, 7, 0, 0], [0, 4, 0, 5, 0], [0, 0, 0, 0, 0]], tuple("abcde")
)


class TestTheMostConfusedPairs:
    def test_are_listed_with_their_share_of_the_true_class(self) -> None:
        found = [(one.true, one.predicted, one.count) for one in confused_pairs(FIVE, 3)]

        assert found == [("b", "d", 4), ("d", "b", 4), ("c", "a", 3)]
        assert confused_pairs(FIVE, 3)[0].share == pytest.approx(4 / 12)

    def test_are_all_where_there_are_fewer(self) -> None:
        assert len(confused_pairs(FIVE, 99)) == 4

    def test_of_a_thousand_classes_are_those_that_counting_finds(self) -> None:
        random = np.random.default_rng(0)
        labels, guess = random.integers(0, 1000, 20_000), random.integers(0, 1000, 20_000)
        guess[:15_000] = labels[:15_000]
        counts = np.zeros((1000, 1000), dtype=int)
        np.add.at(counts, (labels, guess), 1)
        matrix = Confusion.from_counts(counts, tuple(map(str, range(1000))))

        found = confused_pairs(matrix, 50)

        every = np.sort(counts[~np.eye(1000, dtype=bool)])[::-1][:50]
        assert [one.count for one in found] == every.tolist()


class TestTheClassesOfThem:
    def test_are_chosen_first(self) -> None:
        assert most_confused([FIVE], 2) == [1, 3]
        assert most_confused([FIVE], 4) == [0, 1, 2, 3]

    def test_are_filled_up_with_the_largest(self) -> None:
        # After b and d there is room for one more, and b, d, a, c have 12, 9, 10 and 10 examples.
        assert most_confused([FIVE], 3) == [0, 1, 3]
        assert most_confused([FIVE], 9) == [0, 1, 2, 3, 4]

    def test_count_over_all_runs(self) -> None:
        other = np.zeros((5, 5), dtype=int)
        other[0, 4] = 50

        assert most_confused([FIVE, Confusion.from_counts(other, tuple("abcde"))], 2) == [0, 4]


class TestTheOrderByLikeness:
    def test_puts_together_what_is_taken_for_each_other(self) -> None:
        order = order_of([FIVE], Order.SIMILARITY)

        assert sorted(order) == [0, 1, 2, 3, 4]
        assert abs(order.index(0) - order.index(2)) == 1
        assert abs(order.index(1) - order.index(3)) == 1

    def test_finds_blocks_again_that_were_shuffled(self) -> None:
        random = np.random.default_rng(3)
        block = np.repeat(np.arange(6), 5)
        shuffled = random.permutation(30)
        likely = np.where(block[:, None] == block[None, :], 8.0, 0.2) + np.eye(30) * 60
        counts = random.poisson(likely)[np.ix_(shuffled, shuffled)]

        found = block[shuffled][neighbours(counts)]

        assert len(list(itertools.groupby(found.tolist()))) == 6

    def test_is_as_given_without_a_mistake(self) -> None:
        assert neighbours(np.eye(4, dtype=int) * 5) == [0, 1, 2, 3]
        assert neighbours(np.array([[1, 2], [3, 4]])) == [0, 1]

    def test_of_a_thousand_classes_takes_seconds_at_most(self) -> None:
        counts = np.random.default_rng(0).poisson(0.02, (1000, 1000))
        start = time.perf_counter()

        found = neighbours(counts)

        assert sorted(found) == list(range(1000))
        assert time.perf_counter() - start < 20  # about one on an idle machine
