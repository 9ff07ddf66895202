"""Experiments as the tree of their paths, with what each path holds counted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNTS = ("runs", "running", "finished", "failed", "killed")
_DECIDES = ("primary_metric", "reducer", "direction")
_OWN = ("experiment_id", "description", "owner", "tags")


def tree(experiments: pl.DataFrame) -> pl.DataFrame:
    """Make one row per path: of each experiment, and of what lies above it.

    Args:
        experiments: as `overview.overview` returns them; those without a path are left out.

    Returns:
        path, depth (0 at the top), inner (paths are below it), experiment_id, description, owner and tags (null where
        the path is no experiment), own (runs of the experiment itself); then of everything at and below the path runs,
        running, finished, failed, killed, last_activity_at, archived (all of it is), activity and the latest run.
        Then agreed: all experiments there that hold runs declare the same; primary_metric, reducer and direction that
        they agree on, or else those of the experiment itself; and the best run by these, in the same way of all there
        or of the experiment itself. A path is followed by what lies below it.
    """
    below = _with_paths_above(experiments)
    own = pl.col("path") == pl.col("node")
    nodes = below.group_by("node").agg(
        (~own).any().alias("inner"),
        *(pl.col(name).filter(own).first() for name in _OWN),
        pl.col("runs").filter(own).sum().alias("own"),
        *(pl.col(name).sum() for name in _COUNTS),
        pl.col("last_activity_at").max(),
        pl.col("archived").all(),
    )
    decisions = _decisions(below, own)
    for part in (_activity(below), _latest(below), decisions, _best(below, decisions)):
        nodes = nodes.join(part, on="node", how="left")
    # A separator that sorts before every character of a path, so that "a b" does not come between "a" and "a/x".
    order = pl.col("node").str.replace_all("/", "\0", literal=True)
    depth = pl.col("node").str.count_matches("/", literal=True).cast(pl.Int64)
    return nodes.sort(order).select(pl.col("node").alias("path"), depth.alias("depth"), pl.exclude("node"))


def _with_paths_above(experiments: pl.DataFrame) -> pl.DataFrame:
    """Repeat each experiment for its own path and for each path above it, in the column `node`."""
    parts = pl.col("path").str.split("/")
    return (
        experiments.filter(pl.col("path").is_not_null())
        .with_columns(pl.int_ranges(1, parts.list.len() + 1).alias("length"))
        .explode("length")
        .with_columns(parts.list.head(pl.col("length")).list.join("/").alias("node"))
    )


def _activity(below: pl.DataFrame) -> pl.DataFrame:
    days = pl.int_ranges(pl.col("activity").list.len()).alias("day")
    return (
        below.select("node", "activity", days)
        .explode("activity", "day")
        .group_by("node", "day")
        .agg(pl.col("activity").sum())
        .sort("node", "day")
        .group_by("node", maintain_order=True)
        .agg("activity")
    )


def _latest(below: pl.DataFrame) -> pl.DataFrame:
    return _first(below, "latest", (), ("run_id", "name", "status", "started_at"))


def _decisions(below: pl.DataFrame, own: pl.Expr) -> pl.DataFrame:
    """Say what decides at each path which run is best, and whether all that hold runs there agree on it.

    Where nothing holds runs, what the experiment itself declares stands.
    """
    holds = pl.col("runs") > 0
    kinds = pl.struct(_DECIDES).filter(holds).n_unique()
    agreed = [
        pl.when(kinds == 1)
        .then(pl.col(name).filter(holds).first())
        .otherwise(pl.col(name).filter(own).first())
        .alias(name)
        for name in _DECIDES
    ]
    return below.group_by("node").agg((kinds == 1).alias("agreed"), *agreed)


def _best(below: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Take the best of the best, where they were found by one rule, or else that of the experiment itself."""
    rules = decisions.select("node", "agreed", pl.col("direction").alias("way")).filter(pl.col("way").is_not_null())
    candidates = below.join(rules, on="node").filter(pl.col("agreed") | (pl.col("path") == pl.col("node")))
    score = pl.when(pl.col("way") == "minimize").then(pl.col("best_value")).otherwise(-pl.col("best_value"))
    ranked = candidates.with_columns(score.alias("score"))
    return _first(ranked, "best", ("score",), ("run_id", "name", "status", "started_at", "value"))


def _first(below: pl.DataFrame, which: str, scores: Sequence[str], parts: Sequence[str]) -> pl.DataFrame:
    """Take at each path the run with the least score; of equal ones the first in the default order of runs."""
    by = ["node", *scores, f"{which}_started_at", f"{which}_run_id"]
    descending = [*([False] * (1 + len(scores))), True, False]
    ordered = below.filter(pl.col(f"{which}_run_id").is_not_null()).sort(by, descending=descending, nulls_last=True)
    first = ordered.unique("node", keep="first", maintain_order=True)
    return first.select("node", *(f"{which}_{part}" for part in parts))
