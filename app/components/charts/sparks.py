"""Curves small enough for a table cell; every bucket keeps its least and its greatest value, so no spike is lost."""

from __future__ import annotations

import polars as pl

BUCKETS = 24
_BY = ("run_id", "key")


def reduced(points: pl.DataFrame) -> pl.DataFrame:
    """Reduce series to at most 48 values each, in the order of their steps.

    Args:
        points: run_id, key, step, value; sorted by step within a series. What is not finite is left out.

    Returns:
        run_id, key, curve (a list of numbers): one row per series that has a finite value.
    """
    numbered = points.filter(pl.col("value").is_finite()).with_columns(
        n=pl.len().over(_BY), place=pl.int_range(pl.len()).over(_BY)
    )
    width = pl.when(pl.col("n") <= 2 * BUCKETS).then(pl.col("n")).otherwise(BUCKETS)
    value = pl.col("value")
    both = pl.concat_list(pl.col("low"), pl.col("high"))
    in_order = pl.when(pl.col("low_at") <= pl.col("high_at")).then(both).otherwise(both.list.reverse())
    return (
        numbered.group_by(*_BY, (pl.col("place") * width // pl.col("n")).alias("bucket"), maintain_order=True)
        .agg(low=value.min(), high=value.max(), low_at=value.arg_min(), high_at=value.arg_max(), size=pl.len())
        .with_columns(pl.when(pl.col("size") == 1).then(pl.concat_list("low")).otherwise(in_order).alias("curve"))
        .group_by(_BY, maintain_order=True)
        .agg(pl.col("curve").explode())
    )
