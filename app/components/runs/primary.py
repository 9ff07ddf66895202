"""What decides which run is best in the experiment that the Runs page is filtered to, and which run that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

import state
from reads import data

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS = {"minimize": "↓", "maximize": "↑"}
_WORDS = {"last": "its last value", "min": "its least value", "max": "its greatest value", "mean": "its mean"}


@dataclass(frozen=True, slots=True)
class Primary:
    """A declared primary metric.

    Attributes:
        metric: its key.
        column: of the run table, with what its series comes to.
        ascending: whether the least is best.
        best: id of the best run; None where no run has a finite number.
        told: the same in words, of which the metric is from data.
    """

    metric: str
    column: str
    ascending: bool
    best: str | None
    told: str


def chosen() -> Primary | None:
    """Return what all experiments at and below the chosen path agree on; None where there is no such thing."""
    path = state.RUNS_EXPERIMENT.get().strip("/")
    if not path:
        return None
    found, damage = data.overview()
    rows = found.paths.filter((pl.col("path") == path) & pl.col("agreed") & pl.col("reducer").is_not_null())
    # What cannot be read cannot be sorted by; the page stays usable with the newest runs first.
    if rows.is_empty() or damage is not None:
        return None
    row = rows.row(0, named=True)
    column = column_of(row["primary_metric"], row["reducer"])
    if column is None:
        return None
    return Primary(row["primary_metric"], column, row["direction"] == "minimize", row["best_run_id"], told(row))


def column_of(metric: str, reducer: str) -> str | None:
    """Return the column of the run table that runs are ranked by; None where no run has the metric."""
    keys = data.keys()
    if metric in keys.metrics:
        return f"metrics.{metric}" if reducer == "last" else f"metrics.{metric}.{reducer}"
    return f"summary.{metric}" if metric in keys.summary else None


def told(row: Mapping[str, Any]) -> str:
    """Say what decides, in words.

    >>> told({"primary_metric": "loss", "reducer": "min", "direction": "minimize"})
    'loss, its least value: the least is best'
    """
    way = "least" if row["direction"] == "minimize" else "greatest"
    return f"{row['primary_metric']}, {_WORDS[row['reducer']]}: the {way} is best"
