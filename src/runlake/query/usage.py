"""Data sets as such: which there are, their versions, and which runs used each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.datasets import datasets, short
from runlake.query.overview import measured

if TYPE_CHECKING:
    from runlake.query.lake import Lake

# What is recorded of a version, as JSON beside its link.
_FACTS = {
    "kind": pl.String,
    "rows": pl.Int64,
    "columns": pl.Int64,
    "bytes": pl.Int64,
    "files": pl.Int64,
    "uri": pl.String,
    "problem": pl.String,
}
FACTS = tuple(_FACTS)
_HEADER = ("run_id", "name", "experiment", "status", "user", "started_at", "duration_s")


def uses(lake: Lake) -> pl.DataFrame:
    """List each data set that a run used, once per version and role; deleted runs are left out.

    Returns:
        run_id, name, version, role, attributes (JSON), ts: when the run said so, and started_at of the run.
    """
    live = lake.folded.headers.filter(~pl.col("deleted")).select("run_id", "started_at")
    return datasets(lake.snapshot).join(live, on="run_id", how="inner")


def overview(used: pl.DataFrame) -> pl.DataFrame:
    """List data sets, that which was used last first.

    Args:
        used: as `uses` gives it.

    Returns:
        name, versions and runs (how many), roles (a sorted list), first_used_at, last_used_at. A use without a version
        counts as a version of its own.
    """
    gathered = used.group_by("name").agg(
        pl.col("version").n_unique().alias("versions"), pl.col("run_id").n_unique().alias("runs"), _roles(), *_times()
    )
    return gathered.sort("last_used_at", "name", descending=[True, False], nulls_last=True)


def versions(used: pl.DataFrame, name: str) -> pl.DataFrame:
    """List the versions of a data set, that which was used last first.

    Args:
        used: as `uses` gives it.
        name: of the data set.

    Returns:
        version (null where none was recorded), short, runs (how many), roles (a sorted list), first_used_at,
        last_used_at, then `FACTS` as they were recorded last, null where they were not.
    """
    gathered = (
        used.filter(pl.col("name") == name)
        .sort("ts", nulls_last=False)
        .group_by("version")
        .agg(
            pl.col("run_id").n_unique().alias("runs"),
            _roles(),
            *_times(),
            pl.col("attributes").last(ignore_nulls=True),
        )
    )
    facts = [_fact(key).alias(key) for key in FACTS]
    made = gathered.select(
        "version", short(pl.col("version")).alias("short"), "runs", "roles", "first_used_at", "last_used_at", *facts
    )
    return made.sort("last_used_at", "version", descending=[True, False], nulls_last=True)


def users(lake: Lake, used: pl.DataFrame, name: str, version: str | None = None) -> pl.DataFrame:
    """List the runs that used a data set, the newest first.

    Args:
        lake: the snapshot.
        used: as `uses` gives it.
        name: of the data set.
        version: only those that used this one; None for all.

    Returns:
        run_id, name, experiment, status, user, started_at, duration_s, used (each role with the short version), metric
        and value: what the run's experiment declares to decide, and what the run comes to by it; null where there is
        no such thing.
    """
    of = used.filter(pl.col("name") == name)
    if version is not None:
        having = of.filter(pl.col("version") == version)["run_id"].unique()
        of = of.filter(pl.col("run_id").is_in(having.implode()))
    once = (
        of.select("run_id", _use().alias("used"))
        .group_by("run_id", maintain_order=True)
        .agg(pl.col("used").str.join(", "))
    )
    headers = lake.folded.headers.select("_row", *_HEADER)
    found = once.join(headers, on="run_id", how="inner").join(measured(lake), on="_row", how="left")
    ordered = found.sort("started_at", "run_id", descending=[True, False], nulls_last=True)
    return ordered.select(*_HEADER, "used", "metric", "value")


def _use() -> pl.Expr:
    parts = [pl.col("role"), short(pl.col("version"))]
    return pl.concat_list(part.fill_null("") for part in parts).list.join(" ").str.strip_chars().replace("", "used")


def _roles() -> pl.Expr:
    return pl.col("role").drop_nulls().unique().sort().alias("roles")


def _times() -> tuple[pl.Expr, pl.Expr]:
    when = pl.coalesce("ts", "started_at")
    return when.min().alias("first_used_at"), when.max().alias("last_used_at")


def _fact(key: str) -> pl.Expr:
    """Read one fact out of the JSON; whatever stands there instead of it counts as not recorded."""
    return pl.col("attributes").str.json_path_match(f"$.{key}").cast(_FACTS[key], strict=False)
