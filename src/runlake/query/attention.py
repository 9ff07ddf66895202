"""Which runs somebody should look at: silent ones, those that ended badly of late, and those nobody has concluded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from runlake.query.detail import SILENT_S
from runlake.query.facts import series_summaries

if TYPE_CHECKING:
    from runlake.query.lake import Lake

KINDS = ("silent", "failed", "killed", "unconcluded")
DAYS = 7
_MOST_ASKED = 200  # silent runs whose series are looked at for a later sign of life


def attention(lake: Lake) -> pl.DataFrame:
    """List the runs that need attention; each once, under the first kind that holds.

    * silent: counts as running, with no sign of life for more than `detail.SILENT_S` seconds
    * failed, killed: ended so in the last `DAYS` days
    * unconcluded: ended with a hypothesis, but without a conclusion

    Returns:
        kind, run_id, name, experiment, at (last sign of life, or end), error, hypothesis; sorted by kind as above, the
        newest first. Deleted runs are left out.

    Raises:
        StoreError: a table cannot be read.
    """
    runs = lake.folded.headers.filter(~pl.col("deleted"))
    recent = pl.col("ended_at") > lake.now - timedelta(days=DAYS)
    unconcluded = ~_is_written("conclusion") & _is_written("hypothesis") & (pl.col("status") != "running")
    kind = (
        pl.when((pl.col("status") == "failed") & recent)
        .then(pl.lit("failed"))
        .when((pl.col("status") == "killed") & recent)
        .then(pl.lit("killed"))
        .when(unconcluded)
        .then(pl.lit("unconcluded"))
    )
    ended = runs.with_columns(kind.alias("kind"), pl.col("ended_at").alias("at")).filter(pl.col("kind").is_not_null())
    columns = ("kind", "run_id", "name", "experiment", "at", "error", "hypothesis")
    found = pl.concat([_silent(lake, runs).select(columns), ended.select(columns)])
    order = pl.col("kind").cast(pl.Enum(KINDS))
    return found.sort(order, "at", "run_id", descending=[False, True, False], nulls_last=True)


def _is_written(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars() != ""


def _silent(lake: Lake, runs: pl.DataFrame) -> pl.DataFrame:
    """Find running runs that are not heard of; the heartbeat tells of nearly all, the last point of the others."""
    long_ago = lake.now - timedelta(seconds=SILENT_S)
    running = runs.filter(pl.col("status") == "running").with_columns(
        pl.max_horizontal("started_at", "heartbeat_at").alias("at")
    )
    quiet = running.filter(pl.col("at") < long_ago).sort("at", descending=True)
    asked = quiet["run_id"].head(_MOST_ASKED).to_list()
    if asked:
        points = series_summaries(lake.snapshot, asked).group_by("run_id").agg(pl.col("last_ts").max())
        quiet = quiet.join(points, on="run_id", how="left").with_columns(pl.max_horizontal("at", "last_ts").alias("at"))
    return quiet.filter(pl.col("at") < long_ago).with_columns(pl.lit("silent").alias("kind"))
