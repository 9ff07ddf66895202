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
    runs, names = _listed(run_ids), _listed(keys)
    rows = rows_of(source, table, runs, names)
    found = read(source, table, rows.select(columns))
    # Compacted files have a series in the order of its steps, and hardly any series has two points of one step
    # and time: so neither a sort nor the columns that only settle a tie are needed as a rule.
    series = [name for name, asked in (("run_id", runs), ("key", names)) if asked is None or len(asked) > 1]
    within = [c for c in order if c in columns]
    if _ascends(found, series, within):
        return found
    found = found.sort("run_id", "key", *within, nulls_last=True)
    if _ascends(found, series, within):
        return found
    extra = [c for c in order if c not in columns]
    return (
        read(source, table, rows.select(*columns, *extra))
        .sort("run_id", "key", *order, nulls_last=True)
        .select(columns)
    )


def _listed(names: Iterable[str] | None) -> list[str] | None:
    return None if names is None else list(dict.fromkeys(names))


def _ascends(rows: pl.DataFrame, series: Sequence[str], within: Sequence[str]) -> bool:
    """Whether each row comes after the one before it; no two may be equal.

    Args:
        rows: points or samples.
        series: columns that tell series apart: "run_id", "key", both or, for one series, neither.
        within: what orders a series; its first column differs nearly always.
    """
    goes_on = pl.col(within[0]) > pl.col(within[0]).shift(1)
    # one column that never goes down needs no look at each of its texts
    for name in [] if len(series) == 1 and _never_falls(rows[series[0]]) else series:
        goes_on &= pl.col(name) == pl.col(name).shift(1)
    # what has no order, such as a null beside a number, is for the sort to settle
    rest = rows.select(pl.arg_where(~goes_on.slice(1).fill_null(value=False))).to_series()
    before, now = rows[rest], rows[rest + 1]
    after = pl.repeat(value=False, n=len(rest), eager=True)
    for name in reversed([*series, *within]):
        after = ((now[name] > before[name]) | (now[name].eq_missing(before[name]) & after)).fill_null(value=False)
    return bool(after.all())


def _never_falls(names: pl.Series) -> bool:
    return not names.null_count() and names.is_sorted()
