"""The basket: the runs chosen for comparison, at the foot of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components.apart import apart
from components.runs import bulk, chosen
from reads import data
from runlake.formats import in_order
from runlake.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Container

_CHIPS = "basket.chips"


def show(names: dict[str, str]) -> None:
    """Draw the chosen runs and the buttons that compare and evaluate them.

    Args:
        names: run id to name, of at least the chosen runs that still exist.
    """
    kept = [run_id for run_id in state.basket() if run_id in names]
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not kept:
            st.caption("Click the name of a run to look at it; tick runs to compare them.", width="stretch")
        elif len(kept) > state.AT_HAND:
            # A thousand chips tell nobody anything; Compare lists and searches them.
            st.markdown(f"**{len(kept):,} runs chosen**", width="content")
            st.space("stretch")
            st.button("Clear", key="basket.clear", icon=":material/close:", on_click=state.set_basket, args=((),))
        else:
            st.session_state[_CHIPS] = kept
            st.multiselect(
                "Chosen runs",
                kept,
                key=_CHIPS,
                format_func=apart(kept, lambda run_id: in_order(names.get(run_id) or str(run_id)), short_id),
                on_change=_choose,
                label_visibility="collapsed",
                placeholder="No runs chosen",
            )
        compare = st.button(
            # Not filled: on the accent the shortcut, which Streamlit dims, could not be read.
            f"**Compare {len(kept):,}**" if kept else "Compare",
            icon=":material/compare_arrows:",
            disabled=not kept,
            shortcut="Ctrl+Enter",
            key="basket.compare",
        )
        if kept:
            bulk.show(kept)
        evaluate = st.button("Evaluate", icon=":material/rule:", disabled=not kept, key="basket.evaluate")
    if compare:
        st.switch_page("app_pages/compare.py")
    if evaluate:
        st.switch_page("app_pages/evaluate.py")


def drop_unknown(known: Container[str]) -> None:
    """Forget chosen runs that are not among those of the table, and say how many."""
    kept = [run_id for run_id in state.basket() if run_id in known]
    if len(kept) < len(state.basket()):
        chosen.say_lost(len(state.basket()) - len(kept))
        state.set_basket(kept)


def choose_all(where: str, order_by: str, *, found: int) -> None:
    """Draw the button that chooses every run that fits.

    Args:
        where: the filter, "" for all runs.
        order_by: whose first are taken, where there are more than can be chosen.
        found: how many fit.
    """
    verb = "Add" if state.basket() else "Choose"
    st.button(
        f"{verb} all {found:,} that fit" if found > 1 else f"{verb} it",
        key="basket.all",
        icon=":material/select_all:",
        help=f"In this order; at most {state.BASKET_SIZE:,} runs are compared at once.",
        on_click=_take_all,
        args=(where, order_by),
        type="tertiary",
    )


def _take_all(where: str, order_by: str) -> None:
    before = state.basket()
    fitting = data.runs(where=where or None, order_by=order_by, columns=("run_id",))["run_id"]
    fresh = fitting.filter(~fitting.is_in(before))
    taken = min(fresh.len(), state.BASKET_SIZE - len(before))
    state.set_basket([*before, *fresh[:taken].to_list()])
    st.toast(_said(taken, fresh.len() - taken), icon=":material/select_all:", duration="long")


def _said(taken: int, left_out: int) -> str:
    """Say how many runs were chosen and how many were not.

    >>> _said(3, 0)
    '3 runs were chosen.'
    >>> _said(1000, 1)
    '1,000 runs were chosen, the first in this order; 1 was left out, since at most 1,000 can be compared.'
    """
    chose = f"{taken:,} {'run was' if taken == 1 else 'runs were'} chosen"
    if not left_out:
        return f"{chose}."
    which = ", the first in this order" if taken else ""
    were = "was" if left_out == 1 else "were"
    return f"{chose}{which}; {left_out:,} {were} left out, since at most {state.BASKET_SIZE:,} can be compared."


def _choose() -> None:
    state.set_basket(st.session_state[_CHIPS])
