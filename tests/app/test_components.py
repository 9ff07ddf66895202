from __future__ import annotations

import doctest
import math
from datetime import UTC, datetime

import polars as pl
import pytest

from components import format
from components.charts import sparks
from components.home import experiment_form, pins
from components.runs import expressions, primary, run_table
from runlake.query.language import parse, unparse


class TestDocumentedExamples:
    @pytest.mark.parametrize("module", [experiment_form, expressions, format, pins, primary, run_table])
    def test_hold(self, module: object) -> None:
        result = doctest.testmod(module)  # type: ignore[arg-type]  # a module

        assert (result.failed, result.attempted > 0) == (0, True)


class TestExpressionsOfWidgets:
    @pytest.mark.parametrize("text", ["it's", 'a "b"', "100%", "_", "\\", "OR 1 = 1", "ü\u2028"])
    def test_parse_as_what_was_meant_whatever_the_text(self, text: str) -> None:
        node = expressions.all_of(
            expressions.mentions(text), expressions.any_of("user", [text]), expressions.any_of(f"params.{text}", ["a"])
        )
        assert node is not None

        assert parse(unparse(node)) == node


class TestSparks:
    def test_keep_a_single_spike(self) -> None:
        values = [0.0] * 10_000
        values[4321] = 9.0
        points = pl.DataFrame({"run_id": "r", "key": "k", "step": range(10_000), "value": values})

        curve = sparks.reduced(points)["curve"].to_list()[0]

        assert len(curve) <= 2 * sparks.BUCKETS
        assert max(curve) == 9.0

    def test_keep_short_series_as_they_are(self) -> None:
        points = pl.DataFrame({"run_id": "r", "key": "k", "step": [0, 1, 2], "value": [3.0, 1.0, 2.0]})

        assert sparks.reduced(points)["curve"].to_list() == [[3.0, 1.0, 2.0]]

    def test_put_the_greatest_before_the_least_where_it_came_first(self) -> None:
        points = pl.DataFrame(
            {"run_id": "r", "key": "k", "step": range(4800), "value": [4800.0 - i for i in range(4800)]}
        )

        curve = sparks.reduced(points)["curve"].to_list()[0]

        assert curve == sorted(curve, reverse=True)

    def test_leave_out_series_without_a_finite_number(self) -> None:
        points = pl.DataFrame({"run_id": "r", "key": "k", "step": [0, 1], "value": [math.nan, math.inf]})

        assert sparks.reduced(points).is_empty()


class TestTheTable:
    def test_shows_a_running_run_for_how_long_it_runs(self) -> None:
        started = datetime.now(UTC)
        frame = pl.DataFrame(
            {"status": ["running", "finished"], "started_at": [started] * 2, "duration_s": [None, 7.0]},
            schema_overrides={"duration_s": pl.Float64},
        )

        running, finished = run_table.with_elapsed(frame)["duration_s"]

        assert 0 <= running < 60
        assert finished == 7.0

    def test_takes_params_as_numbers_only_where_all_are(self) -> None:
        mixed, numeric = pl.Series(["1", "a"]), pl.Series(["1", None, "1e-3"])

        assert run_table.numbers(mixed).to_list() == ["1", "a"]
        assert run_table.numbers(numeric).to_list() == [1.0, None, 0.001]

    def test_reads_durations_in_two_units(self) -> None:
        frame = pl.DataFrame({"duration_s": [0.0123, 59.6, 3_725.0, 90_061.0]})

        shown = run_table.drawable(frame)["duration_s"].dt.total_milliseconds().to_list()

        assert shown == [12, 60_000, 3_720_000, 90_000_000]

    def test_shortens_what_its_cell_would_not_clip(self) -> None:
        shown = run_table.drawable(pl.DataFrame({"name": ["x" * 50, "ok", None]}))["name"].to_list()

        assert shown == ["x" * 42 + "…", "ok", "(unnamed)"]
