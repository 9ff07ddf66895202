"""The line above every page: saved views of it, which of them is open, and who the reader is."""

from __future__ import annotations

import streamlit as st

import frame
import view_state
from components import changing, format
from components.frame import settings_panel
from components.views import view_gone, view_menu
from reads import viewed
from runlake.errors import RunlakeError


def show(page: str) -> None:
    """Draw the line."""
    changing.say()
    view = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="frame.bar"):
        try:
            viewed.views()  # what is wrong with them is said here, once
            view = view_state.current(page)
            changed = view is not None and view_state.has_changed(page, view)
            view_state.drawn(page, view, changed=changed)
            view_menu.show(page, view, changed=changed)
        except RunlakeError as error:
            # Views only help to find things: without them the page is whole.
            st.badge(
                "The saved views cannot be read", icon=":material/error:", color="red", help=format.markdown(str(error))
            )
        st.space("stretch")
        settings_panel.show()
    if view is not None:
        with frame.guard():
            view_gone.show(page, view)
