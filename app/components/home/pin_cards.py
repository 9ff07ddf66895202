"""Pinned experiments on top of the Home page, a card for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components import format
from components.home import experiment_drawer, leaving, pins
from components.runs import primary

if TYPE_CHECKING:
    from collections.abc import Sequence

_PER_ROW = 4


def show(rows: Sequence[dict[str, Any]], *, may_change: bool) -> None:
    """Draw a card for each pinned experiment.

    Args:
        rows: of `Overview.paths`.
        may_change: whether they can be unpinned here.
    """
    for first in range(0, len(rows), _PER_ROW):
        for column, row in zip(st.columns(_PER_ROW, gap="small"), rows[first : first + _PER_ROW], strict=False):
            with column, st.container(border=True, gap="xxsmall"):
                _card(row, may_change=may_change)


def _card(row: dict[str, Any], *, may_change: bool) -> None:
    path, key = row["path"], f"home.pin.{row['experiment_id']}"
    label = format.markdown(path)
    st.button(
        f"**{label}**",
        key=f"{key}.runs",
        type="tertiary",
        help="Shows its runs.",
        on_click=leaving.to_runs,
        kwargs={"experiment": path},
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{pins.counted(row)} · {format.ago(row['last_activity_at'])}", width="content")
        st.space("stretch")
        st.button("Details", key=f"{key}.details", type="tertiary", on_click=experiment_drawer.open_on, args=(path,))
        if may_change:
            st.button(
                "Unpin",
                key=f"{key}.unpin",
                type="tertiary",
                on_click=pins.turn,
                args=(path,),
                kwargs={"pinned": False},
            )
    _best(row, key)


def _best(row: dict[str, Any], key: str) -> None:
    if row["best_run_id"] is None:
        st.caption("No metric says what is best." if row["reducer"] is None else "No run has its primary metric yet.")
        return
    name = format.markdown(row["best_name"] or "(unnamed)")
    value = format.markdown(f"{row['primary_metric']} {primary.WAYS[row['direction']]}")
    label = f"★ {format.markdown(format.number(row['best_value']))} {value} · {name}"
    st.button(
        label,
        key=f"{key}.best",
        type="tertiary",
        help="Opens the best run.",
        on_click=leaving.to_run,
        args=(row["best_run_id"],),
    )
