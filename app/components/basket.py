"""The basket: the runs chosen for comparison, at the foot of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import bulk
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Container

_CHIPS = "basket.chips"


def show(names: dict[str, str]) -> None:
    """Draw the chosen runs and the buttons that compare and evaluate them.

    Args:
        names: run id to name, of at least the chosen runs that still exist.
    """
    chosen = [run_id for run_id in state.basket() if run_id in names]
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not chosen:
            st.caption("Click the name of a run to look at it; tick runs to compare them.", width="stretch")
        else:
            st.session_state[_CHIPS] = chosen
            st.multiselect(
                "Chosen runs",
                chosen,
                key=_CHIPS,
                format_func=lambda run_id: in_order(names.get(run_id) or str(run_id)),
                on_change=_choose,
                label_visibility="collapsed",
                placeholder="No runs chosen",
            )
        compare = st.button(
            # Not filled: on the accent the shortcut, which Streamlit dims, could not be read.
            f"**Compare {len(chosen)}**" if chosen else "Compare",
            icon=":material/compare_arrows:",
            disabled=not chosen,
            shortcut="Ctrl+Enter",
            key="basket.compare",
        )
        if chosen:
            bulk.show(chosen)
        evaluate = st.button("Evaluate", icon=":material/rule:", disabled=not chosen, key="basket.evaluate")
    if compare:
        st.switch_page("app_pages/compare.py")
    if evaluate:
        st.switch_page("app_pages/evaluate.py")


def drop_unknown(known: Container[str]) -> None:
    """Forget chosen runs that the store does not have, and say how many."""
    lost = [run_id for run_id in state.basket() if run_id not in known]
    if lost:
        state.set_basket([run_id for run_id in state.basket() if run_id in known])
        st.toast(f"{len(lost)} of the chosen runs are not in this store.", icon=":material/info:")


def _choose() -> None:
    state.set_basket(st.session_state[_CHIPS])
