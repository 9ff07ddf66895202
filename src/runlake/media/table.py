"""Tables: predictions, samples, results by slice; kept as Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runlake.errors import InvalidValue, expect
from runlake.media.base import Media, caption_of
from runlake.media.columns import columns_of, lay_out
from runlake.schema.columnar import FORM, FORM_KEY


class Table(Media):
    """A table of any number of rows.

    Args:
        source: a Polars or pandas frame, a PyArrow table, or a mapping of names to lists, arrays or series.
        columns, rows: names, and as many values for each row, instead of a source.
        caption: shown above it.

    Raises:
        InvalidType: it is none of these.
        InvalidValue: rows or columns differ in length, or two columns have one name.
    """

    __slots__ = ()

    def __init__(
        self,
        source: Any = None,
        *,
        columns: Sequence[str] | None = None,
        rows: Sequence[Sequence[Any]] | None = None,
        caption: str | None = None,
    ) -> None:
        if source is None:
            source = _turned(columns, rows)
        found, count = columns_of(source, "Table")
        facts = {"caption": caption_of(caption, "Table"), "rows": count, "columns": len(found), FORM_KEY: FORM}
        super().__init__("table", ".parquet", lay_out(found, count), facts)


def _turned(columns: Sequence[str] | None, rows: Sequence[Sequence[Any]] | None) -> Mapping[str, list[Any]]:
    """Turn rows into columns."""
    if columns is None or rows is None:
        raise InvalidValue("Table", None, "a frame, a mapping, or columns= and rows=")
    names = [str(name) for name in columns]
    if len(set(names)) < len(names):
        raise InvalidValue("Table: columns", names, "each name once")
    for at, row in enumerate(rows):
        expect(row, Sequence, f"Table: row {at}", "a list of values")
        if len(row) != len(names):
            raise InvalidValue(f"Table: row {at}", f"{len(row)} values", f"{len(names)}, one for each column")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}
