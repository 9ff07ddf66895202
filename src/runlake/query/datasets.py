"""Which data sets runs have used: the links of runs to `dataset:<name>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.fold import in_order
from runlake.query.source import Source, read, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PREDICATE = "used_dataset"
_PREFIX = "dataset:"


def datasets(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """List what data runs have used, each version and role once.

    Returns:
        run_id, name, version, role, attributes (JSON), ts: sorted by run_id, name, then as logged.
    """
    columns = ["run_id", "predicate", "object", "version", "role", "attributes", "ts", "logged_at", "writer", "seq"]
    uses = (pl.col("predicate") == PREDICATE) & pl.col("object").str.starts_with(_PREFIX)
    used = read(source, "links", rows_of(source, "links", run_ids).filter(uses).select(columns))
    named = used.with_columns(pl.col("object").str.strip_prefix(_PREFIX).alias("name"))
    return (
        in_order(named, ["run_id", "name"])
        .unique(["run_id", "name", "version", "role"], keep="first", maintain_order=True)
        .select("run_id", "name", "version", "role", "attributes", "ts")
    )


def by_name(used: pl.DataFrame) -> pl.DataFrame:
    """Gather the result of `datasets` per run and name.

    Returns:
        run_id, key (the name), version, role: lists of text, without nulls, as logged.
    """
    grouped = used.group_by("run_id", pl.col("name").alias("key"), maintain_order=True)
    return grouped.agg(pl.col("version", "role").drop_nulls().unique(maintain_order=True))
