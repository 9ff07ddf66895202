"""The runs that none beats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from runlake.analysis.pareto import front

NAN = math.nan
few_values = st.sampled_from([0.0, 1.0, 2.0, 3.0, math.inf, -math.inf, NAN])
tables = st.integers(1, 4).flatmap(
    lambda m: st.integers(0, 14).flatmap(lambda n: arrays(np.float64, (n, m), elements=few_values))
)


def beaten(row: list[float], other: list[float], maximize: list[bool]) -> bool:
    """By the definition, value by value."""
    pairs = [(a, b) if up else (-a, -b) for a, b, up in zip(row, other, maximize, strict=True)]
    return all(b >= a for a, b in pairs) and any(b > a for a, b in pairs)


class TestTheFront:
    def test_holds_what_none_beats_in_everything(self) -> None:
        values = np.array([[1.0, 5.0], [2.0, 4.0], [2.0, 6.0], [3.0, 3.0], [0.0, 9.0]])

        assert front(values, maximize=(True, True)).tolist() == [False, False, True, True, True]
        assert front(values, maximize=(False, False)).tolist() == [True, True, False, True, True]

    def test_holds_equals_both(self) -> None:
        assert front(np.array([[1.0, 1.0], [1.0, 1.0]]), maximize=(True, False)).tolist() == [True, True]

    def test_never_holds_nor_is_beaten_by_a_nan(self) -> None:
        values = np.array([[NAN, 9.0], [1.0, 1.0], [9.0, NAN]])

        assert front(values, maximize=(True, True)).tolist() == [False, True, False]

    def test_of_nothing_is_empty(self) -> None:
        assert front(np.empty((0, 2)), maximize=(True, True)).tolist() == []

    @given(tables, st.lists(st.booleans(), min_size=4, max_size=4))
    def test_is_what_the_definition_says(self, values: np.ndarray, directions: list[bool]) -> None:
        maximize = directions[: values.shape[1]]
        rows = values.tolist()

        expected = [
            not any(math.isnan(v) for v in row)
            and not any(beaten(row, other, maximize) for other in rows if not any(math.isnan(v) for v in other))
            for row in rows
        ]
        assert front(values, maximize=maximize).tolist() == expected

    def test_wants_a_direction_for_each_objective(self) -> None:
        with pytest.raises(ValueError, match="one direction per column"):
            front(np.zeros((2, 2)), maximize=(True,))
