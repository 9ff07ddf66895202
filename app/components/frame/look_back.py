"""The choice of a moment of which the tables are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

import state
from components import format

_TYPED = "frame.look_back"
_AGO = {"An hour ago": timedelta(hours=1), "Yesterday": timedelta(days=1), "A week ago": timedelta(days=7)}


def show() -> None:
    """Draw the button behind which a moment is chosen: one of a few, or any that is typed."""
    with st.popover("Look back", icon=":material/history:"):
        with st.container(horizontal=True, gap="small"):
            for words, ago in _AGO.items():
                st.button(words, key=f"frame.back.{words}", on_click=_go, args=(ago,))
        st.datetime_input("Show what the tables held at", None, key=_TYPED, step=60)
        st.caption(f"Time zone: {format.zone().key}")
        st.button("Look back", key="frame.back", on_click=_go_to_typed)


def _go(ago: timedelta) -> None:
    state.AS_OF.set((datetime.now(UTC) - ago).isoformat(timespec="seconds"))


def _go_to_typed() -> None:
    moment = st.session_state.get(_TYPED)
    if moment is not None:
        state.AS_OF.set(moment.replace(tzinfo=format.zone()).astimezone(UTC).isoformat(timespec="seconds"))
