"""The sections of the Compare page: which there are, which one is open, and what each draws."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

import frame
import state
from components import format
from components.charts import curve_controls
from components.compare import (
    compare_code,
    compare_console,
    compare_curves,
    compare_environment,
    compare_media,
    compare_tables,
    grouping,
    param_diff,
    run_basket,
)
from components.compare.slots import Slot
from components.frame import url_mirror

Draw = Callable[[tuple[Slot, ...]], None]

# One line for each section: its name, which is also what a link says, and what it draws from top to bottom.
SECTIONS: dict[str, tuple[Draw, ...]] = {
    "Overview": (compare_curves.show, param_diff.show),
    "Curves": (compare_curves.show,),
    "Differences": (param_diff.show,),
    "Environment": (compare_environment.show,),
    "Code": (compare_code.show,),
    "Console": (compare_console.show,),
    "Media": (compare_media.show,),
    "Predictions": (compare_tables.show,),
}


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the switch and the section that is open."""
    if state.COMPARE_VIEW.get() not in SECTIONS:
        state.COMPARE_VIEW.reset()
    curve_controls.ready(state.COMPARE_VIEW)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Section",
            list(SECTIONS),
            key=state.COMPARE_VIEW.key,
            format_func=format.segment,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        st.space("stretch")
        if len(runs) > 1:
            # Here, since it decides the colours of all sections.
            grouping.choose(runs)
    for draw in SECTIONS[state.COMPARE_VIEW.get()]:
        _part(draw, runs)


@st.fragment
def _part(draw: Draw, runs: tuple[Slot, ...]) -> None:
    """Draw one part; its controls redraw it alone."""
    if run_basket.has_changed(runs):
        st.rerun()
    with frame.guard():
        draw(runs)
        url_mirror.show("compare", key=f"compare.url.{draw.__module__}")
