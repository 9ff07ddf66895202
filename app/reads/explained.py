"""Every cached read of how a run came about: its lineage, and how to make it again; keyed as in `data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from reads import data

if TYPE_CHECKING:
    from runlake.query import Lake
    from runlake.query.lineage import Lineage
    from runlake.query.recipe import Recipe


def lineage(run_id: str) -> Lineage:
    """Return the relatives of a run, its data, and who used what it made."""
    return _lineage(data.key(), run_id, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _lineage(key: tuple[str, str, str], run_id: str, _lake: Lake) -> Lineage:
    return _lake.lineage(run_id)


def recipe(run_id: str) -> Recipe:
    """Return what is known of how to make a run again."""
    return _recipe(data.key(), run_id, data.lake())


@st.cache_resource(show_spinner=False, max_entries=8)
def _recipe(key: tuple[str, str, str], run_id: str, _lake: Lake) -> Recipe:
    return _lake.recipe(run_id)
