"""Which parameters differ between runs, which of them are seeds, and which keep the runs from forming groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from runlake.query.folded import Folded

_EXACT = 2.0**53  # beyond it two whole numbers may be one floating-point number


@dataclass(frozen=True, slots=True)
class Varying:
    """The parameters that differ between some runs, as columns of the run table, sorted.

    Attributes:
        keys: those that say what was done; a run that lacks one differs from those that have it.
        seeds: those that only repeat it, by their names.
        own: those of `keys` of which each run that has one has its own value, and most runs have one: an output
            folder, the time of the start. Grouping by one of them makes groups of one run.
    """

    keys: tuple[str, ...]
    seeds: tuple[str, ...]
    own: tuple[str, ...]

    def but(self, left_out: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        """Return what to group by: `keys` without some."""
        gone = set(left_out)
        return tuple(key for key in self.keys if key not in gone)


def varying(folded: Folded, rows: pl.Series) -> Varying:
    """Find what varies.

    Args:
        folded: the snapshot.
        rows: `_row` of the runs.
    """
    from runlake.analysis.seedlike import is_seedlike

    found = folded.params.of(rows).select("key", "value", pl.col("value_num").alias("number"), is_number())
    counts = found.group_by("key").agg(
        pl.len().alias("n"),
        # 1 and 1.0 are one value
        pl.col("number").filter("is_number").n_unique() + pl.col("value").filter(~pl.col("is_number")).n_unique(),
    )
    differs = counts.filter((pl.col("number") > 1) | (pl.col("n") < rows.len())).with_columns(pl.col("key").cast(str))
    own = differs.filter((pl.col("number") == pl.col("n")) & (2 * pl.col("n") > rows.len()))
    names = sorted(differs["key"])
    return Varying(
        keys=tuple(f"params.{key}" for key in names if not is_seedlike(key)),
        seeds=tuple(f"params.{key}" for key in names if is_seedlike(key)),
        own=tuple(f"params.{key}" for key in sorted(own["key"]) if not is_seedlike(key)),
    )


def is_number() -> pl.Expr:
    """Say whether a parameter is compared by its number: it has one, and no other whole number shares that."""
    return (pl.col("value_num").is_finite() & (pl.col("value_num").abs() < _EXACT)).fill_null(False).alias("is_number")
