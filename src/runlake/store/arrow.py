"""How the columns of `schema` look in Arrow, Polars, Delta and Parquet. Nothing else maps types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import Field, Schema
from deltalake.schema import ArrayType, PrimitiveType

from runlake.schema import Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ROW_GROUP = 100_000
TIME: Final = pa.timestamp("us", tz="UTC")
_ARROW: dict[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.INT: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOL: pa.bool_(),
    Kind.TIME: TIME,
    Kind.TEXTS: pa.list_(pa.field("element", pa.string())),
}
_POLARS: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.INT: pl.Int64(),
    Kind.FLOAT: pl.Float64(),
    Kind.BOOL: pl.Boolean(),
    Kind.TIME: pl.Datetime("us", "UTC"),
    Kind.TEXTS: pl.List(pl.String()),
}
_DELTA: dict[Kind, PrimitiveType | ArrayType] = {
    Kind.TEXT: PrimitiveType("string"),
    Kind.INT: PrimitiveType("long"),
    Kind.FLOAT: PrimitiveType("double"),
    Kind.BOOL: PrimitiveType("boolean"),
    Kind.TIME: PrimitiveType("timestamp"),
    Kind.TEXTS: ArrayType(PrimitiveType("string"), contains_null=True),
}
_ENCODING: dict[Kind, str] = {
    Kind.INT: "DELTA_BINARY_PACKED",
    Kind.TIME: "DELTA_BINARY_PACKED",
    Kind.FLOAT: "BYTE_STREAM_SPLIT",
    Kind.BOOL: "PLAIN",
}
_DICTIONARY = "DICTIONARY"
_CANDIDATES = ("BYTE_STREAM_SPLIT", "PLAIN", _DICTIONARY)
_WORTH_TRYING, _SAMPLE, _SLICES = 2_000, 65_536, 8


def arrow_schema(table: Table) -> pa.Schema:
    """Arrow schema of the stored columns."""
    return pa.schema([pa.field(c.name, _ARROW[c.kind], nullable=not c.required) for c in table.stored])


def arrow_type(column: Column) -> Any:
    """Arrow type of one column."""
    return _ARROW[column.kind]


def polars_schema(table: Table) -> pl.Schema:
    """Polars schema of the stored columns."""
    return pl.Schema({c.name: _POLARS[c.kind] for c in table.stored})


def delta_fields(columns: Iterable[Column]) -> list[Field]:
    """Delta fields with the documentation of each column as its comment."""
    return [Field(c.name, _DELTA[c.kind], nullable=not c.required, metadata={"comment": c.doc}) for c in columns]


def delta_schema(table: Table) -> Schema:
    """Delta schema of the stored columns."""
    return Schema(delta_fields(table.stored))


def frame_of(table: Table, data: pa.Table) -> pl.DataFrame:
    """Turn Arrow rows, dictionaries and all, into the frame that reading the table gives."""
    frame = pl.from_arrow(data.unify_dictionaries())
    assert isinstance(frame, pl.DataFrame)
    return frame.cast(polars_schema(table))


def write_parquet(table: Table, data: pa.Table, path: Path) -> None:
    """Write one file with the encodings that suit each column; the caller syncs it.

    The Arrow schema is not stored beside the Parquet one, so that every reader sees plain
    columns, whatever dictionaries `data` came with.
    """
    encodings = {c.name: _ENCODING[c.kind] for c in table.stored if c.kind in _ENCODING}
    if "value" in encodings and data.num_rows >= _WORTH_TRYING:
        encodings["value"] = _smallest(data["value"])
    dictionaries = [_parquet_path(c) for c in table.stored if encodings.get(c.name, _DICTIONARY) == _DICTIONARY]
    _write(data, path, dictionaries, {name: how for name, how in encodings.items() if how != _DICTIONARY})


def _smallest(values: pa.ChunkedArray) -> str:
    """Choose the encoding of logged numbers by trying: accuracies repeat, losses do not."""
    stride = max(len(values) // _SLICES, 1)
    size = min(stride, _SAMPLE // _SLICES)
    sample = pa.concat_arrays(
        [chunk for at in range(0, len(values), stride) for chunk in values.slice(at, size).chunks]
    )
    sizes = {}
    for how in _CANDIDATES:
        sink = pa.BufferOutputStream()
        dictionary = how == _DICTIONARY
        _write(
            pa.table({"value": sample}), sink, ["value"] if dictionary else False, {} if dictionary else {"value": how}
        )
        sizes[how] = sink.getvalue().size
    return min(sizes, key=sizes.__getitem__)


def _write(data: pa.Table, where: object, dictionaries: list[str] | bool, encodings: dict[str, str]) -> None:
    pq.write_table(
        data,
        where,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=dictionaries,
        column_encoding=encodings or None,
        store_schema=False,
    )


def _parquet_path(column: Column) -> str:
    return f"{column.name}.list.element" if column.kind is Kind.TEXTS else column.name
