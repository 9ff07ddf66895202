"""From a frame of points to series on the axis that a picture asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from runlake.analysis.series import Series, XAxis, natural_order, sections, split, time_unit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_frame(*rows: tuple[str, str, float, float, float]) -> pl.DataFrame:
    """Rows are run, key, step, seconds after `START`, value."""
    return pl.DataFrame(
        [(run, key, step, START + timedelta(seconds=after), value) for run, key, step, after, value in rows],
        schema={"run_id": pl.String, "key": pl.String, "step": pl.Float64, "ts": pl.Datetime("us", "UTC"), "value": pl.Float64},
        orient="row",
    )  # fmt: skip


def a_series() -> Series:
    return split(a_frame(("r", "k", 0, 60, 5.0), ("r", "k", 10, 120, 6.0), ("r", "k", 20, 240, 7.0)))["r", "k"]


class TestAFrameOfPoints:
    def test_is_split_by_run_and_key_in_its_own_order(self) -> None:
        series = split(a_frame(("b", "x", 0, 0, 1.0), ("a", "x", 0, 0, 2.0), ("b", "y", 0, 0, 3.0)))

        assert list(series) == [("b", "x"), ("a", "x"), ("b", "y")]
        assert [s.value.tolist() for s in series.values()] == [[1.0], [2.0], [3.0]]

    def test_without_rows_has_no_series(self) -> None:
        assert split(a_frame()) == {}

    def test_keeps_values_that_are_no_numbers(self) -> None:
        series = split(a_frame(("r", "k", 0, 0, float("nan")), ("r", "k", 1, 0, float("inf"))))["r", "k"]

        np.testing.assert_array_equal(series.value, [np.nan, np.inf])


class TestTheXAxis:
    def test_of_steps_is_the_step(self) -> None:
        assert a_series().x(XAxis.STEP).tolist() == [0, 10, 20]

    def test_of_relative_time_counts_from_the_start_of_the_run(self) -> None:
        assert a_series().x(XAxis.RELATIVE, origin=START, unit_s=60).tolist() == [1, 2, 4]

    def test_of_relative_time_without_a_start_counts_from_the_first_point(self) -> None:
        assert a_series().x(XAxis.RELATIVE).tolist() == [0, 60, 180]

    @pytest.mark.parametrize(("zone", "hour"), [("UTC", 12), ("Asia/Kolkata", 17.5)])
    def test_of_wall_time_is_what_the_readers_clock_shows(self, zone: str, hour: float) -> None:
        series = split(a_frame(("r", "k", 0, 0, 5.0)), zone=zone)["r", "k"]

        midnight = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
        assert series.x(XAxis.TIME).tolist() == [(midnight + hour * 3600) * 1000]

    def test_has_spans(self) -> None:
        assert (a_series().step_span, a_series().seconds_span) == (20, 180)


class TestUnitsOfTime:
    @pytest.mark.parametrize(
        ("span", "unit"), [(0, "seconds"), (119, "seconds"), (120, "minutes"), (7200, "hours"), (200_000, "days")]
    )
    def test_fit_the_span(self, span: float, unit: str) -> None:
        assert time_unit(span)[1] == unit


class TestKeys:
    def test_are_grouped_by_the_first_part_with_those_without_one_first(self) -> None:
        assert sections(["val/f1", "loss", "train/loss", "val/a/b"]) == {
            "": ["loss"],
            "train": ["train/loss"],
            "val": ["val/a/b", "val/f1"],
        }

    def test_are_ordered_by_their_numbers(self) -> None:
        assert natural_order(["layer10", "layer2", "a", "7"]) == ["7", "a", "layer2", "layer10"]
