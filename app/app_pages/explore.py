"""What did the parameters do?"""

from __future__ import annotations

import streamlit as st

import frame
import state
from components import empty_state, format, links
from components.charts import curve_controls
from components.explore import explore_study, explore_views, objective
from components.frame import url_mirror
from components.runs import filter_bar
from reads import data, explored

_VIEWS = {
    "Parallel": explore_views.show_parallel,
    "Scatter": explore_views.show_scatter,
    "Importance": explore_views.show_importance,
}


@st.fragment
def explore(where: str) -> None:
    """Draw the controls and the view that is open; they redraw themselves alone."""
    with frame.guard():
        study = explore_study.study(where)
        curve_controls.ready(state.EXPLORE_VIEW)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            objective.controls(study.frame, study.objective)
            st.space("stretch")
            st.segmented_control(
                "View",
                state.EXPLORE_VIEWS,
                key=state.EXPLORE_VIEW.key,
                format_func=format.segment,
                required=True,
                label_visibility="collapsed",
                persist_state="session",
            )
        _VIEWS[state.EXPLORE_VIEW.get()](study)
        url_mirror.show("explore", key="explore.url")


def too_few(found: int) -> None:
    """Say why nothing can be compared, and what to do."""
    sentence = {0: "No run fits this filter.", 1: "One run fits this filter."}.get(found, "These runs do not differ.")
    empty_state.show(
        sentence,
        icon=":material/filter_alt_off:",
        action="Look at all runs" if state.EXPLORE_WHERE.get() or state.EXPLORE_EXPERIMENT.get() else "",
        on_action=explore_study.clear,
        details=("What parameters do shows only between runs that differ.",) if found else (),
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link(links.runs(), label="Show the runs", icon=":material/table_rows:")


head = st.container(horizontal=True, vertical_alignment="center", gap="small")
with head:
    st.subheader("Explore", anchor=False, width="content")
if not data.names():
    empty_state.show(
        "No runs yet. Log some with parameters:",
        icon=":material/stacked_line_chart:",
        command='import runlake\n\nwith runlake.start_run("my_experiment", params={"lr": 0.1}) as run:\n    run.log({"loss": 0.3})',
    )
else:
    where, problem = explore_study.bar()
    if problem is not None:
        filter_bar.show_error(problem)
    else:
        fitting = data.count(where or None)
        with head:
            shown = min(fitting, explored.MOST_EXPLORED)
            few = (
                f"the newest {shown:,} of {fitting:,} runs"
                if shown < fitting
                else f"{fitting:,} {'run' if fitting == 1 else 'runs'}"
            )
            st.caption(few, width="content")
        if fitting < 2 or not explored.something_varies(where):
            too_few(fitting)
        else:
            explore(where)
frame.watch(running="running" in data.statuses(""))
