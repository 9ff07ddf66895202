"""A dashboard of Streamlit and nothing else: an empty page, and one with a picture that is read from a file.

streamlit run benchmarks/bare_page.py -- FIGURE.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import streamlit as st


def empty() -> None:
    """Draw a word."""
    st.text("nothing")


def picture() -> None:
    """Draw the picture."""
    st.plotly_chart(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), theme=None)


st.navigation(
    [st.Page(empty, title="Empty"), st.Page(picture, title="Picture", url_path="picture")],
    position="top",
).run()
