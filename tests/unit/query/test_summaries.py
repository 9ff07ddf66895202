from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from builders import Logged, a_lake, a_run, a_snapshot, at, summary_row
from runlake.query.summaries import (
    COUNTS,
    POINTS,
    SERIES,
    described,
    merged,
    of_one_writer,
    series_rows,
    value_rows,
)
from runlake.query.summaries import VALUES as VALUES_READ

Point = tuple[float, datetime, int, float]
VALUES = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf])
)


@st.composite
def writers(draw: st.DrawFn) -> dict[str, list[list[Point]]]:
    """Points of one series by writer, cut into flushes; steps and times repeat and go back and forth."""
    drawn = {}
    for writer in draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True)):
        spots = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), VALUES), min_size=1, max_size=8))
        points = [(float(step), at(second), seq, value) for seq, (step, second, value) in enumerate(spots)]
        cut = draw(st.integers(0, len(points) - 1))
        drawn[writer] = [part for part in (points[:cut], points[cut:]) if part]
    return drawn


def recomputed(points: list[tuple[str, Point]]) -> dict[str, Any]:
    """The summary of all points at once, with ties broken by writer before seq."""
    ranked = sorted(points, key=lambda p: (p[1][0], p[1][1], p[0], p[1][2]))
    # `summary_row` breaks ties by seq, so it is given the rank in its place, and the seq is put back after.
    row = summary_row([(step, ts, rank, value) for rank, (_, (step, ts, _, value)) in enumerate(ranked)])
    for which in ("first", "last", "min", "max"):
        if f"{which}_seq" in row:
            row[f"{which}_seq"] = ranked[row[f"{which}_seq"]][1][2]
    return row


class TestTheValuesOfSeries:
    @settings(deadline=None)
    @given(writers())
    def test_of_one_writer_are_those_that_merging_gives_and_others_are_left_to_it(
        self, drawn: dict[str, list[list[Point]]]
    ) -> None:
        logged = a_run()
        for writer, flushes in drawn.items():
            so_far: list[Point] = []
            for link, flush in enumerate(flushes, 1):
                so_far += flush
                place = {"run_id": "run-1", "key": "loss", "writer": writer, "link": link, "seq": so_far[-1][2]}
                logged.add("summaries", **place, **summary_row(so_far))
        snapshot = a_snapshot(logged)

        alone, shared = of_one_writer(value_rows(snapshot), SERIES)

        whole = merged(series_rows(snapshot)).select(*SERIES, *VALUES_READ)
        assert alone.height + shared.height == 1
        assert shared.height == (len(drawn) > 1)
        assert_frame_equal(alone, whole.head(alone.height))


class TestSummariesOfSeveralWriters:
    @settings(deadline=None)
    @given(writers())
    def test_merge_to_the_summary_of_all_points(self, drawn: dict[str, list[list[Point]]]) -> None:
        logged, everything = a_run(), []
        for writer, flushes in drawn.items():
            so_far: list[Point] = []
            for link, flush in enumerate(flushes, 1):
                so_far += flush
                place = {"run_id": "run-1", "key": "loss", "writer": writer, "link": link, "seq": so_far[-1][2]}
                logged.add("summaries", **place, **summary_row(so_far))
            everything += [(writer, point) for point in so_far]
        expected = {"run_id": "run-1", "key": "loss"} | recomputed(everything)

        found = merged(series_rows(a_snapshot(logged)))

        wanted = pl.DataFrame([expected], schema=found.schema, strict=False)
        assert_frame_equal(found, wanted, rel_tol=1e-9, abs_tol=1e-6)


class TestASummary:
    def test_has_the_standard_deviation_of_the_finite_points(self) -> None:
        [row] = a_lake(a_run(metrics={"loss": [1.0, math.nan, 3.0, math.inf]})).summaries().to_dicts()

        assert row == {
            "run_id": "run-1",
            "key": "loss",
            "count": 4,
            "nan_count": 1,
            "inf_count": 1,
            "mean": 2.0,
            "std": pytest.approx(math.sqrt(2)),
            **{"first_value": 1.0, "first_step": 0.0, "first_ts": at(0), "first_seq": 0},
            **{"last_value": math.inf, "last_step": 3.0, "last_ts": at(3), "last_seq": 3},
            **{"min_value": 1.0, "min_step": 0.0, "min_ts": at(0), "min_seq": 0},
            **{"max_value": math.inf, "max_step": 3.0, "max_ts": at(3), "max_seq": 3},
        }

    def test_of_one_point_has_none(self) -> None:
        assert a_lake(a_run(metrics={"loss": [1.0]})).summaries()["std"].to_list() == [None]

    def test_is_read_for_the_runs_and_keys_asked_for(self) -> None:
        metrics = {"loss": [1.0], "f1": [2.0]}
        lake = a_lake(a_run("run-1", metrics=metrics), a_run("run-2", metrics=metrics))

        assert lake.summaries(["run-2"], "f1").select("run_id", "key").rows() == [("run-2", "f1")]

    def test_of_nothing_is_an_empty_frame(self) -> None:
        assert a_lake().summaries().columns == ["run_id", "key", *COUNTS[:-1], "std", *POINTS]


class TestAnExplicitResult:
    def test_is_no_series(self) -> None:
        lake = a_lake(a_run(results={"f1": 0.5}))

        assert lake.summaries().is_empty()
        assert lake.keys().metrics == ()


def test_described_keeps_the_number_of_rows() -> None:
    logged = Logged().add("summaries", run_id="r", key="k", **summary_row([(0.0, at(0), 0, math.nan)]))
    snapshot = a_snapshot(a_run("r"), logged)

    assert described(merged(series_rows(snapshot))).select("count", "mean", "std").rows() == [(1, None, None)]
