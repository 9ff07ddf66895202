from __future__ import annotations

import random

import duckdb
import pyarrow.parquet as pq
import pytest

from journaling import Writer
from runlake.schema import METRICS, TABLES, TAGS, Kind
from runlake.store import arrow
from runlake.store.delta import open_table
from runlake.store.ingest import drain
from runlake.store.layout import open_store

_random = random.Random(0)


class TestTypes:
    @pytest.mark.parametrize("name", TABLES)
    def test_agree_between_arrow_polars_and_delta(self, name: str) -> None:
        table = TABLES[name]

        empty = arrow.arrow_schema(table).empty_table()

        assert arrow.frame_of(table, empty).schema == arrow.polars_schema(table)
        assert [f.name for f in arrow.delta_schema(table).fields] == arrow.arrow_schema(table).names
        assert [not f.nullable for f in arrow.delta_schema(table).fields] == [c.required for c in table.stored]

    def test_cover_every_kind(self) -> None:
        assert {c.kind for table in TABLES.values() for c in table.stored} == set(Kind)


class TestFiles:
    @pytest.fixture
    def metrics(self, store: str) -> list[str]:
        writer = Writer(store).start()
        for step in range(3000):
            writer.log(step, loss=1 / (step + 1), accuracy=step % 50 / 50)
        writer.rows(TAGS, {"ts": 1, "key": "k", "values": ["a", "b"], "removed": False}).finish()
        drain(store)
        return open_table(open_store(store).table("metrics")).file_uris()

    def test_are_plain_to_pyarrow(self, metrics: list[str]) -> None:
        schema = pq.read_schema(metrics[0])

        assert schema.metadata is None
        assert [schema.field(c.name).type for c in METRICS.stored] == [arrow.arrow_type(c) for c in METRICS.stored]

    def test_are_encoded_by_what_the_columns_hold(self, metrics: list[str]) -> None:
        group = pq.read_metadata(metrics[0]).row_group(0)

        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
        assert {c.compression for c in columns.values()} == {"ZSTD"}
        assert "DELTA_BINARY_PACKED" in columns["seq"].encodings
        assert "DELTA_BINARY_PACKED" in columns["ts"].encodings
        assert "BYTE_STREAM_SPLIT" in columns["step"].encodings
        assert "RLE_DICTIONARY" in columns["run_id"].encodings
        assert columns["step"].total_compressed_size < 3000 * 2 * 0.3

    def test_are_read_by_duckdb(self, metrics: list[str]) -> None:
        found = (
            duckdb.read_parquet(metrics)
            .filter("key = 'loss' and step = 2")
            .project("value, epoch_us(ts) > 0")
            .fetchall()
        )

        assert found == [(1 / 3, True)]

    def test_with_lists_are_read_by_duckdb(self, metrics: list[str], store: str) -> None:
        files = open_table(open_store(store).table("tags")).file_uris()

        assert duckdb.read_parquet(files).project('key, "values"').fetchall() == [("k", ["a", "b"])]
