from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runlake.schema import METRICS, TAGS
from runlake.store import arrow, parquet

if TYPE_CHECKING:
    from pathlib import Path

_random = random.Random(1)


def points(size: int, **columns: Any) -> pa.Table:
    return pa.table({c.name: pa.nulls(size, arrow.arrow_type(c)) for c in METRICS.stored} | columns)


def column(path: Path, name: str, group: int = 0) -> Any:
    found = pq.read_metadata(path).row_group(group)
    return next(found.column(i) for i in range(found.num_columns) if found.column(i).path_in_schema == name)


class TestEncodingOfNumbers:
    @pytest.mark.parametrize(
        ("values", "encoding"),
        [
            ([_random.randrange(50) / 50 for _ in range(5000)], "RLE_DICTIONARY"),
            ([_random.random() for _ in range(5000)], "BYTE_STREAM_SPLIT"),
        ],
        ids=["repeating", "all different"],
    )
    def test_is_the_smallest_one(self, tmp_path: Path, values: list[float], encoding: str) -> None:
        rows = {c.name: pa.nulls(5000, arrow.arrow_type(c)) for c in METRICS.stored} | {"value": pa.array(values)}
        data = pa.table(rows)

        parquet.write_parquet(METRICS, data, tmp_path / "x.parquet")

        group = pq.read_metadata(tmp_path / "x.parquet").row_group(0)
        value = next(group.column(i) for i in range(group.num_columns) if group.column(i).path_in_schema == "value")
        assert encoding in value.encodings
        assert pl.read_parquet(tmp_path / "x.parquet")["value"].to_list() == values


class TestEncodingOfTimes:
    def times(self, size: int) -> list[int]:
        return [int(n) for n in np.cumsum(1_000_000 + np.random.default_rng(1).integers(0, 100_000, size))]

    @pytest.mark.parametrize(
        ("copies", "encoding"),
        [(1, "DELTA_BINARY_PACKED"), (200, "PLAIN")],
        ids=["one series", "many of the same calls"],
    )
    def test_is_the_smallest_one(self, tmp_path: Path, copies: int, encoding: str) -> None:
        ts = pa.array(self.times(20_000 // copies) * copies, pa.int64()).cast(arrow.TIME)

        parquet.write_parquet(METRICS, points(20_000, ts=ts), tmp_path / "x.parquet")

        assert encoding in column(tmp_path / "x.parquet", "ts").encodings


class TestNames:
    def test_of_other_row_groups_are_not_written_with_a_row_group(self, tmp_path: Path) -> None:
        names = [f"{n:032x}" for n in range(20_000)]
        of = np.repeat(np.arange(20_000), 10)
        data = points(200_000, run_id=pa.DictionaryArray.from_arrays(pa.array(of.astype(np.int32)), pa.array(names)))

        parquet.write_parquet(METRICS, data, tmp_path / "x.parquet")

        sizes = [column(tmp_path / "x.parquet", "run_id", group).total_uncompressed_size for group in (0, 1)]
        assert max(sizes) < 10_000 * 36 + 100_000 * 2 + 10_000
        assert pl.read_parquet(tmp_path / "x.parquet")["run_id"].to_list() == [names[i] for i in of]

    def test_may_be_null_in_part_or_all(self, tmp_path: Path) -> None:
        some = pa.array(["b", None, "a", None]).dictionary_encode()
        none = pa.nulls(4, pa.dictionary(pa.int32(), pa.string()))

        parquet.write_parquet(METRICS, points(4, run_id=some, key=none), tmp_path / "x.parquet")

        found = pl.read_parquet(tmp_path / "x.parquet")
        assert found["run_id"].to_list() == ["b", None, "a", None]
        assert found["key"].null_count() == 4

    def test_of_no_rows_are_none(self, tmp_path: Path) -> None:
        parquet.write_parquet(TAGS, arrow.arrow_schema(TAGS).empty_table(), tmp_path / "x.parquet")

        assert pl.read_parquet(tmp_path / "x.parquet").columns == [c.name for c in TAGS.stored]


class TestCompression:
    def test_that_takes_its_time_is_smaller(self, tmp_path: Path) -> None:
        rounded = np.round(np.random.default_rng(1).normal(0.5, 0.02, 100_000), 6)
        for name, level in (("quick", parquet.QUICK), ("thorough", parquet.THOROUGH)):
            parquet.write_parquet(METRICS, points(100_000, value=rounded), tmp_path / name, level=level)

        sizes = [(tmp_path / name).stat().st_size for name in ("quick", "thorough")]
        assert sizes[1] < 0.95 * sizes[0]
        assert pl.read_parquet(tmp_path / "thorough")["value"].to_list() == rounded.tolist()
