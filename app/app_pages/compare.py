"""How do the chosen runs differ?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import frame
import state
from components import (
    compare_code,
    compare_console,
    compare_curves,
    compare_environment,
    compare_media,
    compare_tables,
    curve_controls,
    empty_state,
    format,
    links,
    param_diff,
    run_basket,
    same_data,
    url_mirror,
)

if TYPE_CHECKING:
    from components.slots import Slot


@st.fragment
def curves(runs: tuple[Slot, ...]) -> None:
    """Draw the curves and the legend; their controls redraw them alone."""
    if run_basket.has_changed(runs):
        st.rerun()
    with frame.guard():
        compare_curves.show(runs)
        url_mirror.show("compare", key="compare.url.curves")


@st.fragment
def section(runs: tuple[Slot, ...]) -> None:
    """Draw what else differs."""
    if run_basket.has_changed(runs):
        st.rerun()
    with frame.guard():
        curve_controls.ready(state.COMPARE_PART_OF)
        st.segmented_control(
            "Section",
            list(_SECTIONS),
            key=state.COMPARE_PART_OF.key,
            format_func=format.segment,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        _SECTIONS[state.COMPARE_PART_OF.get()](runs)
        url_mirror.show("compare", key="compare.url.section")


_SECTIONS = {
    "Differences": param_diff.show,
    "Environment": compare_environment.show,
    "Code": compare_code.show,
    "Console": compare_console.show,
    "Media": compare_media.show,
    "Predictions": compare_tables.show,
}

chosen = run_basket.chosen()
run_basket.bar(chosen)
if not chosen:
    empty_state.show(
        "No runs are chosen. Tick some on the Runs page, or add one here.", icon=":material/compare_arrows:"
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link(links.runs(), label="Choose runs", icon=":material/table_rows:")
else:
    same_data.show(chosen)
    curves(chosen)
    if len(chosen) == 1:
        st.caption("Add a second run to see how they differ.")
    else:
        section(chosen)
    frame.watch(running=any(run.status == "running" for run in chosen))
