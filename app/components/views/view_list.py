"""All saved views, on Home."""

from __future__ import annotations

import streamlit as st

import state
from components.views import view_links
from reads import viewed

_MOST = 4
_ALL = "home.views.all"


def show() -> None:
    """Draw the views that are offered to the reader, the last changed first; nothing where there are none.

    Raises:
        StoreError: they cannot be read.
    """
    rows = view_links.known(viewed.views().sort("changed_at", descending=True, maintain_order=True).to_dicts())
    if not rows:
        return
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**Saved views**", width="content")
            st.caption(f"{len(rows):,}", width="content")
            if len(rows) > _MOST:
                st.toggle("Show all", key=_ALL)
        few = rows if st.session_state.get(_ALL) else rows[:_MOST]
        view_links.table(few, opened=state.view_of("home").get(), key="home.views")
