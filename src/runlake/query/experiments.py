"""Experiments: what they are now, and the runs that they hold."""

from __future__ import annotations

import polars as pl

from runlake.ids import experiment_id
from runlake.query.fold import in_order, patched
from runlake.query.source import Source, read

_DECLARED = ("description", "tags", "owner", "primary_metric", "reducer", "direction", "archived", "splits")


def known_ids(source: Source) -> pl.DataFrame:
    """Fold experiments by id.

    A row that belongs to a run only claims the path that the run was started under; a row without a run is
    somebody's edit. An edited path wins over every claim, so a script that goes on naming the old path of a
    renamed experiment does not undo the renaming: its runs appear under the new path.

    Returns:
        experiment_id, path, the declared fields, created_at, changed_at, canonical_id: one row per id. Ids whose
        current path is equal are one experiment; the one created first is canonical.
    """
    known = pl.col("experiment_id").is_not_null()
    rows = read(source, "experiments", source.scan("experiments").filter(known))
    edited = pl.when(pl.col("run_id").is_null()).then("path").alias("edited")
    ordered = in_order(rows.with_columns(edited), ["experiment_id"])
    folded = patched(ordered, "experiment_id", ["path", "edited", *_DECLARED])
    first = rows.group_by("experiment_id").agg(pl.col("ts").min().alias("created_at"))
    return (
        folded.join(first, on="experiment_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("edited", "path").alias("path"))
        .drop("edited")
        .sort("created_at", "experiment_id")
        .with_columns(
            pl.when(pl.col("path").is_null())
            .then("experiment_id")
            .otherwise(pl.col("experiment_id").first().over("path"))
            .alias("canonical_id")
        )
        .sort("experiment_id")
    )


def merged(ids: pl.DataFrame) -> pl.DataFrame:
    """Make one row per experiment of `known_ids`: each field from the earliest id that declares it.

    Returns:
        experiment_id (canonical), path, the declared fields (archived is never null), created_at, changed_at.
    """
    return (
        ids.sort("created_at", "experiment_id")
        .group_by("canonical_id", maintain_order=True)
        .agg(
            pl.col("path").first(),
            pl.col(_DECLARED).first(ignore_nulls=True),
            pl.col("created_at").min(),
            pl.col("changed_at").max(),
        )
        .rename({"canonical_id": "experiment_id"})
        .with_columns(pl.col("archived").fill_null(False))
        .sort("path", "experiment_id", nulls_last=True)
    )


def counted(experiments: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Add to each experiment what its runs say; deleted runs do not count.

    Returns:
        The columns of `merged`, then runs, running, finished, failed, killed (numbers of runs of this very
        experiment, not of those below it), first_started_at, last_activity_at; sorted by path.
    """
    live = headers.filter(~pl.col("deleted"))
    numbers = ["runs", "running", "finished", "failed", "killed"]
    counts = live.group_by("experiment_id").agg(
        pl.len().cast(pl.Int64).alias("runs"),
        *((pl.col("status") == s).sum().cast(pl.Int64).alias(s) for s in numbers[1:]),
        pl.col("started_at").min().alias("first_started_at"),
        pl.max_horizontal("ended_at", "heartbeat_at", "started_at").max().alias("last_activity_at"),
    )
    return (
        experiments.join(counts, on="experiment_id", how="left", maintain_order="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .with_columns(pl.col("last_activity_at").fill_null(pl.col("changed_at")))
    )


def below(path: str, experiments: pl.DataFrame) -> pl.Expr:
    """Say which runs an EXPERIMENT argument means, as an expression over the column `experiment`.

    A path means its whole subtree; `path/.` the experiment alone; an empty path everything. A path that nothing
    has now is followed to where the experiment that once had it has been moved to.
    """
    alone = path.rstrip().endswith("/.")
    wanted = path.strip().removesuffix("/.").strip("/")
    if not wanted and not alone:
        return pl.lit(True)
    column = pl.col("experiment")
    if not experiments.select(_within("path", wanted).any()).item():
        moved = experiments.filter(pl.col("experiment_id") == experiment_id(wanted))["path"]
        wanted = moved.drop_nulls().to_list()[0] if moved.drop_nulls().len() else wanted
    return (column == wanted if alone else _within("experiment", wanted)).fill_null(False)


def _within(column: str, path: str) -> pl.Expr:
    return (pl.col(column) == path) | pl.col(column).str.starts_with(f"{path}/")
