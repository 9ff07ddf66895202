"""Series on common terms."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from runlake.analysis.arrange import View, arrange
from runlake.analysis.series import Series, XAxis

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_series(*values: float, run_id: str = "r", every_s: float = 60.0, every_steps: float = 10.0) -> Series:
    count = np.arange(len(values), dtype=np.float64)
    seconds = START.timestamp() + every_s * (count + 1)
    return Series(run_id, "k", count * every_steps, seconds, seconds * 1000, np.array(values, dtype=np.float64))


class TestGroupsOfSeries:
    def test_keep_their_order(self) -> None:
        arranged = arrange([[a_series(1.0), a_series(2.0)], [a_series(3.0)]], View(), started={})

        assert [[curve.y.tolist() for curve in group] for group in arranged.groups] == [[[1.0], [2.0]], [[3.0]]]
        assert [curve.y.tolist() for curve in arranged.curves] == [[1.0], [2.0], [3.0]]
        assert arranged.x_title == "step"

    def test_share_a_half_life_inside_a_group_only(self) -> None:
        short, long = a_series(*range(11)), a_series(*range(101))

        arranged = arrange([[short, long], [short]], View(smooth_percent=5), started={})

        assert arranged.half_lives == (50.0, 5.0)

    def test_without_smoothing_have_no_trend(self) -> None:
        arranged = arrange([[a_series(1, 2)]], View(), started={})

        assert (arranged.half_lives, len(arranged.curves[0].trend_x)) == ((0.0,), 0)


class TestTheAxis:
    def test_of_relative_time_counts_in_one_unit_from_the_start_of_each_run(self) -> None:
        quick, slow = a_series(1, 2, run_id="a", every_s=60), a_series(1, 2, 3, 4, run_id="b", every_s=60)

        arranged = arrange([[quick, slow]], View(axis=XAxis.RELATIVE), started={"a": START})

        assert arranged.x_title == "minutes since the start"
        assert [curve.x.tolist() for curve in arranged.curves] == [[1, 2], [0, 1, 2, 3]]

    def test_of_time_is_the_readers(self) -> None:
        series = a_series(1)

        arranged = arrange([[series]], View(axis=XAxis.TIME), started={})

        assert arranged.curves[0].x.tolist() == series.wall_ms.tolist()

    def test_can_be_cut_to_a_stretch(self) -> None:
        arranged = arrange([[a_series(*range(10))]], View(stretch=(40, 50)), started={})

        assert arranged.curves[0].x.tolist() == [30, 40, 50, 60]


class TestNothing:
    def test_is_arranged_to_nothing(self) -> None:
        assert arrange([], View(), started={}).groups == ()
