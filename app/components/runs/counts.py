"""How many runs there are, in which state, and how many of them are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format, status

if TYPE_CHECKING:
    import polars as pl
    from streamlit.delta_generator import DeltaGenerator

    from components.runs.filter_bar import Filter

_MOST = 10_000
EXPRESSION_PX = 60  # what the line with the expression takes from the table


def show(statuses: pl.Series, *, found: int, total: int) -> None:
    """Draw the heading, with the statuses as switches that also count.

    Args:
        statuses: of all runs that fit the other filters.
        found: how many runs fit all filters.
        total: how many there are.
    """
    by_status: dict[str, int] = dict(statuses.value_counts().iter_rows())
    st.subheader("Runs", anchor=False, width="content")
    st.caption(f"{found:,} of {total:,}" if found < total else f"{total:,}", width="content")
    st.pills(
        "Status",
        state.RUNS_STATUS.choices,
        key=state.RUNS_STATUS.key,
        persist_state="session",
        selection_mode="multi",
        format_func=lambda name: f"{status.icon(name)} {format.segment(f'{by_status.get(name, 0):,} {name}')}",
        label_visibility="collapsed",
    )


def below(*, shown: int, found: int, left_out: int, where: Filter) -> DeltaGenerator:
    """Draw the line below the table: what is not shown, and the filter as one expression.

    Returns:
        The end of the line, for what can be done with the table.
    """
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with line:
        st.caption(_said(shown, found), width="content")
        if shown < min(found, _MOST):
            st.button("Show more", key="runs.more", type="tertiary", on_click=_more)
        if left_out:
            st.caption(f"{left_out:,} columns do not fit; choose some under Columns.", width="content")
        st.space("stretch")
    if where.from_widgets:
        st.code(where.where, language=None, wrap_lines=True)
    return line


def _said(shown: int, found: int) -> str:
    if found > shown:
        first = f"The first {shown:,} of {found:,} in this order."
        return f"{first} A click on a heading sorts all of them; its menu sorts only these."
    return "A click on a heading sorts by it."


def _more() -> None:
    state.RUNS_LIMIT.set(min(float(_MOST), state.RUNS_LIMIT.get() * 5))
