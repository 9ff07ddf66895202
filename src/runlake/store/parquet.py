"""Writing a data file: how each column is encoded, and how hard it is compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from runlake.schema import Column, Kind, Table
from runlake.store.sharing import open_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW_GROUP = 100_000
# Compression of what is written soon after it was logged, and of what stays: a fifth smaller at three times the work.
QUICK, THOROUGH = 3, 9
_DICTIONARY = "DICTIONARY"
# The first of each kind is taken where trying is not worth it.
_ENCODINGS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: (_DICTIONARY,),
    Kind.TEXTS: (_DICTIONARY,),
    Kind.BOOL: ("PLAIN",),
    Kind.INT: ("DELTA_BINARY_PACKED", "PLAIN"),
    # Times of single calls repeat from series to series of a run, which only plain ones show to zstd.
    Kind.TIME: ("DELTA_BINARY_PACKED", "PLAIN"),
    # Accuracies repeat, losses do not, and rounded numbers do in part.
    Kind.FLOAT: ("BYTE_STREAM_SPLIT", "PLAIN", _DICTIONARY),
}
_WORTH_TRYING, _SAMPLE, _SLICES = 2_000, 131_072, 8
# What is tried also for a file that is written quickly: nearly all bytes of a store are in these two.
_HEAVY = {"value", "ts"}


def write_parquet(table: Table, data: pa.Table, path: Path, *, level: int = QUICK) -> None:
    """Write one file with the encodings that suit each column, compressed with zstd; the caller syncs it.

    The Arrow schema is not stored beside the Parquet one, so that every reader sees plain
    columns, whatever dictionaries `data` came with.
    """
    how = {column: _encoding(column, data, level) for column in table.stored}
    _write(
        data,
        path,
        [_parquet_path(column) for column, encoding in how.items() if encoding == _DICTIONARY],
        {column.name: encoding for column, encoding in how.items() if encoding != _DICTIONARY},
        level,
    )
    open_up(path)


def _encoding(column: Column, data: pa.Table, level: int) -> str:
    candidates = _ENCODINGS[column.kind]
    tried = level >= THOROUGH or column.name in _HEAVY
    if len(candidates) == 1 or not tried or data.num_rows < _WORTH_TRYING:
        return candidates[0]
    sample = pa.concat_arrays([*_slices(data[column.name])])
    sizes = {how: _size(sample, how, level) for how in candidates}
    return min(sizes, key=sizes.__getitem__)


def _slices(values: pa.ChunkedArray) -> Iterator[pa.Array]:
    stride = max(len(values) // _SLICES, 1)
    for start in range(0, len(values), stride):
        yield from values.slice(start, min(stride, _SAMPLE // _SLICES)).chunks


def _size(sample: pa.Array, how: str, level: int) -> int:
    sink = pa.BufferOutputStream()
    dictionary = how == _DICTIONARY
    _write(pa.table({"x": sample}), sink, ["x"] if dictionary else [], {} if dictionary else {"x": how}, level)
    return int(sink.getvalue().size)


def _write(data: pa.Table, where: object, dictionaries: list[str], encodings: dict[str, str], level: int) -> None:
    with pq.ParquetWriter(
        where,
        data.schema,
        compression="zstd",
        compression_level=level,
        use_dictionary=dictionaries or False,
        column_encoding=encodings or None,
        store_schema=False,
    ) as file:
        for start in range(0, max(data.num_rows, 1), ROW_GROUP):
            file.write_table(_with_own_names(data.slice(start, ROW_GROUP)), row_group_size=ROW_GROUP)


def _with_own_names(rows: pa.Table) -> pa.Table:
    """Leave in dictionaries only what these rows name: a writer puts the whole dictionary into each row group."""
    for i, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            rows = rows.set_column(i, field, _own_names(rows.column(i)).cast(field.type))
    return rows


def _own_names(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = column.unify_dictionaries().combine_chunks()
    used, numbers = np.unique(whole.indices.fill_null(-1).to_numpy(), return_inverse=True)
    nulls = int(used.size > 0 and used[0] == -1)
    indices = pa.array(numbers.astype(np.int32) - nulls, mask=numbers < nulls)
    return pa.DictionaryArray.from_arrays(indices, whole.dictionary.take(pa.array(used[nulls:])))


def _parquet_path(column: Column) -> str:
    return f"{column.name}.list.element" if column.kind is Kind.TEXTS else column.name
