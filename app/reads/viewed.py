"""Every cached read about saved views and people, keyed as in `data`.

Views are read as they are now, also where the reader looks back: they say what to look at, not what was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import identity
import settings
from runlake.errors import RunlakeError
from stores import holder, store

if TYPE_CHECKING:
    from runlake.query import Lake

_MOST_PEOPLE = 200


def views() -> pl.DataFrame:
    """Return the views that are offered to the reader: the shared ones and their own; as `Lake.views` does.

    Raises:
        RunlakeError: there is no store, or its views cannot be read.
    """
    lake = holder(store(), None).newest()
    return _views((store(), lake.snapshot.key), identity.name(), lake)


@st.cache_resource(show_spinner=False, max_entries=32)
def _views(key: tuple[str, str], user: str, _lake: Lake) -> pl.DataFrame:
    return _lake.views(user=user)


def one(view_id: str) -> dict[str, Any] | None:
    """Return a view that is offered to the reader; None where there is none, or it cannot be read."""
    try:
        found = views().filter(pl.col("view_id") == view_id)
    except RunlakeError:
        return None
    return found.row(0, named=True) if found.height else None


def people() -> list[str]:
    """Return the names that the store knows and that somebody could claim, sorted; the first so many."""
    lake = holder(store(), None).newest()
    return _people((store(), lake.snapshot.key), lake)


@st.cache_resource(show_spinner=False, max_entries=8)
def _people(key: tuple[str, str], _lake: Lake) -> list[str]:
    names = _lake.folded.people["user"].drop_nulls().unique().sort().to_list()
    return [name for name in names if settings.is_name(name)][:_MOST_PEOPLE]
