from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from journaling import Writer
from runlake.journal import Row, Segment
from runlake.schema import METRICS, PARAMS, Table
from runlake.store.decode import rows_of
from runlake.store.delta import open_table
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.points import points_of, to_arrow
from runlake.store.stats import stats_json


def some(table: Table, *rows: dict[str, Any], run_id: str | None = "r") -> pa.Table:
    listed = [Row(run_id, i, 5, table.row(**row)) for i, row in enumerate(rows)]
    return rows_of(table, [Segment(None, "w", 0, 0, {}, {table.name: listed}, (), False, 0, False, 0)])  # type: ignore[arg-type]


def stats(table: Table, data: pa.Table) -> dict[str, Any]:
    return dict(json.loads(stats_json(table, data)))


def param(**values: Any) -> dict[str, Any]:
    return {"ts": 1, "key": "k", "value": "v", "type": "str", **values}


class TestBounds:
    def test_round_times_outwards_to_milliseconds(self) -> None:
        found = stats(PARAMS, some(PARAMS, param(ts=1_000_001), param(ts=2_000_001)))

        assert (found["minValues"]["ts"], found["maxValues"]["ts"]) == (
            "1970-01-01T00:00:01.000Z",
            "1970-01-01T00:00:02.001Z",
        )

    def test_of_times_before_1970_hold(self) -> None:
        found = stats(PARAMS, some(PARAMS, param(ts=-1)))

        assert (found["minValues"]["ts"], found["maxValues"]["ts"]) == (
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00.000Z",
        )

    @pytest.mark.parametrize("ts", [2**62, -(2**62), 253_402_300_799_999_999])
    def test_of_times_beyond_the_calendar_are_left_out(self, ts: int) -> None:
        assert "ts" not in stats(PARAMS, some(PARAMS, param(ts=ts)))["minValues"]

    @pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
    def test_of_numbers_are_left_out_where_one_is_not_finite(self, odd: float) -> None:
        found = stats(PARAMS, some(PARAMS, param(value_num=1.0), param(value_num=odd)))

        assert "value_num" not in found["minValues"] | found["maxValues"]

    def test_pass_over_nulls_and_count_them(self) -> None:
        found = stats(PARAMS, some(PARAMS, param(value_num=2.0), param()))

        assert (found["minValues"]["value_num"], found["maxValues"]["value_num"]) == (2.0, 2.0)
        assert found["nullCount"]["value_num"] == 1
        assert found["numRecords"] == 2

    def test_of_texts_are_kept_where_readers_filter_by_them(self) -> None:
        found = stats(PARAMS, some(PARAMS, param(key="ä", value="x" * 9), param(key="b")))

        assert (found["minValues"]["key"], found["maxValues"]["key"]) == ("b", "ä")
        assert "value" not in found["minValues"]

    def test_of_very_long_texts_are_left_out(self) -> None:
        assert "key" not in stats(PARAMS, some(PARAMS, param(key="k" * 300)))["minValues"]

    def test_of_a_column_of_nulls_are_left_out(self) -> None:
        found = stats(PARAMS, some(PARAMS, param(), run_id=None))

        assert "run_id" not in found["minValues"]
        assert found["nullCount"]["run_id"] == 1

    def test_of_dictionaries_cover_every_chunk(self) -> None:
        parts = [to_arrow(points_of([_points(run_id)])) for run_id in ("a", "c", "b")]

        found = stats(METRICS, pa.concat_tables(parts))

        assert (found["minValues"]["run_id"], found["maxValues"]["run_id"]) == ("a", "c")


def _points(run_id: str) -> Segment:
    import struct

    payload = struct.pack("<qdqqd", 1, 0.0, 5, 5, 1.0)
    return Segment(None, "w", 0, 0, {(run_id, ("k",)): [payload]}, {}, (), False, 0, False, 0)  # type: ignore[arg-type]


class TestSkipping:
    """A reader opens only files that can have what it asks for."""

    @pytest.fixture
    def files(self, store: str) -> str:
        for i in range(8):
            writer = Writer(store)
            writer.clock.now += i * 1_000_000_000
            writer.start(f"run-{i}").log(i, f"run-{i}", loss=float(i)).finish(f"run-{i}")
            drain(store)
        return store

    @pytest.mark.parametrize(
        "asked",
        [
            pl.col("run_id") == "run-3",
            pl.col("run_id").is_in(["run-3"]),
            pl.col("step") == 3.0,
            pl.col("value").is_between(2.5, 3.5),
            pl.col("ts").dt.epoch("ms").is_between(0, 0) | (pl.col("run_id") == "run-3"),
        ],
        ids=["run", "runs", "step", "value", "either"],
    )
    def test_gives_the_right_rows(self, files: str, asked: pl.Expr) -> None:
        table = open_table(open_store(files).table("metrics"))

        assert pl.scan_delta(table).filter(asked).collect()["run_id"].to_list() == ["run-3"]

    def test_really_leaves_files_out(self, files: str, capfd: pytest.CaptureFixture[str]) -> None:
        table = open_table(open_store(files).table("metrics"))
        for path in table.file_uris():
            if "run-3" not in str(pl.read_parquet(path)["run_id"].to_list()):
                # whoever opens this one fails
                open(path, "wb").close()  # noqa: PTH123

        found = pl.scan_delta(table).filter(pl.col("run_id") == "run-3").collect()

        assert found["step"].to_list() == [3.0]

    def test_by_time_finds_the_last_microsecond(self, files: str) -> None:
        table = open_table(open_store(files).table("metrics"))
        every = pl.scan_delta(table).collect()
        for moment in every["ts"].to_list():
            assert isinstance(moment, datetime)
            assert moment.tzinfo is not None
            found = (
                pl.scan_delta(table).filter(pl.col("ts") >= moment, pl.col("ts") <= moment.astimezone(UTC)).collect()
            )
            assert found.height == 1
