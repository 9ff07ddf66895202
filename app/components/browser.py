"""The components that run in the browser: each is a script, and perhaps a style sheet, of the installed package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


@st.cache_resource(show_spinner=False)
def component(name: str, *, styled: bool = False):  # type: ignore[no-untyped-def]  # Streamlit exports no type for what it returns
    """Return the component of this name.

    Args:
        name: of its script.
        styled: whether a style sheet of that name belongs to it.
    """
    parts: dict[str, Any] = {"js": f"{name}.js", **({"css": f"{name}.css"} if styled else {})}
    try:
        # Served as files of the installed package, which a strict content policy allows.
        return st.components.v2.component(f"runlake.{name}", **parts)
    except StreamlitAPIException:
        # Not installed (PYTHONPATH alone): Streamlit finds no manifest, so the source goes inline.
        place = files("runlake").joinpath("cli/assets")
        sources: dict[str, Any] = {
            kind: place.joinpath(file).read_text(encoding="utf-8") for kind, file in parts.items()
        }
        return st.components.v2.component(f"runlake_{name}", **sources)
