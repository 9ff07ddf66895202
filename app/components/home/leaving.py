"""Where a click on the Home page leads.

A callback keeps it, and the page goes there before it draws anything: a run of the page that draws first may be cut
off by the next one, and the click with it.
"""

from __future__ import annotations

import streamlit as st

import state
from components import links
from components.runs import filter_bar

_AIM = "home.aim"


def to_runs(**wanted: str) -> None:
    """Lead to the Runs page with these parameters in its address; a callback.

    Filters and an order that were left there earlier would hide some of what was counted.
    """
    filter_bar.clear()
    state.RUNS_SORT.reset()
    state.RUNS_ASCENDING.reset()
    state.RUNS_BY.reset()
    st.session_state[_AIM] = ("", wanted)


def to_run(run_id: str) -> None:
    """Lead to the page of a run; a callback."""
    st.session_state[_AIM] = ("run", {"id": run_id})


def follow() -> None:
    """Go where the last click leads."""
    page, query = st.session_state.pop(_AIM, (None, {}))
    if page is not None:
        st.switch_page("app_pages/run.py" if page else links.runs(), query_params=query)
