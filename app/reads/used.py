"""Every cached read of the page of data sets; keyed as in `data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from reads import data
from runlake.query import usage

if TYPE_CHECKING:
    import polars as pl

    from runlake.query import Lake


def uses() -> pl.DataFrame:
    """Return each data set that a run used, once per version and role."""
    return _uses(data.key(), data.lake())


@st.cache_resource(show_spinner=False, max_entries=4)
def _uses(key: tuple[str, str, str], _lake: Lake) -> pl.DataFrame:
    return usage.uses(_lake)


def overview() -> pl.DataFrame:
    """Return all data sets."""
    return usage.overview(uses())


def versions(name: str) -> pl.DataFrame:
    """Return the versions of a data set."""
    return usage.versions(uses(), name)


def users(name: str, version: str) -> pl.DataFrame:
    """Return the runs that used a data set, or one version of it; "" is any."""
    return _users(data.key(), name, version, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _users(key: tuple[str, str, str], name: str, version: str, _lake: Lake) -> pl.DataFrame:
    return usage.users(_lake, uses(), name, version or None)
