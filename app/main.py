"""The dashboard's entry: page set-up, who is there, what the address says, navigation, frame, page."""

from __future__ import annotations

import streamlit as st

import frame
import view_state
from components import links
from components.frame import settings_panel, top_bar, url_mirror
from components.home import experiment_drawer
from components.runs import chosen, run_drawer

st.set_page_config(
    page_title="Runlake",
    page_icon=str(frame.STATIC / "favicon.png"),
    layout="wide",
    menu_items={"Get help": None, "Report a bug": None, "About": None},
)

# A section becomes a menu of its own; the empty one stands in the bar itself.
PAGES = {
    "": [
        st.Page("app_pages/home.py", title="Home", icon=":material/home:", url_path="home"),
        *links.both_runs(st.context.url),
        st.Page("app_pages/explore.py", title="Explore", icon=":material/stacked_line_chart:", url_path="explore"),
        st.Page("app_pages/compare.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("app_pages/evaluate.py", title="Evaluate", icon=":material/rule:", url_path="evaluate"),
        st.Page("app_pages/dataset.py", title="Data", icon=":material/database:", url_path="data", visibility="hidden"),
        st.Page("app_pages/run.py", title="Run", icon=":material/science:", url_path="run", visibility="hidden"),
    ],
}

page = st.navigation(PAGES, position="top")
name = page.url_path or "runs"
if view_state.arrive(name, st.query_params.to_dict()):
    run_drawer.close()
    experiment_drawer.close()
frame.logo()
with st.container(gap=None):
    # Without a gap the invisible mirror takes no room above the page. It is filled at the end: a page may make of
    # what the address says something that says it better.
    mirror = st.container()
    with st.container(), frame.guard():
        if frame.open_lake():
            top_bar.show(name)
            frame.notices()
            chosen.resolve()
            page.run()
            frame.footer()
    with mirror:
        settings_panel.keep()
        url_mirror.show(name)
