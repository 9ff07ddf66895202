"""The dashboard's entry: page set-up, who is there, what the address says, navigation, frame, page."""

from __future__ import annotations

import streamlit as st

import frame
import state
from components import links, run_drawer, url_mirror

st.set_page_config(
    page_title="Runlake",
    page_icon=str(frame.STATIC / "favicon.png"),
    layout="wide",
    menu_items={"Get help": None, "Report a bug": None, "About": None},
)

# The default page is at `/`; the name that it reserves is free for its double, see `links`.
# A section becomes a menu of its own; the empty one stands in the bar itself.
PAGES = {
    "": [
        st.Page("app_pages/runs.py", title="Runs", icon=":material/table_rows:", url_path="start", default=True),
        st.Page("app_pages/compare.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("app_pages/run.py", title="Run", icon=":material/science:", url_path="run", visibility="hidden"),
        links.runs(),
    ],
}

page = st.navigation(PAGES, position="top")
name = page.url_path or "runs"
if state.restore(name, st.query_params.to_dict()):
    run_drawer.close()
frame.logo()
with st.container(gap=None):
    # Without a gap the invisible mirror takes no room above the page.
    url_mirror.show(name)
    with st.container(), frame.guard():
        if frame.open_lake():
            frame.notices()
            page.run()
            frame.footer()
