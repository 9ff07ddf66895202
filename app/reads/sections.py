"""Cached reads of what Compare lays side by side: environments, tables, answers; keyed as in `data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from reads import data
from runlake.analysis.agreement import joined
from runlake.query.environment import environment as read_environment

if TYPE_CHECKING:
    import polars as pl

    from runlake.analysis.agreement import Answers, Joined
    from runlake.query import Lake


def environment(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return what these runs ran on: run_id, section, field, text."""
    return _environment(data.key(), run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=16)
def _environment(key: tuple[str, str, str], run_ids: tuple[str, ...], _lake: Lake) -> pl.DataFrame:
    return read_environment(_lake, run_ids)


def table(run_id: str, name: str, step: float) -> pl.DataFrame:
    """Return a logged table.

    Raises:
        NotFound, StoreError: it is not here, or cannot be read.
    """
    return _table(data.key(), run_id, name, step, data.lake())


@st.cache_resource(show_spinner=False, max_entries=24)
def _table(key: tuple[str, str, str], run_id: str, name: str, step: float, _lake: Lake) -> pl.DataFrame:
    return _lake.table(run_id, name, step)


def answers(what: tuple[tuple[str, str, float], ...], keys: tuple[str, ...], _tables: tuple[Answers, ...]) -> Joined:
    """Join tables on a key.

    Args:
        what: run, name and step of each table, and so what the answer is kept by, with the columns that are read.
        keys: the key columns.
    """
    columns = tuple((one.answer, one.label, one.sure) for one in _tables)
    return _answers(data.key(), what, keys, columns, _tables)


@st.cache_resource(show_spinner=False, max_entries=6)
def _answers(
    key: tuple[str, str, str],
    what: tuple[tuple[str, str, float], ...],
    keys: tuple[str, ...],
    columns: tuple[tuple[str, str | None, str | None], ...],
    _tables: tuple[Answers, ...],
) -> Joined:
    return joined(_tables, keys)
