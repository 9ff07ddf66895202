"""Parameters, tags and results of some runs as long frames: what is set now, one row per run and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query import summaries
from runlake.query.fold import ORDER, newest
from runlake.query.source import Source, read, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BY_KEY = ("run_id", "key")
PARAM = ("value", "value_num", "type")


def params(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read parameters.

    Returns:
        run_id, key, value (canonical text), value_num (null where it is no number), type; sorted by run_id, key.
    """
    return newest(rows(source, "params", PARAM, run_ids), _BY_KEY).select(*_BY_KEY, *PARAM)


def tags(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read tags.

    Returns:
        run_id, key, values (a list of text, empty for a tag without value); sorted by run_id, key.
    """
    return newest_tags(rows(source, "tags", ("values", "removed"), run_ids), _BY_KEY).select(*_BY_KEY, "values")


def newest_tags(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Keep the newest row about each tag, and of these the tags that are set."""
    kept = newest(found, by).filter(~pl.col("removed").fill_null(False))
    return kept.with_columns(pl.col("values").fill_null([]))


def results(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read explicit results: `run.summary[key] = value`.

    Returns:
        run_id, key, value (canonical text), value_num, type, ts; sorted by run_id, key.
    """
    return newest(result_rows(source, run_ids), _BY_KEY).select(*_BY_KEY, *PARAM, "ts")


def result_rows(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read all rows about explicit results: run_id, key, value, value_num, type, and what orders them."""
    explicit = rows_of(source, "summaries", run_ids).filter(pl.col("explicit"))
    return read(source, "summaries", explicit.select(*_BY_KEY, *PARAM, "ts", *ORDER))


def rows(source: Source, table: str, columns: Sequence[str], run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read all rows about keys of runs: run_id, key, `columns`, and what orders them."""
    return read(source, table, rows_of(source, table, run_ids).select(*_BY_KEY, *columns, "ts", *ORDER))


def series_summaries(
    source: Source, run_ids: Iterable[str] | None = None, keys: Iterable[str] | None = None
) -> pl.DataFrame:
    """Read the summaries of series, merged over the writers of a run.

    Returns:
        run_id, key, count, nan_count, inf_count, mean and std (of the finite points), then value, step, ts and seq of
        the first, last, min and max points; sorted by run_id, key.
    """
    return summaries.described(summaries.merged(summaries.series_rows(source, run_ids, keys)))
