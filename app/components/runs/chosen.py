"""The chosen runs between the address, which abbreviates their ids, and the session, which holds them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from reads import compared
from runlake.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASKED = "chosen.asked"


def resolve() -> None:
    """Look up the chosen runs; forget, with a word, those that the store does not have."""
    asked = len({part for part in str(st.query_params.get(state.BASKET.name, "")).split(",") if part})
    if asked > state.BASKET_SIZE:
        st.session_state[_ASKED] = asked
    basket = state.basket()
    if not basket:
        return
    meant = compared.found(basket)
    if len(meant) < len(basket):
        say_lost(len(basket) - len(meant))
    if tuple(meant.values()) != basket:
        state.set_basket(list(meant.values()))
    lifted = state.COMPARE_LIFTED.get()
    if lifted and not set(lifted) <= set(basket):
        known = compared.found(lifted)
        state.COMPARE_LIFTED.set(tuple(run_id for run_id in known.values() if run_id in state.basket()))


def say_lost(count: int) -> None:
    """Say that some of the chosen runs are not there."""
    st.toast(
        f"{count:,} of the chosen runs {'is' if count == 1 else 'are'} not in this store.",
        icon=":material/info:",
        duration="long",
    )


def left_out() -> int:
    """Return how many runs a link named, where those are more than can be compared; else 0."""
    return int(st.session_state.get(_ASKED, 0)) if len(state.basket()) == state.BASKET_SIZE else 0


def shorter() -> Mapping[str, str]:
    """Return what an address says for each run; nothing where the store cannot be asked."""
    if not state.basket():
        return {}
    try:
        return compared.abbreviated(state.basket())
    except StoreError:
        return {}
