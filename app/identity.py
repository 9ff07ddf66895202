"""Who uses the dashboard: today the person who started it on this machine."""

from __future__ import annotations

import streamlit as st

from runlake.actions import Actor, local_actor


@st.cache_resource(show_spinner=False)
def current() -> Actor:
    """Return the actor in whose name the dashboard changes things."""
    return local_actor(client="app")
