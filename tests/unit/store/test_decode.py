from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from runlake.journal import Row, Segment
from runlake.schema import PARAMS, TAGS, Table
from runlake.store import arrow
from runlake.store.decode import FromTheFuture, NotDecodable, rows_of


def segment(table: Table, *rows: Row, writer: str = "w", link: int = 0) -> Segment:
    return Segment(Path("x"), writer, link, 0, {}, {table.name: list(rows)}, (), False, 0, False, 0)


def param(run_id: str, seq: int, key: str, **values: Any) -> Row:
    return Row(run_id, seq, 7, PARAMS.row(**{"ts": 5, "key": key, "value": "v", "type": "str", **values}))


class TestRows:
    def test_carry_where_they_come_from(self) -> None:
        data = rows_of(PARAMS, [segment(PARAMS, param("r", 2, "k"), writer="a", link=4)])

        frame = arrow.frame_of(PARAMS, data).with_columns(pl.col("ts", "logged_at").to_physical())
        assert frame.rows() == [("r", 5, "k", "v", None, "str", "a", 4, 2, 7)]

    def test_are_sorted_as_the_table_wants(self) -> None:
        one = segment(PARAMS, param("r2", 1, "a"), param("r1", 2, "b"), param("r1", 3, "a"))

        data = rows_of(PARAMS, [one, segment(PARAMS, param("r1", 1, "a"), writer="v")])

        assert list(zip(*(data[n].to_pylist() for n in ("run_id", "key", "writer", "seq")), strict=True)) == [
            ("r1", "a", "v", 1),
            ("r1", "a", "w", 3),
            ("r1", "b", "w", 2),
            ("r2", "a", "w", 1),
        ]

    def test_of_nothing_have_the_columns(self) -> None:
        assert rows_of(PARAMS, []).schema == arrow.arrow_schema(PARAMS)

    def test_take_a_whole_number_for_a_fractional_one(self) -> None:
        data = rows_of(PARAMS, [segment(PARAMS, param("r", 1, "k", value_num=3))])

        assert data["value_num"].to_pylist() == [3.0]


class TestRowsThatDoNotFit:
    @pytest.mark.parametrize(
        "values",
        [
            {"ts": "yesterday"},
            {"key": 3},
            {"value_num": "x"},
            {"ts": 2**70},
            {"key": None},
            {"key": ["a"]},
            {"type": 1.5},
        ],
    )
    def test_are_refused(self, values: dict[str, Any]) -> None:
        with pytest.raises(NotDecodable, match="rows of params"):
            rows_of(
                PARAMS, [segment(PARAMS, param("r", 1, "k")), segment(PARAMS, param("r", 1, **{"key": "k", **values}))]
            )

    @pytest.mark.parametrize("values", ["text", {"a": 1}, None, 3])
    def test_are_refused_where_they_are_no_rows(self, values: Any) -> None:
        with pytest.raises(NotDecodable, match="is no row"):
            rows_of(TAGS, [segment(TAGS, Row("r", 1, 1, values))])

    def test_because_they_are_longer_are_of_a_newer_version(self) -> None:
        with pytest.raises(FromTheFuture, match="have 6 columns, this version knows 5"):
            rows_of(PARAMS, [segment(PARAMS, Row("r", 1, 1, [*param("r", 1, "k").values, "new"]))])
