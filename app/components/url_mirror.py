"""The one browser component: it shows the state of the page in the address bar."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st
from streamlit.errors import StreamlitAPIException

import state
from components import chosen

_FILE = "url_mirror.js"


def show(page: str, *, key: str = "frame.url") -> None:
    """Mirror the state of `page` into the address; a fragment that changes state mounts its own by `key`."""
    _component()(data={"page": page, "query": state.query_string(page, chosen.shorter())}, key=key, height=0)


@st.cache_resource(show_spinner=False)
def _component():  # type: ignore[no-untyped-def]  # Streamlit exports no type for what it returns
    try:
        # Served as a file of the installed package, which a strict content policy allows.
        return st.components.v2.component("runlake.url_mirror", js=_FILE)
    except StreamlitAPIException:
        # Not installed (PYTHONPATH alone): Streamlit finds no manifest, so the source goes inline.
        script = files("runlake").joinpath("cli/assets", _FILE).read_text(encoding="utf-8")
        return st.components.v2.component("runlake_url_mirror", js=script)
