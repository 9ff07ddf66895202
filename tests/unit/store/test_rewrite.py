from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.schema import METRICS, TABLES, TAGS, Table
from runlake.store import arrow, parquet
from runlake.store.decode import sort
from runlake.store.rewrite import Content, ContentChanged, content_of, rewrite

if TYPE_CHECKING:
    from pathlib import Path

_VALUES: dict[str, st.SearchStrategy[object]] = {
    "string": st.text(alphabet="ab\u00e9\U0001f600\n", max_size=4),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float64": st.floats(),
    "bool": st.booleans(),
    "timestamp[us, UTC]": st.integers(0, 2**52),
    "list<string>": st.lists(st.text(max_size=3), max_size=3),
}


def a_table(table: Table, rows: list[dict[str, object]]) -> pa.Table:
    columns = [pa.array([row[c.name] for row in rows], arrow.arrow_type(c)) for c in table.stored]
    return pa.table(columns, schema=arrow.arrow_schema(table))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[list[dict[str, object]]]]:
    table = draw(st.sampled_from(sorted(TABLES.values(), key=lambda t: t.name)))
    row = st.fixed_dictionaries(
        {c.name: _VALUES[c.kind] if c.required else st.none() | _VALUES[c.kind] for c in table.stored}
    )
    return table, draw(st.lists(st.lists(row, max_size=5), min_size=1, max_size=3))


def as_texts(rows: pl.DataFrame) -> list[str]:
    """Rows as texts, in which NaN equals NaN and 0.0 is not -0.0."""
    return sorted(map(repr, rows.iter_rows()))


class TestARewrite:
    @settings(deadline=None, max_examples=60)
    @given(made=tables())
    def test_holds_exactly_the_rows_of_its_sources_in_order(
        self, made: tuple[Table, list[list[dict[str, object]]]], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        table, parts = made
        folder = tmp_path_factory.mktemp("rewrite")
        sources = [folder / f"{n}.parquet" for n in range(len(parts))]
        for path, rows in zip(sources, parts, strict=True):
            parquet.write_parquet(table, sort(table, a_table(table, rows)), path)

        rewrite(table, [path.read_bytes for path in sources], folder / "new.parquet")

        before = pl.concat([pl.read_parquet(path) for path in sources])
        after = pl.read_parquet(folder / "new.parquet")
        names = list(dict.fromkeys((*table.sort, "writer", "seq")))
        assert as_texts(after) == as_texts(before)
        assert after.select(names).equals(after.select(names).sort(names, nulls_last=True))

    def test_of_a_file_from_before_a_column_was_added_has_null_there(self, tmp_path: Path) -> None:
        known = {"run_id": "r", "ts": datetime(2026, 1, 1, tzinfo=UTC), "key": "k", "removed": False}
        known |= {"writer": "w", "link": 0, "seq": 1}
        pq.write_table(pa.Table.from_pylist([known]), tmp_path / "old.parquet")

        rewrite(TAGS, [(tmp_path / "old.parquet").read_bytes], tmp_path / "new.parquet")

        found = pl.read_parquet(tmp_path / "new.parquet")
        assert found.columns == [c.name for c in TAGS.stored]
        assert found.row(0, named=True) == known | {"values": None, "logged_at": None}

    def test_that_reads_back_as_something_else_is_taken_back(self, tmp_path: Path) -> None:
        row: dict[str, object] = {"run_id": "r", "key": "k", "step": 1.0, "value": 1.0, "ts": 1}
        row |= {"writer": "w", "link": 0, "seq": 1, "logged_at": None}
        parquet.write_parquet(METRICS, a_table(METRICS, [row]), tmp_path / "a.parquet")
        parquet.write_parquet(METRICS, a_table(METRICS, [row | {"value": 2.0}]), tmp_path / "b.parquet")
        target = tmp_path / "new.parquet"

        def write(_table: Table, _rows: pa.Table, path: Path) -> None:
            path.write_bytes((tmp_path / "b.parquet").read_bytes())

        with pytest.raises(ContentChanged, match="they differ"):
            rewrite(METRICS, [(tmp_path / "a.parquet").read_bytes], target, write=write)

        assert not target.exists()


class TestTheContent:
    def rows(self, *values: float) -> list[dict[str, object]]:
        return [
            {"run_id": "r", "key": "k", "step": 0.0, "value": v, "ts": 1, "writer": "w", "link": 0, "seq": n, "logged_at": None}
            for n, v in enumerate(values)
        ]  # fmt: skip

    def content(self, folder: Path, rows: list[dict[str, object]]) -> Content:
        parquet.write_parquet(METRICS, a_table(METRICS, rows), folder / "c.parquet")
        return content_of(METRICS, [folder / "c.parquet"])

    def test_does_not_depend_on_the_order(self, tmp_path: Path) -> None:
        rows = self.rows(1.0, math.nan, math.inf)

        assert self.content(tmp_path, rows) == self.content(tmp_path, rows[::-1])

    def test_tells_a_doubled_row_and_a_changed_value(self, tmp_path: Path) -> None:
        rows = self.rows(1.0, 2.0)
        whole = self.content(tmp_path, rows)

        assert self.content(tmp_path, [*rows, rows[0]]) != whole
        assert self.content(tmp_path, [rows[0], rows[1] | {"value": 2.0000000000000004}]) != whole
        assert self.content(tmp_path, [rows[0], rows[1] | {"run_id": "s"}]) != whole
