"""Own parts of the page that run in the browser: each a script, and where it is seen a style, in the package's assets."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitAPIException

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ASSETS = "cli/assets"


@st.cache_resource(show_spinner=False)
def part(name: str, *, is_styled: bool = True) -> Callable[..., Any]:
    """Return what mounts the part of this name; data and callbacks as `st.components.v2.component` takes them."""
    js, css = f"{name}.js", f"{name}.css"
    try:
        # Served as files of the installed package, which a strict content policy allows.
        return st.components.v2.component(f"runlake.{name}", js=js, css=css if is_styled else None)
    except StreamlitAPIException:
        # Not installed (PYTHONPATH alone): Streamlit finds no manifest, so the source goes inline.
        source = files("runlake").joinpath(_ASSETS)
        style = source.joinpath(css).read_text(encoding="utf-8") if is_styled else None
        return st.components.v2.component(
            f"runlake_{name}", js=source.joinpath(js).read_text(encoding="utf-8"), css=style
        )
