"""Ranks that go along with each other."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from runlake.analysis.association import by_strength, spearman, strength

NAN = math.nan


class TestRankCorrelation:
    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40))
    def test_is_that_of_scipy_ties_included(self, pairs: list[tuple[int, int]]) -> None:
        x, y = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
        found = spearman(x, y)

        if len(set(x)) == 1 or len(set(y)) == 1:
            assert found is None
        else:
            assert found is not None
            assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
            assert found.low <= found.rho <= found.high

    def test_has_an_interval_that_covers_the_truth_about_as_often_as_it_says(self) -> None:
        random, covered, truth = np.random.default_rng(5), 0, 0.6
        pearson = 2 * math.sin(math.pi * truth / 6)  # of normal variables with this rank correlation
        for _ in range(300):
            x, noise = random.normal(size=(2, 60))
            found = spearman(x, pearson * x + math.sqrt(1 - pearson**2) * noise)
            covered += found is not None and found.low <= truth <= found.high

        assert 0.9 <= covered / 300 <= 0.99

    def test_leaves_out_pairs_that_are_not_whole(self) -> None:
        x = np.array([1.0, 2.0, 3.0, 4.0, NAN, 9.0])
        y = np.array([1.0, 2.0, 3.0, 4.0, 1.0, math.inf])

        found = spearman(x, y)
        assert found is not None
        assert (found.rho, found.n) == (1.0, 4)

    def test_is_none_for_too_few(self) -> None:
        assert spearman(np.arange(3.0), np.arange(3.0)) is None


class TestStrength:
    def test_of_numbers_is_the_squared_rank_correlation_times_the_share_of_runs(self) -> None:
        column = pl.Series("params.p", [1.0, 2.0, 3.0, 4.0, None, None, None, None])

        assert strength(column, np.arange(8.0)) == pytest.approx(0.5)

    def test_of_texts_is_not_inflated_by_many_groups(self) -> None:
        random = np.random.default_rng(2)
        objective = random.normal(size=400)
        noise = pl.Series("params.noise", [f"c{number}" for number in random.integers(0, 15, 400)])
        telling = pl.Series("params.telling", ["high" if value > 0 else "low" for value in objective])

        assert strength(noise, objective) < 0.05
        assert strength(telling, objective) > 0.7

    def test_puts_what_tells_most_first(self) -> None:
        objective = np.arange(20.0)
        frame = pl.DataFrame({"flat": [1.0, 2.0] * 10, "steep": objective, "rare": [None] * 18 + [1.0, 2.0]})

        assert by_strength(frame, frame.columns, objective)[0] == "steep"
        assert by_strength(frame, frame.columns, np.full(20, NAN)) == ["flat", "steep", "rare"]
