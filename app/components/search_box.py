"""The search of the Run page: one box, whatever view is open."""

from __future__ import annotations

import streamlit as st

import state
from components.charts import curve_controls


def show(placeholder: str, *, param: state.Param[str] = state.RUN_SEARCH) -> None:
    """Draw the box; what it says is in `param`.

    Args:
        placeholder: fixed words of ours.
        param: where the text is kept.
    """
    curve_controls.ready(param)
    st.text_input(
        "Search",
        key=param.key,
        persist_state="session",
        placeholder=f"{placeholder}, or /expression/",
        icon=":material/search:",
        label_visibility="collapsed",
        live="300ms",
        width=300,
    )
