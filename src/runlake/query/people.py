"""Who stands behind an `actor_id`."""

from __future__ import annotations

import polars as pl

from runlake.query.fold import in_order, patched
from runlake.query.source import Source, read
from runlake.schema import IDENTITIES

FIELDS = tuple(c.name for c in IDENTITIES.columns if c.name not in {"ts", "actor_id"})


def people(source: Source) -> pl.DataFrame:
    """Fold the identities: per field of an actor, the newest value that is not null.

    Returns:
        actor_id, then the columns of `identities`; one row per actor, sorted by actor_id.
    """
    rows = read(source, "identities", source.scan("identities").filter(pl.col("actor_id").is_not_null()))
    return patched(in_order(rows, ["actor_id"]), "actor_id", FIELDS).drop("changed_at")
