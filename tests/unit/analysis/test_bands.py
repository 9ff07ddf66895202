from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from runlake.analysis.bands import Band, Center, Spread, band

if TYPE_CHECKING:
    from runlake.analysis.curves import Floats

NAN, INF = math.nan, math.inf
RANDOM = np.random.default_rng(7)


def a_run(values: list[float], *, first: float = 0.0, every: float = 1.0) -> tuple[Floats, Floats]:
    return first + every * np.arange(len(values), dtype=np.float64), np.array(values, dtype=np.float64)


def row(found: Band, x: float) -> tuple[float, float, float, int, int]:
    """Center, low, high, count and present at x."""
    at = int(np.flatnonzero(found.x == x)[0])
    return found.center[at], found.low[at], found.high[at], int(found.count[at]), int(found.present[at])


class TestRunsOfTheSameSteps:
    RUNS = tuple(a_run(RANDOM.normal(3, 2, 50).tolist()) for _ in range(7))
    VALUES = np.array([y for _, y in RUNS])

    def test_have_students_interval_of_their_mean(self) -> None:
        found = band(self.RUNS)

        low, high = stats.t.interval(0.95, 6, loc=self.VALUES.mean(axis=0), scale=stats.sem(self.VALUES, axis=0))
        np.testing.assert_allclose(found.center, self.VALUES.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.low, low, rtol=1e-9)
        np.testing.assert_allclose(found.high, high, rtol=1e-9)
        assert (found.between, found.runs, bool(found.is_partial.any()), found.excluded) == (False, 7, False, 0)

    def test_have_a_median_and_quartiles(self) -> None:
        found = band(self.RUNS, center=Center.MEDIAN, spread=Spread.QUARTILES)

        expected = np.quantile(self.VALUES, [0.25, 0.5, 0.75], axis=0)
        np.testing.assert_allclose([found.low, found.center, found.high], expected, rtol=1e-12)

    def test_have_a_deviation_of_a_sample_and_a_range(self) -> None:
        deviation, extent = band(self.RUNS, spread=Spread.DEVIATION), band(self.RUNS, spread=Spread.RANGE)

        np.testing.assert_allclose(deviation.high - deviation.center, self.VALUES.std(axis=0, ddof=1), rtol=1e-9)
        np.testing.assert_array_equal([extent.low, extent.high], [self.VALUES.min(axis=0), self.VALUES.max(axis=0)])

    def test_come_without_a_band(self) -> None:
        assert np.isnan(band(self.RUNS, spread=Spread.NONE).low).all()

    def test_are_cut_to_a_stretch(self) -> None:
        found = band(self.RUNS, within=(10, 12.5))

        assert found.x.tolist() == [10, 11, 12]


class TestRunsOfDifferentLength:
    RUNS = (a_run([1, 2, 3, 4]), a_run([3, 4]), a_run([5, 6, 7]))

    def test_are_averaged_over_those_that_are_there_and_these_are_counted(self) -> None:
        found = band(self.RUNS)

        assert found.center.tolist() == [3, 4, 5, 4]
        assert found.count.tolist() == [3, 3, 2, 1]
        assert found.is_partial.tolist() == [False, False, True, True]
        assert not found.between

    def test_have_no_interval_where_one_alone_is_left(self) -> None:
        found = band(self.RUNS)

        assert np.isfinite(found.low).tolist() == [True, True, True, False]
        assert row(band(self.RUNS, spread=Spread.RANGE), 3)[:3] == (4, 4, 4)

    def test_that_begin_later_are_not_there_before(self) -> None:
        found = band([a_run([0, 0, 0]), a_run([2, 2], first=1)])

        assert found.present.tolist() == [1, 2, 2]


class TestRunsOfDifferentSteps:
    def test_meet_on_lines_between_their_own_points(self) -> None:
        found = band([a_run([0, 10, 20], every=10), a_run([4, 4, 4, 4, 4], every=5)])

        assert found.x.tolist() == [0, 5, 10, 15, 20]
        assert found.center.tolist() == [2, 4.5, 7, 9.5, 12]
        assert found.between

    def test_never_meet_beyond_what_they_have_logged(self) -> None:
        found = band([a_run([0, 10], every=10), a_run([100, 100], first=5, every=1)])

        assert {x: row(found, x)[0] for x in (0, 5, 6, 10)} == {0: 0, 5: 52.5, 6: 53, 10: 10}
        assert found.count.tolist() == [1, 2, 2, 1]

    def test_have_no_value_beside_what_is_no_number(self) -> None:
        found = band([a_run([0, NAN, 20], every=10), a_run([0] * 5, every=5)])

        assert found.count.tolist() == [2, 1, 1, 1, 2]

    def test_are_looked_at_in_a_part_of_the_positions_where_there_are_too_many(self) -> None:
        runs = [(np.sort(RANDOM.random(3_000)), np.ones(3_000)) for _ in range(100)]

        found = band(runs)
        assert (found.positions, found.computed) == (300_000, 40_000)
        assert (found.center[np.isfinite(found.center)] == 1).all()


class TestWhatIsNoNumber:
    def test_does_not_count_and_is_counted(self) -> None:
        found = band([a_run([1, NAN, 1]), a_run([3, 3, INF]), a_run([5, 5, -INF])])

        assert found.center.tolist() == [3, 4, 1]
        assert (found.count.tolist(), found.present.tolist(), found.excluded) == ([3, 2, 1], [3, 3, 3], 3)

    @pytest.mark.parametrize("center", Center)
    @pytest.mark.parametrize("spread", Spread)
    def test_may_be_all_there_is(self, center: Center, spread: Spread) -> None:
        found = band([a_run([NAN, NAN]), a_run([INF])], center=center, spread=spread)

        assert np.isnan([found.center, found.low, found.high]).all()

    @pytest.mark.parametrize("center", Center)
    @pytest.mark.parametrize("spread", Spread)
    def test_may_be_nothing_at_all(self, center: Center, spread: Spread) -> None:
        assert len(band([], center=center, spread=spread).x) == 0
        assert band([a_run([]), a_run([2.0])], center=center, spread=spread).runs == 1


class TestNumbersAtTheEnds:
    def test_do_not_overflow(self) -> None:
        found = band([a_run([1.6e308]), a_run([1.7e308])], spread=Spread.DEVIATION)

        assert found.center.tolist() == pytest.approx([1.65e308])

    def test_keep_small_ones_beside_them(self) -> None:
        found = band([a_run([1e-300, 1e300]), a_run([3e-300, 3e300])])

        assert found.center.tolist() == pytest.approx([2e-300, 2e300])


class TestManyPositions:
    def test_are_drawn_without_losing_a_peak_or_where_runs_end(self) -> None:
        long = np.zeros(20_000)
        long[12_345] = 9
        found = band([a_run(long.tolist()), a_run([0.0] * 7_777)], max_points=400)

        assert len(found.x) <= 400
        assert row(found, 12_345)[0] == 9
        assert (row(found, 7_776)[4], row(found, 7_777)[4]) == (2, 1)

    def test_count_each_run_once_however_often_it_logged_a_step(self) -> None:
        found = band([(np.array([0.0, 1, 1, 0]), np.array([1.0, 5, 6, 2])), a_run([4, 8])])

        assert found.center.tolist() == [3, 7]
        assert found.count.tolist() == [2, 2]
