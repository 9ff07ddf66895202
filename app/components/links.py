"""Links between pages that also work in a new tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


def runs() -> StreamlitPage:
    """Return the Runs page at an address of its own.

    Streamlit writes a link to the page at `/` as nothing but its parameters, which a new tab would open
    on the page that holds the link.
    """
    return st.Page(
        "app_pages/runs.py", title="Runs", icon=":material/table_rows:", url_path="runs", visibility="hidden"
    )
