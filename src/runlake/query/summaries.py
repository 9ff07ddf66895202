"""Summaries of series: cumulative per writer in the table, merged over writers here.

A writer's newest row says everything about what that writer logged of a series, so the older ones are dropped and
the rest are merged: counts add up, mean and M2 by the formula of Chan, Golub and LeVeque, and of the first, last,
least and greatest points one is chosen. `first` and `last` are the points with the least and the greatest
(step, ts, writer, seq); `min` and `max` are over what is no NaN, and of equal points the one with the least
(step, ts, writer, seq) stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.source import Source, read, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SERIES = ("run_id", "key")
COUNTS = ("count", "nan_count", "inf_count", "mean", "m2")
POINTS = tuple(
    f"{which}_{part}" for which in ("first", "last", "min", "max") for part in ("value", "step", "ts", "seq")
)
VALUES = ("count", "mean", "first_value", "last_value", "min_value", "max_value")


def series_rows(
    source: Source, run_ids: Iterable[str] | None = None, keys: Iterable[str] | None = None
) -> pl.DataFrame:
    """Read the rows about series (not the explicit results), only of some runs and keys where they are given."""
    rows = rows_of(source, "summaries", run_ids, keys).filter(~pl.col("explicit"))
    return read(source, "summaries", rows.select(*SERIES, "writer", "seq", *COUNTS, *POINTS))


def value_rows(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """Read as `series_rows` does, but only what `of_one_writer` needs: a third of the bytes."""
    rows = rows_of(source, "summaries", run_ids).filter(~pl.col("explicit"))
    return read(source, "summaries", rows.select(*SERIES, "writer", "seq", *VALUES))


def of_one_writer(rows: pl.DataFrame, by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reduce the series that one writer alone has logged, which are nearly all.

    Args:
        rows: as `value_rows` reads them.
        by: the columns that say which run and key.

    Returns:
        `by` and `VALUES` of those series, and `by` of the others, which have to be merged.
    """
    rows = rows.sort(*by)
    repeated = _repeated(rows, by)
    if not repeated.any():
        return rows.select(*by, *VALUES), rows.select(by).clear()
    latest = _newest_by_writer(rows.filter(repeated), by)
    shared = _repeated(latest, by)
    alone = pl.concat([rows.filter(~repeated), latest.filter(~shared)]).select(*by, *VALUES)
    return alone.sort(*by), latest.filter(shared).select(by).unique()


def merged(rows: pl.DataFrame, by: Sequence[str] = SERIES) -> pl.DataFrame:
    """Merge the cumulative rows of all writers into one row per run and key.

    Args:
        rows: as `series_rows` reads them.
        by: the columns that say which run and key.

    Returns:
        `by`, then `COUNTS` and `POINTS`, sorted by `by`.
    """
    rows = rows.sort(*by)
    several = _repeated(rows, by)
    kept = rows.select(*by, *COUNTS, *POINTS)
    if not several.any():
        return kept
    latest = _newest_by_writer(rows.filter(several), by)
    return pl.concat([kept.filter(~several), _over_writers(latest, by)]).sort(*by)


def described(summaries: pl.DataFrame) -> pl.DataFrame:
    """Replace `m2` by `std`, the sample standard deviation of the finite points; null for fewer than two of them."""
    finite = pl.col("count") - pl.col("nan_count") - pl.col("inf_count")
    std = pl.when(finite > 1).then((pl.col("m2") / (finite - 1)).sqrt()).alias("std")
    return summaries.select(*SERIES, *COUNTS[:-1], std, *POINTS)


def _repeated(rows: pl.DataFrame, by: Sequence[str]) -> pl.Series:
    """Say of each row, sorted by `by`, whether another one is about the same."""
    again = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in by).fill_null(False)
    return rows.select((again | again.shift(-1)).fill_null(False)).to_series()


def _newest_by_writer(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return rows.sort(*by, "writer", "seq").unique([*by, "writer"], keep="last", maintain_order=True)


def _over_writers(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    finite = (pl.col("count") - pl.col("nan_count") - pl.col("inf_count")).cast(pl.Float64)
    mean = pl.col("mean").fill_null(0.0)
    rows = rows.with_columns(finite.alias("_n"), (finite * mean).alias("_sum"))
    total = pl.when(pl.col("_n").sum() > 0).then(pl.col("_sum").sum() / pl.col("_n").sum())
    spread = pl.col("m2").sum() + (pl.col("_n") * (mean - total).pow(2)).sum()
    return (
        rows.group_by(by, maintain_order=True)
        .agg(
            pl.col("count", "nan_count", "inf_count").sum(),
            total.alias("mean"),
            pl.when(pl.col("_n").sum() > 0).then(spread).alias("m2"),
            *_chosen("first", [], []),
            *_chosen("last", [], [], newest_first=True),
            *_chosen("min", [pl.col("min_value")], [False]),
            *_chosen("max", [pl.col("max_value")], [True]),
        )
        .select(*by, *COUNTS, *POINTS)
    )


def _chosen(
    which: str, by: Sequence[pl.Expr], descending: Sequence[bool], *, newest_first: bool = False
) -> list[pl.Expr]:
    """Take the parts of the point that comes first by `by`, then by (step, ts, writer, seq)."""
    ties = [pl.col(f"{which}_step"), pl.col(f"{which}_ts"), pl.col("writer"), pl.col(f"{which}_seq")]
    order, directions = [*by, *ties], [*descending, *[newest_first] * len(ties)]
    return [
        pl.col(f"{which}_{part}").sort_by(order, descending=directions, nulls_last=True).first()
        for part in ("value", "step", "ts", "seq")
    ]
