"""What is drawn of a series: spikes, gaps, marks and the smoothing rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.analysis.curves import MAX_MARKS, Floats, compact, draw, half_life_of, smooth

NAN, INF = float("nan"), float("inf")


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def steps(count: int) -> Floats:
    return np.arange(count, dtype=np.float64)


class TestFewPoints:
    def test_are_drawn_as_they_are_in_the_order_of_x(self) -> None:
        curve = draw(floats(2, 0, 1), floats(20, 0, 10))

        assert curve.x.tolist() == [0, 1, 2]
        assert curve.y.tolist() == [0, 10, 20]
        assert (curve.exact, curve.points, curve.low, curve.high) == (True, 3, 0, 20)

    def test_of_one_step_are_all_kept_in_the_order_given(self) -> None:
        curve = draw(floats(1, 1, 1), floats(3, 1, 2))

        assert curve.y.tolist() == [3, 1, 2]

    def test_of_none_give_an_empty_picture(self) -> None:
        curve = draw(floats(), floats())

        assert (len(curve.x), curve.points, curve.exact, curve.has_lone_points) == (0, 0, True, False)
        assert np.isnan(curve.low)

    def test_that_are_no_numbers_break_the_line_and_leave_marks(self) -> None:
        curve = draw(steps(5), floats(1, NAN, INF, -INF, 2))

        np.testing.assert_array_equal(curve.y, floats(1, NAN, NAN, NAN, 2))
        assert (curve.nan_x.tolist(), curve.above_x.tolist(), curve.below_x.tolist()) == ([1], [2], [3])
        assert (curve.nan_count, curve.inf_count) == (1, 2)
        assert curve.has_lone_points

    def test_without_any_number_say_so(self) -> None:
        curve = draw(steps(2), floats(NAN, NAN))

        assert (np.isnan(curve.low), np.isnan(curve.high), curve.has_lone_points) == (True, True, False)

    def test_count_what_a_logarithmic_axis_cannot_show(self) -> None:
        assert draw(steps(5), floats(-1, 0, 1, NAN, -INF)).not_positive == 2


class TestManyPoints:
    def test_keep_every_spike_and_both_ends(self) -> None:
        y = np.sin(steps(100_000) / 5000)
        y[[777, 50_001]] = [99.0, -99.0]

        curve = draw(steps(100_000), y)

        assert (curve.exact, curve.points) == (False, 100_000)
        assert len(curve.x) <= 1000
        assert (np.nanmax(curve.y), np.nanmin(curve.y)) == (99.0, -99.0)
        assert (curve.x[0], curve.x[-1]) == (0, 99_999)

    def test_keep_the_extremes_of_each_stretch_of_an_uneven_axis(self) -> None:
        x = np.concatenate([steps(50_000) / 50_000, 1 + steps(100) * 10])
        y = np.zeros(len(x))
        y[-50] = 5.0

        assert draw(x, y).high in draw(x, y).y

    def test_at_one_and_the_same_step_are_reduced_too(self) -> None:
        curve = draw(np.zeros(5000), np.arange(5000.0))

        assert len(curve.x) <= 1000
        assert (curve.y.min(), curve.y.max()) == (0, 4999)

    def test_break_the_line_where_a_whole_stretch_is_no_number(self) -> None:
        y = np.ones(10_000)
        y[4000:6000] = NAN

        curve = draw(steps(10_000), y)

        gaps = np.flatnonzero(np.isnan(curve.y))
        assert len(gaps) == 1
        assert 3999 < curve.x[gaps[0]] < 6000
        assert len(curve.nan_x) == MAX_MARKS

    def test_do_not_break_the_line_for_a_gap_narrower_than_a_pixel(self) -> None:
        y = np.ones(10_000)
        y[5000] = NAN

        curve = draw(steps(10_000), y)

        assert not np.isnan(curve.y).any()
        assert curve.nan_x.tolist() == [5000]

    def test_that_are_no_numbers_draw_nothing_but_marks(self) -> None:
        curve = draw(steps(5000), np.full(5000, NAN))

        assert np.isnan(curve.y).all()
        assert len(curve.nan_x) == MAX_MARKS

    @given(st.lists(st.floats(width=32), min_size=0, max_size=300), st.integers(4, 40))
    def test_never_lose_the_highest_or_the_lowest_number(self, values: list[float], limit: int) -> None:
        y = np.array(values, dtype=np.float64)

        curve = draw(steps(len(y)), y, max_points=limit)

        finite = y[np.isfinite(y)]
        if len(finite):
            assert np.nanmax(curve.y) == finite.max()
            assert np.nanmin(curve.y) == finite.min()
        drawn = curve.y[~np.isnan(curve.y)]
        assert set(drawn.tolist()) <= set(finite.tolist())
        assert len(drawn) <= limit


class TestAStretch:
    def test_keeps_one_neighbour_on_each_side(self) -> None:
        assert draw(steps(10), steps(10), within=(4, 5)).x.tolist() == [3, 4, 5, 6]

    def test_at_the_edge_has_no_neighbour(self) -> None:
        assert draw(steps(3), steps(3), within=(-5, 0)).x.tolist() == [0, 1]

    def test_of_many_points_is_exact_where_it_holds_few(self) -> None:
        curve = draw(steps(100_000), steps(100_000), within=(500, 1000))

        assert (curve.exact, curve.points) == (True, 503)

    def test_is_smoothed_as_the_whole_is(self) -> None:
        y = np.random.default_rng(3).normal(size=100)

        curve = draw(steps(100), y, half_life=5, within=(50, 60))

        assert curve.trend_y.tolist() == smooth(steps(100), y, half_life=5)[49:62].tolist()


class TestSmoothing:
    def test_halves_a_weight_with_every_half_life(self) -> None:
        result = smooth(floats(0, 10), floats(0, 3), half_life=10)

        assert result.tolist() == pytest.approx([0, 3 / 1.5])

    def test_equals_the_weighted_mean_by_hand(self) -> None:
        step, value = np.sort(np.random.default_rng(0).uniform(0, 500, 200)), np.random.default_rng(1).normal(size=200)

        result = smooth(step, value, half_life=2.0)

        by_hand = [np.average(value[: i + 1], weights=2.0 ** ((step[: i + 1] - step[i]) / 2.0)) for i in range(200)]
        np.testing.assert_allclose(result, by_hand, rtol=1e-9)

    def test_follows_the_steps_and_not_the_order_of_logging(self) -> None:
        forward = smooth(floats(0, 1, 2), floats(5, 7, 9), half_life=1)
        shuffled = smooth(floats(2, 0, 1), floats(9, 5, 7), half_life=1)

        assert shuffled.tolist() == pytest.approx([forward[2], forward[0], forward[1]])

    def test_gives_values_that_are_no_numbers_no_weight(self) -> None:
        result = smooth(steps(4), floats(1, NAN, INF, 1), half_life=1)

        np.testing.assert_array_equal(result, floats(1, NAN, NAN, 1))

    @pytest.mark.parametrize("size", [1e-300, 1e300])
    def test_holds_for_numbers_of_any_size(self, size: float) -> None:
        result = smooth(steps(400), np.full(400, size), half_life=1)

        np.testing.assert_allclose(result, np.full(400, size))

    def test_of_a_level_is_that_level_across_a_long_silence(self) -> None:
        result = smooth(floats(0, 1e9, 2e9), floats(4, 4, 8), half_life=0.5)

        assert result.tolist() == pytest.approx([4, 4, 8])

    @pytest.mark.parametrize("half_life", [0.0, -1.0, NAN])
    def test_refuses_a_half_life_that_is_not_above_zero(self, half_life: float) -> None:
        with pytest.raises(ValueError, match="half_life must be above 0"):
            smooth(steps(1), steps(1), half_life=half_life)

    def test_is_drawn_beside_the_points_and_measured_in_steps(self) -> None:
        seconds, step = floats(0, 100, 101), floats(0, 10, 20)

        curve = draw(seconds, floats(0, 3, 3), step=step, half_life=10)

        assert curve.y.tolist() == [0, 3, 3]
        assert curve.trend_x.tolist() == [0, 100, 101]
        assert curve.trend_y.tolist() == pytest.approx(smooth(step, floats(0, 3, 3), half_life=10).tolist())

    def test_is_computed_from_all_points_before_they_are_reduced(self) -> None:
        y = np.random.default_rng(2).normal(size=50_000)

        curve = draw(steps(50_000), y, half_life=500)

        whole = smooth(steps(50_000), y, half_life=500)
        np.testing.assert_array_equal(curve.trend_y, whole[curve.trend_x.astype(int)])


class TestHalfLife:
    def test_is_a_share_of_the_widest_span(self) -> None:
        assert half_life_of([100.0, 400.0, NAN, 0.0], share=0.05) == 20.0

    def test_is_zero_where_nothing_spans(self) -> None:
        assert half_life_of([0.0], share=0.05) == 0.0


class TestCompact:
    def test_halves_the_bytes_where_nobody_can_see_it(self) -> None:
        assert compact(floats(0.1, NAN, 0.9)).dtype == np.float32

    @pytest.mark.parametrize("values", [(1e300, 2.0), (1.7e9, 1.7e9 + 1)])
    def test_keeps_the_precision_that_the_range_needs(self, values: tuple[float, ...]) -> None:
        assert compact(floats(*values)).tolist() == list(values)

    def test_of_nothing_finite_is_small(self) -> None:
        assert compact(floats(NAN)).dtype == np.float32


class TestWrongArguments:
    def test_of_different_lengths_are_refused(self) -> None:
        with pytest.raises(ValueError, match="one length"):
            draw(steps(2), steps(3))

    def test_of_too_small_a_limit_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 4"):
            draw(steps(2), steps(2), max_points=3)
