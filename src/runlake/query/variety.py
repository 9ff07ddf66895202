"""What differs between many runs: for each field how many values there are, instead of a column for each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.query.compare import fields, found_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.query.lake import Lake

_PLACE = ("field", "aspect")


@dataclass(frozen=True, slots=True)
class Variety:
    """Many runs, field by field.

    Attributes:
        run_ids: the runs in the order asked for; the first is the reference.
        fields: section, field, aspect (as in `Comparison.cells`), has (runs that have a value), distinct (different
            values, where none is one too), common (the most frequent value as text; of equally frequent ones that of
            the earliest run; null where most runs have none), common_type, common_number, common_runs (how many runs
            have it), reference, reference_type, reference_number (of the first run; null where it has none), least and
            greatest (of the numbers; NaN is passed over; null where a value is no number), differs (whether any two
            runs differ); sorted as shown.
    """

    run_ids: tuple[str, ...]
    fields: pl.DataFrame

    @property
    def different(self) -> int:
        """The number of fields that differ."""
        return int(self.fields["differs"].sum())


def variety(lake: Lake, run_ids: Sequence[str]) -> Variety:
    """Count the values of every field of runs; the time follows the values, not fields times runs.

    Args:
        lake: the snapshot.
        run_ids: one run or more, each anything that `Lake.find` takes; one named twice counts once.

    Raises:
        InvalidValue: none is given.
        NotFound, Ambiguous: one is not there, or could be several.
    """
    ids = found_ids(lake, run_ids)
    place = pl.DataFrame({"run_id": ids}).with_row_index("run")
    counted = [_counted(section, rows, place) for section, rows in fields(lake, ids).items()]
    return Variety(tuple(ids), pl.concat(counted))


def _counted(section: str, rows: pl.DataFrame, place: pl.DataFrame) -> pl.DataFrame:
    runs = place.height
    found = rows.join(place, on="run_id", how="inner", maintain_order="left")
    order = rows.select(_PLACE).unique(maintain_order=True)
    # A value is its text and its type; which run had it first settles ties.
    values = found.group_by(*_PLACE, "text", "type").agg(
        pl.len().alias("n"), pl.col("run").min().alias("first"), pl.col("number").first()
    )
    best = values.sort("n", "first", descending=[True, False]).group_by(_PLACE, maintain_order=True)
    common = best.agg(
        pl.len().alias("values"),
        pl.col("text").first().alias("common"),
        pl.col("type").first().alias("common_type"),
        pl.col("number").first().alias("common_number"),
        pl.col("n").first().alias("common_runs"),
        pl.col("n").sum().alias("has"),
    )
    numbers = pl.when(pl.col("number").null_count() == 0)
    finite = pl.col("number").fill_nan(None)
    spread = found.group_by(_PLACE).agg(
        numbers.then(finite.min()).alias("least"), numbers.then(finite.max()).alias("greatest")
    )
    first = found.filter(pl.col("run") == 0).select(
        *_PLACE,
        pl.col("text").alias("reference"),
        pl.col("type").alias("reference_type"),
        pl.col("number").alias("reference_number"),
    )
    absent = runs - pl.col("has")
    joined = order.join(common, on=_PLACE, how="left", maintain_order="left")
    joined = joined.join(first, on=_PLACE, how="left", maintain_order="left")
    joined = joined.join(spread, on=_PLACE, how="left", maintain_order="left")
    has_common = pl.col("common_runs") >= absent
    return joined.select(
        pl.lit(section).alias("section"),
        *_PLACE,
        "has",
        (pl.col("values") + (absent > 0).cast(pl.UInt32)).alias("distinct"),
        *(pl.when(has_common).then(name).alias(name) for name in ("common", "common_type", "common_number")),
        pl.when(has_common).then("common_runs").otherwise(absent).cast(pl.UInt32).alias("common_runs"),
        "reference",
        "reference_type",
        "reference_number",
        "least",
        "greatest",
        ((pl.col("values") > 1) | (absent > 0)).alias("differs"),
    )
