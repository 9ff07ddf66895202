"""The columns that a filter or an order names, each built for all runs: late, and only when named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.expression import GAP, Field, FieldKind
from runlake.query.gaps import gap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlake.query.folded import Folded


def with_fields(folded: Folded, fields: Iterable[Field]) -> pl.DataFrame:
    """Return `_row`, experiment and deleted of all runs, and the columns of `fields`, each named `Field.column`.

    A key that no run has gives a column of nulls.
    """
    named = sorted(set(fields), key=lambda f: f.column)
    attributes = {"_row", "experiment", "deleted"} | {f.key for f in named if f.kind is FieldKind.ATTRIBUTE}
    built = [_built(folded, f).alias(f.column) for f in named if f.kind is not FieldKind.ATTRIBUTE]
    return folded.headers.select(sorted(attributes)).with_columns(built)


def _built(folded: Folded, field: Field) -> pl.Series:
    match field.kind:
        case FieldKind.METRIC:
            return reduced(folded, field.key, field.aspect or "last")
        case FieldKind.PARAM:
            return folded.params.column(field.key, "value_num" if field.aspect else "value")
        case FieldKind.SUMMARY:
            return folded.results.column(field.key, "value_num" if field.aspect else "value")
        case FieldKind.TAG:
            return folded.tags.column(field.key, "values")
        case _:
            return _dataset(folded, field)


def reduced(folded: Folded, key: str, how: str) -> pl.Series:
    """Return one number per run for a series: last, min, max, first, mean, count, best or gap (see `gaps.gap`)."""
    if how == "best":
        return best(folded, key)
    if how == GAP:
        return gap(folded, key)
    return folded.metrics.column(key, how)


def best(folded: Folded, key: str) -> pl.Series:
    """Return the best value of a series by what the run's experiment declares.

    The greatest where its direction is maximize, the least where it is minimize; null where the experiment declares
    no direction, or declares it for another metric: the direction of one metric says nothing of another.
    """
    declared = folded.experiments.filter(pl.col("primary_metric").fill_null(key) == key)
    directions = folded.headers.select("experiment_id").join(
        declared.select("experiment_id", "direction"), on="experiment_id", how="left", maintain_order="left"
    )
    return directions.select(
        pl.when(pl.col("direction") == "maximize")
        .then(folded.metrics.column(key, "max"))
        .when(pl.col("direction") == "minimize")
        .then(folded.metrics.column(key, "min"))
        .alias("best")
    ).to_series()


def _dataset(folded: Folded, field: Field) -> pl.Series:
    if field.key:
        return folded.datasets.column(field.key, field.aspect)
    frame = folded.datasets.frame.with_columns(pl.concat_list(pl.col("key").cast(pl.String)).alias("name"))
    every = frame.group_by("_row").agg(pl.col(field.aspect).list.explode().unique(maintain_order=True))
    rows = folded.headers.select("_row")
    return rows.join(every, on="_row", how="left", maintain_order="left").get_column(field.aspect)
