"""The order of the run table."""

from __future__ import annotations

import streamlit as st

import state
from components import columns, expressions, run_table
from runlake.query.names import spell

_TEXTS = ("name", "status", "experiment", "user")
_ATTRIBUTES = ("started_at", "name", "status", "experiment", "user", "duration_s")


def order() -> str:
    """Return the order in the words of the store; the newest first where a link names a column that is not there."""
    field = expressions.field(_column(), columns.available())
    return f"{spell(field)} {'asc' if state.RUNS_ASCENDING.get() else 'desc'}"


def shown() -> run_table.Order:
    """Return the order as the table shows it, with what a click on a heading does."""
    return run_table.Order(_column(), state.RUNS_ASCENDING.get(), by)


def by(column: str) -> None:
    """Order all runs by a column, or turn the order where it is by that column already; a callback.

    Numbers and times start with the greatest, texts with the first.
    """
    wanted = column.replace(run_table.CURVE, "metrics.", 1)
    if not _is_sortable(wanted):
        return
    turned = wanted == _column()
    state.RUNS_ASCENDING.set(not state.RUNS_ASCENDING.get() if turned else wanted in _TEXTS)
    state.RUNS_SORT.set(wanted)


def _column() -> str:
    wanted = state.RUNS_SORT.get()
    return wanted if _is_sortable(wanted) else state.RUNS_SORT.default


def _is_sortable(column: str) -> bool:
    return column in _ATTRIBUTES or ("." in column and columns.is_known(column))


def controls() -> None:
    """Draw the choice of column and direction."""
    state.RUNS_SORT.set(_column())
    st.selectbox(
        "Sort by",
        # What a link or a heading asks for may be an aspect of a metric, which the list leaves out.
        tuple(dict.fromkeys((*_options(), _column()))),
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
