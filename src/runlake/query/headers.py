"""The header of every run: the patches of `runs` folded, with its experiment and its user by name."""

from __future__ import annotations

import polars as pl

from runlake.query.fold import in_order, patched
from runlake.query.source import Source, read
from runlake.query.status import statuses
from runlake.schema import RUNS

BASE = ("run_id", "experiment", "name", "status", "user", "started_at", "ended_at", "duration_s")
# Folded by rules of their own, not by "the newest value that is not null".
_OWN_RULE = {"ts", "status", "inferred", "status_of", "started_at", "ended_at", "heartbeat_at"}
_PATCHED = tuple(c.name for c in RUNS.columns if c.name not in _OWN_RULE)
ATTRIBUTES = tuple(dict.fromkeys((*BASE, "host", "heartbeat_at", *_PATCHED, "changed_at")))


def headers(source: Source, experiment_ids: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Fold the header of every run, deleted ones among them.

    Per field the newest value that is not null counts (`fold` says what is newest), with these exceptions:
    `status` and `ended_at` follow `status`; `started_at` is the earliest and `heartbeat_at` the latest that any
    row states; `error` is null unless the run failed or was killed; `deleted` is never null. `duration_s` is null
    while the run is running, and where it would be negative.

    Returns:
        `_row` (0, 1, ...), then `ATTRIBUTES`: one row per run in the default order, started_at descending, then
        run_id, runs without a start last.
    """
    patches = in_order(read(source, "runs", source.scan("runs").filter(pl.col("run_id").is_not_null())), ["run_id"])
    times = patches.group_by("run_id").agg(pl.col("started_at").min(), pl.col("heartbeat_at").max())
    paths = experiment_ids.select("experiment_id", "canonical_id", pl.col("path").alias("experiment"))
    return (
        patched(patches, "run_id", _PATCHED)
        .join(times, on="run_id", how="left")
        .join(statuses(patches), on="run_id", how="left")
        .join(paths, on="experiment_id", how="left")
        .join(people.select("actor_id", "user", "host"), on="actor_id", how="left")
        .with_columns(
            pl.coalesce("canonical_id", "experiment_id").alias("experiment_id"),
            pl.col("status").fill_null("running"),
            pl.col("deleted").fill_null(False),
            # A clock that was put back between the two says nothing of the time between them.
            # Rounded, because Polars multiplies by 1e-6, which makes 3772 us 0.0037719999999999997 s.
            pl.when(pl.col("ended_at") >= pl.col("started_at"))
            .then(((pl.col("ended_at") - pl.col("started_at")).dt.total_microseconds() / 1e6).round(6))
            .alias("duration_s"),
        )
        .with_columns(pl.when(pl.col("status").is_in(["failed", "killed"])).then("error").alias("error"))
        .select(ATTRIBUTES)
        .sort("started_at", "run_id", descending=[True, False], nulls_last=True)
        .with_row_index("_row")
    )
