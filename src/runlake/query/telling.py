"""Which keys tell runs apart: those that are worth a facet before anybody has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.expression import Field, FieldKind
from runlake.query.facets import FEW
from runlake.query.runs import Question, chosen

if TYPE_CHECKING:
    from runlake.query.keyed import Keyed
    from runlake.query.lake import Lake

NEWEST = 2_000  # runs that are looked at
_MOST_ROWS = 200_000  # of tags or params
_TAGS, _PARAMS = 2, 3


def telling(lake: Lake, where: str) -> tuple[Field, ...]:
    """Return the keys that tell the newest runs apart that fit a filter.

    These are the status; the user where there are several; the data sets; whether there is a conclusion, where there
    are hypotheses or conclusions; the experiment where there are several; then of tags and params the few that most runs have and that have some
    different values, but not many.

    Args:
        lake: the snapshot.
        where: the filter; "" for all runs.

    Raises:
        QueryError: the filter does not parse.
    """
    rows, _ = chosen(lake.folded, Question(where or None, limit=NEWEST), now=lake.now)
    headers = lake.folded.headers[rows]
    found = [Field(FieldKind.ATTRIBUTE, "status")]
    if headers["user"].drop_nulls().n_unique() > 1:
        found.append(Field(FieldKind.ATTRIBUTE, "user"))
    if not lake.folded.datasets.of(rows).is_empty():
        found.append(Field(FieldKind.DATASET, "", "name"))
    if headers.select(pl.col("hypothesis", "conclusion").is_not_null().any()).row(0) != (False, False):
        found.append(Field(FieldKind.ATTRIBUTE, "conclusion"))
    if headers["experiment"].drop_nulls().n_unique() > 1:
        found.append(Field(FieldKind.ATTRIBUTE, "experiment"))
    found += [Field(FieldKind.TAG, key) for key in _few(lake.folded.tags, rows, "shown")[:_TAGS]]
    return (*found, *(Field(FieldKind.PARAM, key) for key in _few(lake.folded.params, rows, "value")[:_PARAMS]))


def _few(keyed: Keyed, rows: pl.Series, value: str) -> list[str]:
    """List the keys of some runs with two to `FEW` values: those that most runs have first, of these the fewest values."""
    # Runs of thousands of keys: fewer of them tell as much.
    most = max(1, _MOST_ROWS * keyed.runs // max(1, keyed.frame.height))
    by_key = (
        keyed.of(rows.head(most)).group_by("key").agg(pl.len().alias("runs"), pl.col(value).n_unique().alias("values"))
    )
    few = by_key.filter(pl.col("values").is_between(2, FEW)).with_columns(pl.col("key").cast(pl.String))
    return few.sort("runs", "values", "key", descending=[True, False, False])["key"].to_list()
