"""Rows of segments as Arrow tables in the layout of the stored tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from runlake.store import arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.journal import Row, Segment
    from runlake.schema import Table

Origin = tuple[str, int]  # writer and link


class NotDecodable(ValueError):
    """The rows of a segment do not fit the schema."""


class FromTheFuture(NotDecodable):
    """A newer Runlake wrote the segment: it has tables or columns that this one does not know."""


def rows_of(table: Table, segments: Iterable[Segment]) -> pa.Table:
    """Decode the rows of one table, sorted as the table wants it.

    Raises:
        NotDecodable: a value has the wrong type, or a required one is missing.
    """
    rows = [((s.writer, s.link), row) for s in segments for row in s.rows.get(table.name, ())]
    try:
        data = pa.table(_columns(table, rows), schema=arrow.arrow_schema(table))
    except NotDecodable:
        raise
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as problem:
        raise NotDecodable(f"rows of {table.name}: {problem}") from problem
    for column in table.stored:
        if column.required and data[column.name].null_count:
            raise NotDecodable(f"rows of {table.name}: {column.name} is required and missing")
    return sort(table, data)


def sort(table: Table, data: pa.Table) -> pa.Table:
    """Sort rows as the table wants them; rows of one call keep their order."""
    order = dict.fromkeys((*table.sort, "writer", "seq"))
    return data.sort_by([(name, "ascending") for name in order])


def _columns(table: Table, rows: Sequence[tuple[Origin, Row]]) -> list[pa.Array]:
    width = len(table.columns)
    own: list[tuple[object, ...]] = list(zip(*(_padded(row.values, width, table) for _, row in rows), strict=True))
    values: dict[str, Sequence[object]] = {
        **{c.name: own[i] if rows else () for i, c in enumerate(table.columns)},
        "run_id": [row.run_id for _, row in rows],
        "writer": [writer for (writer, _), _ in rows],
        "link": [link for (_, link), _ in rows],
        "seq": [row.seq for _, row in rows],
        "logged_at": [row.logged_at for _, row in rows],
    }
    return [pa.array(values[c.name], arrow.arrow_type(c)) for c in table.stored]


def _padded(values: object, width: int, table: Table) -> list[object]:
    if not isinstance(values, list):
        raise NotDecodable(f"rows of {table.name}: {type(values).__name__} is no row")
    if len(values) > width:
        raise FromTheFuture(f"rows of {table.name} have {len(values)} columns, this version knows {width}")
    # columns are only ever added at the end, so what an older version left out is null
    return values if len(values) == width else values + [None] * (width - len(values))
