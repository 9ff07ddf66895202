"""Who uses the dashboard: the name chosen in the settings, else the account that started it. Neither is verified."""

from __future__ import annotations

import streamlit as st

import settings
from runlake.actions import Actor, claimed_actor, local_actor


def current() -> Actor:
    """Return the actor in whose name the dashboard changes things."""
    claimed = settings.now().name
    return claimed_actor(claimed, client="app") if claimed else account()


def name() -> str:
    """Return the name that they go by."""
    return settings.now().name or account().user


@st.cache_resource(show_spinner=False)
def account() -> Actor:
    """Return the person who started the dashboard on this machine."""
    return local_actor(client="app")
