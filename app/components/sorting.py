"""The order of the run table."""

from __future__ import annotations

import streamlit as st

import state
from components import columns, expressions, run_table
from runlake.query.names import spell

_ATTRIBUTES = ("started_at", "name", "status", "experiment", "user", "duration_s")


def order() -> str:
    """Return the order in the words of the store; the newest first where a link names a column that is not there."""
    wanted = state.RUNS_SORT.get()
    column = wanted if wanted in _options() else state.RUNS_SORT.default
    return f"{spell(expressions.field(column))} {'asc' if state.RUNS_ASCENDING.get() else 'desc'}"


def controls() -> None:
    """Draw the choice of column and direction."""
    if state.RUNS_SORT.get() not in _options():
        state.RUNS_SORT.reset()
    st.selectbox(
        "Sort by",
        _options(),
        key=state.RUNS_SORT.key,
        persist_state="session",
        format_func=run_table.label,
        label_visibility="collapsed",
        icon=":material/sort:",
        width=180,
    )
    ascending = state.RUNS_ASCENDING.get()
    st.button(
        "",
        key="runs.turn",
        help="Ascending; click to turn the order." if ascending else "Descending; click to turn the order.",
        icon=":material/arrow_upward:" if ascending else ":material/arrow_downward:",
        on_click=lambda: state.RUNS_ASCENDING.set(not state.RUNS_ASCENDING.get()),
    )


def _options() -> tuple[str, ...]:
    keyed = tuple(c for c in columns.available() if "." in c)
    return (*_ATTRIBUTES, *keyed)
