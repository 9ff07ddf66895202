"""How the columns of `schema` look in Arrow, Polars and Delta. Nothing else maps types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
from deltalake import Field, Schema
from deltalake.schema import ArrayType, PrimitiveType

from runlake.schema import Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

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
