"""Thousands of lines as the strokes that a picture can show."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from runlake.analysis.axes import axis
from runlake.analysis.bundles import LANE, bundle, parallel, rank_share

NAN = math.nan
places = st.tuples(st.integers(0, 40), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.one_of(st.floats(0, 1), st.just(NAN)))
)


class TestStrokes:
    def test_merge_lines_that_share_their_ends(self) -> None:
        lines = np.array([[0.0, 1.0], [0.001, 0.999], [1.0, 1.0]])

        found = bundle(lines, np.array([0.0, 0.5, 1.0]), lane=LANE)

        assert found.count.tolist() == [2, 1]
        assert found.rank.tolist() == [0.25, 1.0]
        assert found.is_merged

    def test_lead_to_the_lane_where_a_value_is_missing(self) -> None:
        found = bundle(np.array([[0.0, NAN]]), np.array([NAN]), lane=LANE)

        assert (found.start.tolist(), found.end.tolist()) == ([0.0], [LANE])
        assert np.isnan(found.rank).all()

    def test_reach_the_ends_of_the_axes(self) -> None:
        found = bundle(np.array([[0.0, 1.0]]), np.array([0.5]), lane=LANE)

        assert (found.start.tolist(), found.end.tolist()) == ([0.0], [1.0])

    @given(places)
    def test_leave_no_line_out_and_move_none_by_more_than_a_cell(self, lines: np.ndarray) -> None:
        found = bundle(lines, np.full(len(lines), 0.5), lane=LANE)

        gaps = lines.shape[1] - 1
        assert found.count.sum() == len(lines) * gaps
        for gap in range(gaps):
            drawn = np.column_stack([found.start, found.end])[found.gap == gap]
            for pair in np.where(np.isnan(lines[:, gap : gap + 2]), LANE, lines[:, gap : gap + 2]):
                assert np.abs(drawn - pair).max(axis=1).min() <= 1.5 / found.cells

    def test_stay_few_enough_to_draw_for_ten_thousand_runs_of_noise(self) -> None:
        random = np.random.default_rng(1)

        found = bundle(random.random((10_000, 9)), random.random(10_000), lane=LANE)

        assert found.count.sum() == 80_000
        assert len(found.gap) <= 6_000


class TestTheRankOfARun:
    def test_is_one_for_the_best_and_the_same_for_equals(self) -> None:
        values = np.array([3.0, 1.0, 2.0, 2.0, NAN, math.inf])

        assert rank_share(values, maximize=True).tolist()[:4] == [1, 0, 0.5, 0.5]
        assert rank_share(values, maximize=False).tolist()[:4] == [0, 1, 0.5, 0.5]
        assert np.isnan(rank_share(values, maximize=True)[4:]).all()

    def test_of_one_value_is_the_middle(self) -> None:
        assert rank_share(np.array([7.0]), maximize=True).tolist() == [0.5]


class TestParallelLines:
    def test_are_single_while_the_kept_ones_are_few(self) -> None:
        axes = [axis(pl.Series("a", np.arange(20.0))), axis(pl.Series("b", [None, *np.arange(19.0)]))]
        kept = np.arange(20) < 12

        found = parallel(axes, np.full(20, NAN), kept)

        assert found.few == tuple(range(12))
        assert (len(found.strokes.gap), found.strokes.lines, found.faded.lines) == (0, 0, 8)
        assert found.lane == LANE
        assert found.places[0].tolist() == pytest.approx([0, LANE])

    def test_are_merged_where_they_are_many_and_have_no_lane_where_nothing_is_missing(self) -> None:
        axes = [axis(pl.Series("a", np.arange(20.0)))] * 2

        found = parallel(axes, np.full(20, NAN), np.ones(20, dtype=np.bool_))

        assert (found.few, found.strokes.lines, found.faded.lines) == ((), 20, 0)
        assert np.isnan(found.lane)
