from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.analysis.bins import MOST_BINS, on_the_same_edges

EDGES = st.lists(st.floats(-100, 100), min_size=2, max_size=9, unique=True).map(sorted)
HISTOGRAM = EDGES.flatmap(
    lambda edges: st.tuples(
        st.lists(st.integers(0, 50), min_size=len(edges) - 1, max_size=len(edges) - 1), st.just(edges)
    )
)


class TestHistogramsOnTheSameEdges:
    def test_stay_as_they_are(self) -> None:
        found = on_the_same_edges([([1, 2], [0, 1, 3]), ([3, 4], [0, 1, 3])])

        assert found.exact
        assert found.counts.tolist() == [[1, 2], [3, 4]]
        assert found.edges.tolist() == [0, 1, 3]

    def test_split_a_bin_by_its_length(self) -> None:
        found = on_the_same_edges([([4], [0.0, 4.0]), ([1, 1], [1.0, 2.0, 3.0])])

        assert found.edges.tolist() == [0, 1, 2, 3, 4]
        assert found.counts.tolist() == [[1, 1, 1, 1], [0, 1, 1, 0]]
        assert not found.exact

    def test_of_one_value_are_a_bin(self) -> None:
        found = on_the_same_edges([([5], [2.0, 2.0]), ([3], [2.0, 2.0]), ([1, 1], [2.0, 2.5, 3.0])])

        assert found.counts.sum(axis=1).tolist() == [5, 3, 2]

    def test_of_nothing_but_one_value_too(self) -> None:
        assert on_the_same_edges([([5], [2.0, 2.0]), ([3], [3.0, 3.0])]).counts.sum(axis=1).tolist() == [5, 3]

    @given(st.lists(HISTOGRAM, min_size=1, max_size=4))
    def test_lose_no_value(self, made: list[tuple[list[float], list[float]]]) -> None:
        found = on_the_same_edges(made)

        assert found.counts.sum(axis=1) == pytest.approx([sum(counts) for counts, _ in made])
        assert len(found.edges) <= max(MOST_BINS, 9) + 1
        assert (np.diff(found.edges) > 0).all()
        assert (found.counts >= -1e-9).all()
