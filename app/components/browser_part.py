"""Small parts of the page that run in the browser: plain scripts of ours, without a framework."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


@st.cache_resource(show_spinner=False)
def part(name: str) -> Any:
    """Return what mounts the part whose script is `<name>.js` among the assets of the package."""
    try:
        # Served as a file of the installed package, which a strict content policy allows.
        return st.components.v2.component(f"runlake.{name}", js=f"{name}.js")
    except StreamlitAPIException:
        # Not installed (PYTHONPATH alone): Streamlit finds no manifest, so the source goes inline.
        script = files("runlake").joinpath("cli/assets", f"{name}.js").read_text(encoding="utf-8")
        return st.components.v2.component(f"runlake_{name}", js=script)
