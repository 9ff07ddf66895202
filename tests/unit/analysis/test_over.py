"""A series over another metric of its run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.analysis.arrange import View, arrange
from runlake.analysis.over import over
from runlake.analysis.series import Series, XAxis
from runlake.figures.caption import caption

NAN = math.nan


def a_series(*points: tuple[float, float, float], key: str = "loss") -> Series:
    """Points of step, second and value, in the order of `Lake.metrics`."""
    step, seconds, value = np.array(sorted(points, key=lambda p: p[:2]), dtype=np.float64).reshape(-1, 3).T
    return Series("r", key, step, seconds, seconds * 1000, value)


def placed(series: Series, other: Series | None) -> list[tuple[float, float]]:
    found = over(series, other)
    return list(zip(found.x.tolist(), found.value.tolist(), strict=True))


class TestAPoint:
    def test_stands_at_the_value_of_its_step(self) -> None:
        tokens = a_series((0, 0, 100), (1, 1, 200), (2, 2, 300))

        assert placed(a_series((0, 0, 9), (2, 2, 7)), tokens) == [(100, 9), (300, 7)]

    def test_stands_at_the_last_value_before_its_step(self) -> None:
        epoch = a_series((0, 0, 1), (10, 10, 2))

        assert placed(a_series((5, 5, 0.5), (11, 11, 0.25)), epoch) == [(1, 0.5), (2, 0.25)]

    def test_of_a_step_that_came_twice_stands_at_the_value_of_its_call(self) -> None:
        epoch = a_series((0, 0, 1), (0, 60, 7), (1, 61, 8))

        assert placed(a_series((0, 0, 0.5), (0, 60, 0.25), (0, 90, 0.1)), epoch) == [(1, 0.5), (7, 0.25), (7, 0.1)]

    @pytest.mark.parametrize(
        "other", [None, a_series(), a_series((5, 5, 1)), a_series((0, 0, NAN)), a_series((0, 0, math.inf))]
    )
    def test_without_a_value_by_then_has_no_place_and_is_counted(self, other: Series | None) -> None:
        found = over(a_series((0, 0, 0.5), (1, 1, 0.25)), other)

        assert (len(found.x), found.left_out, found.goes_back) == (0, 2, False)

    def test_of_no_number_keeps_its_place(self) -> None:
        found = over(a_series((0, 0, NAN)), a_series((0, 0, 3)))

        assert found.x.tolist() == [3]
        assert math.isnan(found.value[0])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 99)), max_size=12),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 99)), max_size=12),
)
def test_is_what_looking_at_each_point_gives(
    ours: list[tuple[int, int, int]], theirs: list[tuple[int, int, int]]
) -> None:
    series, other = a_series(*ours), a_series(*theirs)
    pairs = list(zip(other.step.tolist(), other.seconds.tolist(), other.value.tolist(), strict=True))
    expected = []
    for step, second, value in zip(series.step.tolist(), series.seconds.tolist(), series.value.tolist(), strict=True):
        same = [v for s, t, v in pairs if (s, t) == (step, second)]
        before = [v for s, _, v in pairs if s <= step]
        if same or before:
            expected.append(((same or before)[-1], value))

    assert placed(series, other) == expected


class TestThePicture:
    VIEW = View(axis=XAxis.METRIC, over="tokens")

    def test_is_a_line_where_x_never_goes_back_and_ties_keep_their_order(self) -> None:
        tokens = a_series((0, 0, 5), (1, 1, 5), (2, 2, 9))
        loss = a_series((0, 0, 3), (1, 1, 2), (2, 2, 1))

        arranged = arrange([[loss]], self.VIEW, started={}, others={"r": tokens})

        (curve,) = arranged.curves
        assert (curve.x.tolist(), curve.y.tolist(), curve.scattered) == ([5, 5, 9], [3, 2, 1], False)
        assert (arranged.x_title, arranged.left_out) == ("tokens", 0)

    def test_is_points_where_x_goes_back(self) -> None:
        view = View(axis=XAxis.METRIC, over="tokens", smooth_percent=5)
        tokens = a_series((0, 0, 5), (1, 1, 2), (2, 2, 9))
        loss = a_series((0, 0, 3), (1, 1, 2), (2, 2, 1))

        arranged = arrange([[loss]], view, started={}, others={"r": tokens})

        assert arranged.curves[0].scattered
        assert len(arranged.curves[0].trend_x) == 0
        assert "In one curve x goes back, so the points stand without a line." in caption(arranged)

    def test_says_how_many_points_have_no_place(self) -> None:
        loss = a_series((0, 0, 3), (1, 1, 2), (2, 2, 1))

        arranged = arrange([[loss], [loss]], self.VIEW, started={}, others={"r": a_series((1, 1, 5))})

        assert arranged.left_out == 2
        assert caption(arranged).endswith("at or before its step. 2 points without such a value left out.")

    def test_of_a_run_without_the_metric_is_empty(self) -> None:
        arranged = arrange([[a_series((0, 0, 3))]], self.VIEW, started={})

        assert (arranged.curves[0].points, arranged.left_out) == (0, 1)
