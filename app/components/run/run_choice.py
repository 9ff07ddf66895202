"""Which run a link means: an id, the beginning or the end of one, or `experiment:name`."""

from __future__ import annotations

import streamlit as st

import state
from components import finding, links
from reads import data
from runlake.errors import Ambiguous, NotFound
from runlake.formats import in_order
from runlake.ids import short_id

_SHOWN = "run.shown"


def resolve(text: str) -> str | None:
    """Return the id of the run that `text` means; where none or several are meant, say so and return None."""
    try:
        return data.find(text)
    except NotFound as error:
        finding.show(
            "There is no such run.",
            str(error),
            todo="It may be in another store, or its id was cut short. The Runs page lists what there is.",
        )
        st.page_link(links.runs(), label="Show all runs", icon=":material/table_rows:")
    except Ambiguous as error:
        finding.show("Several runs go by that name.", str(error), todo="Open the one that you mean:")
        for candidate in error.candidates:
            _link(candidate)
    return None


def arrive(run_id: str) -> None:
    """Remember which run is shown; what was looked at in another one means nothing here."""
    before = st.session_state.get(_SHOWN)
    st.session_state[_SHOWN] = run_id
    state.RUN_ID.set(run_id)
    if before not in (None, run_id):
        for param in (state.RUN_STRETCH, state.RUN_PART, state.RUN_FILE):
            param.reset()


def _link(candidate: str) -> None:
    run_id, _, rest = candidate.partition("  ")
    if rest:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link("app_pages/run.py", label="Open", icon=":material/open_in_new:", query_params={"id": run_id})
            st.text(in_order(f"{short_id(run_id)}  {rest}"))
