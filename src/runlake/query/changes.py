"""Which runs have rows in a table that an earlier snapshot did not show.

Rows are never changed and a writer's calls are numbered, so the rows of one link are the same in two snapshots where
their number and their last `seq` are. That is far cheaper to look at than to fold all rows again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from runlake.query.source import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlake.query.source import Source

_LINK = ("writer", "link")
# Beyond so many changed links it is quicker to fold everything anew.
MOST_LINKS = 2_000


def links(source: Source, table: str) -> pl.DataFrame:
    """Return writer, link, rows (their number) and last (their greatest seq) of each link of a table."""
    grouped = source.scan(table).group_by(_LINK).agg(pl.len().alias("rows"), pl.col("seq").max().alias("last"))
    return read(source, table, grouped)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the folds of an earlier snapshot had come to when they were left.

    Attributes:
        source: the earlier snapshot.
        parts: name -> part, of those that were folded.
        known: table -> links, of those that were looked up.
    """

    source: Source
    parts: Mapping[str, Any]
    known: dict[str, pl.DataFrame]

    def links(self, table: str) -> pl.DataFrame:
        """Return the links of a table in the earlier snapshot."""
        if table not in self.known:
            self.known[table] = links(self.source, table)
        return self.known[table]


def same_links(before: pl.DataFrame, after: pl.DataFrame) -> bool:
    """Say whether two snapshots have the same rows of a table, given its `links` in both."""
    shared = after.join(before, on=after.columns, how="semi", nulls_equal=True)
    return before.height == after.height == shared.height


def changed_runs(
    source: Source, table: str, before: pl.DataFrame, after: pl.DataFrame, *, most: int = MOST_LINKS
) -> frozenset[str] | None:
    """Return the runs with rows in links that are new or have grown.

    Args:
        source: the newer snapshot.
        table: which table.
        before: `links` of the older snapshot.
        after: `links` of the newer one.
        most: with more changed links than this, all runs are taken as changed.

    Returns:
        Ids of runs; None where all have to be taken as changed: many links are new, or rows are gone.
    """
    earlier = before.rename({"rows": "rows_before", "last": "last_before"})
    both = earlier.join(after, on=_LINK, how="left")
    if both.select((pl.col("rows").is_null() | (pl.col("rows") < pl.col("rows_before"))).any()).item():
        return None
    new = after.join(before, on=[*_LINK, "rows", "last"], how="anti", nulls_equal=True).select(_LINK)
    if new.height > most:
        return None
    if new.is_empty():
        return frozenset()
    # `is_in` first, for the scan can skip files by it.
    rows = source.scan(table).filter(pl.col("writer").is_in(new["writer"].unique().to_list()))
    found = read(source, table, rows.join(new.lazy(), on=_LINK, how="semi").select("run_id").unique())
    return frozenset(found["run_id"].drop_nulls())
