"""What is known about one run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import frame
import state
from components import changing, empty_state, format, links
from components.charts import curve_controls
from components.evaluation import evaluation_view
from components.frame import url_mirror
from components.run import (
    artifact_table,
    code_state,
    console_view,
    event_list,
    lineage_view,
    media_view,
    param_table,
    reproduce_view,
    result_table,
    run_choice,
    run_curves,
    run_header,
    run_overview,
    system_view,
)
from reads import data

if TYPE_CHECKING:
    from runlake.query import RunDetail

DRAWN = (
    run_overview.show,
    run_curves.show,
    result_table.show,
    media_view.show,
    evaluation_view.of_run,
    param_table.search,
    artifact_table.show,
    code_state.show,
    console_view.show,
    system_view.show,
    event_list.show,
    lineage_view.show,
    reproduce_view.show,
)
VIEWS = dict(zip(state.RUN_VIEWS, DRAWN, strict=True))
COUNTED = {"Curves": "summaries", "Parameters": "params", "Artifacts": "artifacts", "Events": "events"}


@st.fragment
def body(detail: RunDetail) -> None:
    """Draw the view that is open; its controls redraw it alone."""
    with frame.guard():
        chosen = st.segmented_control(
            "View",
            list(VIEWS),
            key=state.RUN_VIEW.key,
            format_func=lambda name: format.segment(f"{name} {count(detail, name)}".rstrip()),
            required=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        VIEWS[chosen or state.RUN_VIEW.default](detail)
        url_mirror.show("run", key="run.url")


def count(detail: RunDetail, name: str) -> str:
    """Say how much there is to see in a view."""
    if name == "Media":
        return f"{media_view.of_run(detail)['key'].n_unique():,}"
    if name == "Evaluation":
        return f"{evaluation_view.logged((detail.run_id,))['key'].n_unique():,}"
    return f"{getattr(detail, COUNTED[name]).height:,}" if name in COUNTED else ""


if not state.RUN_ID.get():
    empty_state.show("No run is named. Open one from the Runs page.", icon=":material/science:")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link(links.runs(), label="Show all runs", icon=":material/table_rows:")
elif (run_id := run_choice.resolve(state.RUN_ID.get())) is not None:
    run_choice.arrive(run_id)
    curve_controls.ready(state.RUN_VIEW)
    changing.say()
    shown = data.run(run_id)
    run_header.show(shown)
    body(shown)
    frame.watch(running=shown.header["status"] == "running")
