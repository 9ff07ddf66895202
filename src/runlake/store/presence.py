"""What of a journal is in a table already: looked up in the rows themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.schema import METRICS, SUMMARIES, Table
from runlake.store.summarise import Series, State, states_from_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlake.journal import Segment
    from runlake.store.decode import Origin


def origins_in(rows: pl.LazyFrame, table: Table, segments: Sequence[Segment]) -> set[Origin]:
    """Return which of the segments have rows in the table.

    Args:
        rows: the rows of the table.
        segments: at least one.
    """
    links = [s.link for s in segments]
    found = (
        rows.filter(
            pl.col("writer").is_in(sorted({s.writer for s in segments}))
            & pl.col("link").is_between(min(links), max(links))
            & _of_runs(table, segments)
        )
        .select("writer", "link")
        .unique()
        .collect()
    )
    return set(found.iter_rows()) & {(s.writer, s.link) for s in segments}


def base_states(summaries: pl.LazyFrame, segments: Sequence[Segment]) -> Mapping[Series, State]:
    """Return the newest state before the given segments, by series and writer.

    Args:
        summaries: the rows of `summaries`.
        segments: of each writer, its next ones.
    """
    first: dict[str, int] = {}
    for segment in segments:
        first[segment.writer] = min(segment.link, first.get(segment.writer, segment.link))
    # the first link of a writer has none before it, and most writers never have a second one
    later = {writer: link for writer, link in first.items() if link > 0}
    if not later:
        return {}
    before = pl.LazyFrame(
        {"writer": list(later), "before": list(later.values())}, schema={"writer": pl.String, "before": pl.Int64}
    )
    newest = (
        summaries.filter(pl.col("writer").is_in(list(later)) & ~pl.col("explicit") & _of_runs(SUMMARIES, segments))
        .join(before, on="writer")
        .filter(pl.col("link") < pl.col("before"))
        .sort("link", "seq")
        .group_by("run_id", "key", "writer", maintain_order=True)
        .last()
        .collect()
    )
    return states_from_rows(newest.to_arrow())


def _of_runs(table: Table, segments: Sequence[Segment]) -> pl.Expr:
    """Restrict a scan to the runs that have rows here: what lets it skip files."""
    runs: set[str | None] = set()
    if table in {METRICS, SUMMARIES}:
        runs |= {run_id for s in segments for run_id, _ in s.points}
    runs |= {row.run_id for s in segments for row in s.rows.get(table.name, ())}
    if None in runs:
        return pl.lit(value=True)
    return pl.col("run_id").is_in(sorted(run for run in runs if run is not None))
