"""Saved views of the dashboard: what they are now, and to whom they are offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.query.fold import in_order, patched
from runlake.query.source import Source, read

if TYPE_CHECKING:
    from runlake.query.folded import Folded

COLUMNS = (
    "view_id",
    "name",
    "description",
    "page",
    "query",
    "visibility",
    "user",
    "created_at",
    "changed_by",
    "changed_at",
    "deleted",
)
_PATCHED = ("name", "description", "page", "query", "visibility", "deleted")


def known(source: Source) -> pl.DataFrame:
    """Fold the patches of each view.

    Returns:
        view_id, the patched fields, changed_at, created_at, and the actors of the first and the last row: saved_by,
        last_by. Sorted by view_id. A view without name or page is not whole: its first row has not arrived yet.
    """
    rows = read(source, "views", source.scan("views").filter(pl.col("view_id").is_not_null()))
    ordered = in_order(rows, ["view_id"])
    actors = ordered.group_by("view_id", maintain_order=True).agg(
        pl.col("actor_id").first(ignore_nulls=True).alias("saved_by"),
        pl.col("actor_id").last(ignore_nulls=True).alias("last_by"),
        pl.coalesce("logged_at", "ts").min().alias("created_at"),
    )
    return (
        patched(ordered, "view_id", _PATCHED)
        .join(actors, on="view_id", how="left", maintain_order="left")
        .filter(pl.col("name").is_not_null() & pl.col("page").is_not_null())
        .with_columns(
            pl.col("deleted").fill_null(False),
            pl.col("query").fill_null(""),
            # A word that this version does not know hides the view: unknown means no.
            (pl.col("visibility") == "shared").fill_null(False).alias("_shared"),
        )
    )


def views(folded: Folded, *, user: str | None, deleted: bool) -> pl.DataFrame:
    """List the views that are offered to somebody.

    Args:
        folded: the snapshot.
        user: whose private ones to take in, by the name in `identities`; None is nobody's.
        deleted: take deleted ones in.

    Returns:
        `COLUMNS`, sorted by name, then view_id.
    """
    names = folded.people.select("actor_id", "user")
    named = (
        folded.views.join(names.rename({"actor_id": "saved_by"}), on="saved_by", how="left")
        .join(names.rename({"actor_id": "last_by", "user": "changed_by"}), on="last_by", how="left")
        .filter(pl.col("_shared") | (pl.col("user") == user if user is not None else pl.lit(False)))
        .filter(pl.lit(deleted) | ~pl.col("deleted"))
    )
    in_small = pl.col("name").str.to_lowercase()
    return named.sort(in_small, "name", "view_id").select(COLUMNS)
