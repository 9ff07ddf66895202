"""Points and lines as they were logged: series of numbers, other values, samples of the machine, console output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.source import Source, read, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PLACE = ("step", "ts", "writer", "seq")


def metrics(source: Source, run_ids: Iterable[str] | None, keys: Iterable[str] | None) -> pl.DataFrame:
    """Read the points of series.

    Returns:
        run_id, key, step, ts, value; sorted by run_id, key, step, ts, writer, seq. Repeated steps, NaN and infinities
        are kept.
    """
    return _points(source, "metrics", ["run_id", "key", "step", "ts", "value"], run_ids, keys, _PLACE)


def values(source: Source, run_ids: Iterable[str] | None, keys: Iterable[str] | None) -> pl.DataFrame:
    """Read what was logged by step and is no number.

    Returns:
        run_id, key, step, ts, type, value (JSON text); sorted as `metrics`.
    """
    return _points(source, "values", ["run_id", "key", "step", "ts", "type", "value"], run_ids, keys, _PLACE)


def system_metrics(source: Source, run_ids: Iterable[str] | None, keys: Iterable[str] | None) -> pl.DataFrame:
    """Read the samples of machine and process.

    Returns:
        run_id, key, ts, value, writer (a run of several processes has samples of each); sorted by run_id, key, ts.
    """
    order = ("ts", "writer", "seq")
    return _points(source, "system_metrics", ["run_id", "key", "ts", "value", "writer"], run_ids, keys, order)


def console(source: Source, run_id: str) -> pl.DataFrame:
    """Read what a run printed.

    Returns:
        ts, stream, text, writer: one row per line; sorted by ts, and the lines of one process as they came.
    """
    columns = ["ts", "stream", "text", "writer"]
    lines = read(source, "console", rows_of(source, "console", [run_id]).select(*columns, "seq"))
    # A line's time is when its process printed it, so a clock that was set back must not mix up its lines.
    when = pl.col("ts").cum_max().over("writer", order_by="seq")
    return lines.sort("writer", "seq").with_columns(when.alias("_when")).sort("_when", "writer", "seq").select(columns)


def _points(
    source: Source,
    table: str,
    columns: Sequence[str],
    run_ids: Iterable[str] | None,
    keys: Iterable[str] | None,
    order: Sequence[str],
) -> pl.DataFrame:
    extra = [c for c in order if c not in columns]
    found = read(source, table, rows_of(source, table, run_ids, keys).select(*columns, *extra))
    return found.sort("run_id", "key", *order, nulls_last=True).select(columns)
