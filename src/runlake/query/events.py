"""Who did what, when, to what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.source import read, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runlake.query.folded import Folded

COLUMNS = (
    "ts",
    "user",
    "action",
    "target_type",
    "target_id",
    "run_id",
    "old",
    "new",
    "reason",
    "result",
    "client",
    "auth_method",
    "host",
    "actor_id",
    "utc_offset_minutes",
    "logged_at",
    "event_id",
)
_STORED = tuple(c for c in COLUMNS if c not in {"user", "host"})


def events(
    folded: Folded,
    *,
    run_ids: Iterable[str] | None = None,
    user: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    action: str | None = None,
) -> pl.DataFrame:
    """List events with the name of who acted, the newest first.

    Args:
        folded: the snapshot.
        run_ids: only of these runs.
        user: only of this name, as `identities` has it.
        since: only at this time or later.
        until: only before this time.
        action: only this action, such as "tag.set"; one that ends in "." means all that begin so, such as "run.".

    Returns:
        `COLUMNS`, sorted by ts descending, then by event_id descending.
    """
    found = rows_of(folded.source, "events", run_ids).select(_STORED)
    if since is not None:
        found = found.filter(pl.col("ts") >= since)
    if until is not None:
        found = found.filter(pl.col("ts") < until)
    if action is not None:
        matches = pl.col("action").str.starts_with(action) if action.endswith(".") else pl.col("action") == action
        found = found.filter(matches)
    # An event is one event, even where the same row reached the table twice.
    rows = read(folded.source, "events", found).unique("event_id", keep="any")
    named = rows.join(folded.people.select("actor_id", "user", "host"), on="actor_id", how="left")
    if user is not None:
        named = named.filter(pl.col("user") == user)
    return named.sort("ts", "event_id", descending=True, nulls_last=True).select(COLUMNS)
