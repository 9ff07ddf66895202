"""How good are the chosen runs, and where do they differ?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import frame
import state
from components import empty_state, links
from components.compare import run_basket, same_data
from components.evaluation import evaluation_view
from components.frame import url_mirror

if TYPE_CHECKING:
    from components.compare.slots import Slot


@st.fragment
def body(runs: tuple[Slot, ...]) -> None:
    """Draw the evaluations; their controls redraw them alone."""
    if run_basket.has_changed(runs, most=state.AT_HAND):
        st.rerun()
    with frame.guard():
        evaluation_view.show(runs, state.EVALUATE_JUDGING)
        url_mirror.show("evaluate", key="evaluate.url")


chosen = run_basket.chosen()
run_basket.bar(chosen, title="Evaluate")
if not chosen:
    empty_state.show("No runs are chosen. Tick some on the Runs page, or add one here.", icon=":material/rule:")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link(links.runs(), label="Choose runs", icon=":material/table_rows:")
else:
    # As many as can be told apart, and read and judged in about a second.
    judged = chosen[: state.AT_HAND]
    if len(judged) < len(chosen):
        st.caption(
            f"The first {len(judged)} of the {len(chosen):,} chosen runs are evaluated; Compare shows all of them."
        )
    same_data.show(judged)
    body(judged)
    frame.watch(running=any(run.status == "running" for run in chosen))
