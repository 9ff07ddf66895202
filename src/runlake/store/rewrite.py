"""Some data files of a table rewritten as one, sorted: the same rows, proved before anybody relies on it.

Memory is that of the rows once as columns and once in their new order, so callers bound the rows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runlake.schema import COMMON, Column, Kind, Table
from runlake.store import arrow, parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_SLICE = 1_000_000  # rows that are hashed at once
_THOROUGHLY = partial(parquet.write_parquet, level=parquet.THOROUGH)


class Content(NamedTuple):
    """What some rows come to, in whatever order: how many, and the sum of their hashes.

    The hashes are those of this process: two contents compare inside one process alone.
    """

    rows: int
    hashes: int

    def __add__(self, other: object) -> Content:
        """Return the content of both."""
        assert isinstance(other, Content)
        return Content(self.rows + other.rows, (self.hashes + other.hashes) % 2**64)


class ContentChanged(Exception):
    """The rewritten file does not hold the rows of its sources."""


def rewrite(
    table: Table,
    sources: Sequence[Callable[[], bytes]],
    target: Path,
    *,
    write: Callable[[Table, pa.Table, Path], None] = _THOROUGHLY,
) -> pa.Table:
    """Write the rows of some files to one file in the table's order; returns them, for statistics.

    Args:
        table: whose files they are.
        sources: at least one; each gives the bytes of a file.
        target: where the new file goes.
        write: writes it.

    Raises:
        ContentChanged: what was written reads back as something else; the file is gone again.
        OSError, pa.ArrowException: a file cannot be read or written.
    """
    parts = [_read(table, source()) for source in sources]
    before = sum((_content(table, part) for part in parts), Content(0, 0))
    data = _sorted(table, pa.concat_tables(parts).unify_dictionaries())
    del parts
    try:
        write(table, data, target)
        after = _content_of_file(table, target)
        if after != before:
            raise ContentChanged(f"{before.rows} rows went in, {after.rows} came out, or they differ")
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return data


def content_of(table: Table, files: Sequence[Path]) -> Content:
    """Return what the rows of some files come to, in whatever order they lie there."""
    return sum((_content_of_file(table, path) for path in files), Content(0, 0))


def _read(table: Table, source: bytes) -> pa.Table:
    """Read a file with all columns of the schema, names as dictionaries; null where it is older than a column."""
    file = pq.ParquetFile(pa.BufferReader(source), read_dictionary=[c.name for c in table.stored if _is_name(table, c)])
    data = file.read()
    columns = {
        c.name: data[c.name] if c.name in data.column_names else pa.nulls(data.num_rows, arrow.arrow_type(c))
        for c in table.stored
    }
    schema = pa.schema([pa.field(c.name, _type(table, c), nullable=not c.required) for c in table.stored])
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def _type(table: Table, column: Column) -> pa.DataType:
    kind = arrow.arrow_type(column)
    return pa.dictionary(pa.int32(), kind) if _is_name(table, column) else kind


def _is_name(table: Table, column: Column) -> bool:
    """Whether a text repeats from row to row: what names runs, series and writers."""
    repeats = {*table.sort, *(c.name for c in COMMON)}
    return column.kind is Kind.TEXT and column.name in repeats


def _sorted(table: Table, data: pa.Table) -> pa.Table:
    names = dict.fromkeys((*table.sort, "writer", "seq"))
    ranks = pl.DataFrame({name: _ranks(data[name]) for name in names})
    # rows of one call keep their order
    order = ranks.select(pl.arg_sort_by(ranks.columns, nulls_last=True, maintain_order=True)).to_series()
    if (order.diff().drop_nulls() == 1).all():
        return data
    return data.take(order.to_arrow())


def _ranks(values: pa.ChunkedArray) -> pl.Series:
    """Return numbers that sort as the values do: a text is sorted once per name and not once per row."""
    if not pa.types.is_dictionary(values.type):
        found = pl.from_arrow(values)
        assert isinstance(found, pl.Series)
        return found
    whole = values.combine_chunks()
    names = whole.dictionary
    rank = np.empty(len(names), dtype=np.int32)
    rank[pc.sort_indices(names).to_numpy()] = np.arange(len(names), dtype=np.int32)
    found = pl.from_arrow(pc.take(pa.array(rank), whole.indices))
    assert isinstance(found, pl.Series)
    return found


def _content_of_file(table: Table, path: Path) -> Content:
    file = pq.ParquetFile(path, read_dictionary=[c.name for c in table.stored if _is_name(table, c)])
    total = Content(0, 0)
    for batch in file.iter_batches(batch_size=_SLICE):
        total += _content(table, pa.Table.from_batches([batch]))
    return total


def _content(table: Table, data: pa.Table) -> Content:
    schema = arrow.polars_schema(table)
    total = Content(data.num_rows, 0)
    for start in range(0, data.num_rows, _SLICE):
        frame = pl.from_arrow(data.slice(start, _SLICE).unify_dictionaries())
        assert isinstance(frame, pl.DataFrame)
        missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
        rows = frame.with_columns(missing).select(list(schema)).cast(schema).hash_rows()
        total += Content(0, int(rows.to_numpy().sum(dtype=np.uint64)))
    return total
