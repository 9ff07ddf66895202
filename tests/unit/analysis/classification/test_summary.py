"""Numbers from counts alone, against scikit-learn's numbers from labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import Average, Confusion, Summary, summarise

EXACT = 1e-9
labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def of(pairs: list[tuple[int, int]], k: int = 4) -> Summary:
    counts = np.zeros((k, k), dtype=int)
    for row, column in pairs:
        counts[row, column] += 1
    return summarise(Confusion.from_counts(counts, tuple("abcdefgh"[:k])))


class TestNumbers:
    @settings(deadline=None, max_examples=40)
    @given(labels)
    def test_are_those_of_scikit_learn(self, pairs: list[tuple[int, int]]) -> None:
        true, predicted = map(list, zip(*pairs, strict=True))

        found = of(pairs)

        assert found.accuracy == pytest.approx(reference.accuracy_score(true, predicted), abs=EXACT)
        for name, average in (("macro", found.macro), ("weighted", found.weighted), ("micro", found.micro)):
            expected = reference.precision_recall_fscore_support(true, predicted, average=name, zero_division=0.0)
            assert (average.precision, average.recall, average.f1) == pytest.approx(expected[:3], abs=EXACT)

    @settings(deadline=None, max_examples=40)
    @given(labels)
    def test_of_each_class_are_those_of_scikit_learn(self, pairs: list[tuple[int, int]]) -> None:
        true, predicted = map(list, zip(*pairs, strict=True))

        found = of(pairs)

        expected = reference.precision_recall_fscore_support(
            true, predicted, labels=range(4), average=None, zero_division=math.nan
        )
        assert found.support.tolist() == expected[3].tolist()
        np.testing.assert_allclose(found.precision, expected[0], atol=EXACT)
        np.testing.assert_allclose(found.recall, expected[1], atol=EXACT)
        np.testing.assert_allclose(found.f1, expected[2], atol=EXACT)

    @settings(deadline=None, max_examples=40)
    @given(labels)
    def test_of_agreement_are_those_of_scikit_learn(self, pairs: list[tuple[int, int]]) -> None:
        true, predicted = map(list, zip(*pairs, strict=True))
        assume(len(set(true)) > 1 and len(set(predicted)) > 1 and set(predicted) <= set(true))

        found = of(pairs)

        assert found.matthews == pytest.approx(reference.matthews_corrcoef(true, predicted), abs=EXACT)
        assert found.kappa == pytest.approx(reference.cohen_kappa_score(true, predicted), abs=EXACT)
        balanced = reference.balanced_accuracy_score(true, predicted)
        assert found.balanced_accuracy == pytest.approx(balanced, abs=EXACT)

    @settings(deadline=None, max_examples=40)
    @given(labels, st.permutations(range(4)))
    def test_of_all_do_not_depend_on_the_order_of_classes(self, pairs: list[tuple[int, int]], order: list[int]) -> None:
        one, other = of(pairs), of([(order[a], order[b]) for a, b in pairs])

        def all_of(found: Summary) -> list[Any]:
            means = (found.macro.f1, found.weighted.precision, found.micro.recall)
            return [*means, found.accuracy, found.balanced_accuracy, found.matthews, found.kappa]

        assert all_of(one) == pytest.approx(all_of(other), nan_ok=True)

    def test_of_ten_million_examples_do_not_overflow(self) -> None:
        found = summarise(Confusion.from_counts([[4_000_000, 1_000_000], [1_000_000, 4_000_000]], ("a", "b")))

        assert [found.matthews, found.kappa, found.n] == pytest.approx([0.6, 0.6, 10_000_000])


class TestWhatIsUndefined:
    def test_is_said_to_be_and_counts_as_zero_in_the_averages(self) -> None:
        found = of([(0, 0), (1, 0)], k=3)

        np.testing.assert_array_equal(found.precision, [0.5, math.nan, math.nan])
        np.testing.assert_array_equal(found.recall, [1, 0, math.nan])
        assert found.macro == Average(0.25, 0.5, (2 / 3 + 0) / 2)

    def test_is_agreement_where_all_is_one_class(self) -> None:
        found = of([(0, 0), (0, 0)])

        assert (found.accuracy, math.isnan(found.matthews), math.isnan(found.kappa)) == (1.0, True, True)

    def test_is_everything_where_there_is_no_example(self) -> None:
        found = of([])

        numbers = [found.accuracy, found.balanced_accuracy, found.matthews, found.kappa, found.macro.f1]
        assert (found.n, all(map(math.isnan, numbers))) == (0, True)
