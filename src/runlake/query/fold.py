"""The one rule that says which of several rows about the same thing is the newest.

Rows about one thing (a run, a key of a run, an experiment, an actor) are ordered by
`(logged_at, writer, seq)`, where the clock of a writer never runs backwards: a row counts as no
older than the rows about the same thing that its writer logged before it. So

* the order inside one process is the order of its calls, even if its clock was set back;
* `ts`, the time that the caller claims, takes no part: a run imported today with times of last
  year is newer than what was known of it yesterday, and a claimed future wins over nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = ("logged_at", "writer", "seq")


def in_order(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sort by `by` and, inside it, from the oldest row to the newest.

    Args:
        rows: with `logged_at` (null means `ts`), `writer` and `seq`.
        by: the columns that say what a row is about.
    """
    # Only what decides the order is sorted; the other columns, which may be many, are gathered once.
    keys = rows.select(*by, pl.coalesce("logged_at", "ts"), "writer", "seq").with_row_index("_at")
    calls = keys.sort(*by, "writer", "seq", nulls_last=True)
    same_writer = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift()) for c in (*by, "writer"))
    ran_back = calls.select((same_writer & (pl.col("logged_at") < pl.col("logged_at").shift())).any()).item()
    if ran_back:
        calls = calls.with_columns(pl.col("logged_at").cum_max().over(*by, "writer"))
    return rows[calls.sort(*by, *ORDER, nulls_last=True)["_at"]]


def newest(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Keep the newest row about each thing, sorted by `by`."""
    rows = rows.sort(*by)
    repeats = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift()) for c in by).fill_null(False)
    marked = rows.with_columns(repeats.alias("_repeat"))
    several = marked.select(pl.col("_repeat") | pl.col("_repeat").shift(-1, fill_value=False)).to_series()
    if not several.any():
        return rows
    folded = in_order(rows.filter(several), by).unique(by, keep="last", maintain_order=True)
    return pl.concat([rows.filter(~several), folded]).sort(*by)


def patched(ordered: pl.DataFrame, by: str, fields: Sequence[str]) -> pl.DataFrame:
    """Fold patches: per field, the newest value that is not null.

    Args:
        ordered: what `in_order(rows, [by])` returned.
        by: the column that says what a row is about.
        fields: the columns to fold.

    Returns:
        One row per value of `by`, sorted by it: `by`, `fields`, and `changed_at`, when the last row was logged.
    """
    return ordered.group_by(by, maintain_order=True).agg(
        pl.col(fields).last(ignore_nulls=True), pl.coalesce("logged_at", "ts").max().alias("changed_at")
    )
