"""How do the chosen runs differ?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import frame
from components import compare_curves, empty_state, links, param_diff, run_basket, same_data, url_mirror

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
def differences(runs: tuple[Slot, ...]) -> None:
    """Draw the table of differences; its controls redraw it alone."""
    with frame.guard():
        param_diff.show(runs)
        url_mirror.show("compare", key="compare.url.differences")


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
        differences(chosen)
    frame.watch(running=any(run.status == "running" for run in chosen))
