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
_DIGEST = r"^sha(?:256|512):([0-9a-f]{7})[0-9a-f]{20,}$"
_SHORT_CHARACTERS = 20


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


def short(version: pl.Expr) -> pl.Expr:
    """Shorten versions for people: seven digits of a digest, at most twenty characters of anything else."""
    cut = pl.when(version.str.len_chars() > _SHORT_CHARACTERS).then(
        version.str.slice(0, _SHORT_CHARACTERS - 1) + pl.lit("…")
    )
    return pl.coalesce(version.str.extract(_DIGEST, 1), cut, version)


def in_short(used: pl.DataFrame) -> pl.DataFrame:
    """Say in one text per run what data it used: `iris (0123456, v2), wine`.

    Args:
        used: `_row`, key and version (a list), as the folded frame has them.

    Returns:
        `_row`, data: of the runs that used any.
    """
    each = used.select("_row", "key", pl.col("version").list.eval(short(pl.element())).list.join(", ").alias("of"))
    named = pl.when(pl.col("of") == "").then("key").otherwise(pl.format("{} ({})", pl.col("key"), pl.col("of")))
    texts = each.with_columns(pl.col("key").cast(pl.String)).select("_row", named.alias("data"))
    return texts.group_by("_row", maintain_order=True).agg(pl.col("data").str.join(", "))
