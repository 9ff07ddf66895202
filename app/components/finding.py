"""A finding: what is wrong, in words that come from data or errors and are shown as text."""

from __future__ import annotations

import streamlit as st

from runlake.formats import in_order


def show(title: str, detail: str, *, todo: str = "", command: str = "") -> None:
    """Say what is wrong and what to do next.

    Args:
        title: fixed words of ours.
        detail: an error's message; shown literally, never as Markdown.
        todo: fixed words of ours.
        command: what to type, shown to copy.
    """
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Finding", icon=":material/error:", color="red")
            st.markdown(f"**{title}**")
        st.code(in_order(detail), language=None, wrap_lines=True)
        if todo:
            st.markdown(todo)
        if command:
            # Without colours: those that Streamlit has for words of a language are too pale to read.
            st.code(command, language=None, wrap_lines=True)
