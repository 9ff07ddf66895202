"""The settings of the reader: who they are, and their time zone."""

from __future__ import annotations

import streamlit as st

import identity
import settings
from components import format
from components.browser_part import part
from reads import viewed
from runlake.errors import RunlakeError
from runlake.formats import in_order

_KEY = "frame.settings"
_NAME, _ZONE = "settings.choose.name", "settings.choose.zone"
_PROBLEM, _CHOSEN = "settings.problem", "settings.chosen"


def show() -> None:
    """Draw the popover that says who the reader is, and lets them say otherwise."""
    with st.container(width="content"):
        _panel()


@st.fragment
def _panel() -> None:
    if st.session_state.pop(_CHOSEN, False):
        st.rerun()  # the whole page: its times are of that zone, its changes of that person
    chosen = settings.now()
    label = format.markdown(identity.name()) + (" · claimed" if chosen.name else "")
    # What it holds, hundreds of time zones among it, goes to the browser only once it is open.
    panel = st.popover(label, icon=":material/account_circle:", key=_KEY, on_change="rerun")
    if not panel.open:
        return
    with panel:
        st.markdown(f"**{_said(chosen)}**")
        _name(chosen)
        problem = st.session_state.pop(_PROBLEM, "")
        if problem:
            st.error(format.markdown(problem), icon=":material/error:")
        _zone(chosen)
        st.caption(
            "Kept in a cookie of this browser. What you change here is recorded in your name, as claimed, beside the "
            "account that started the dashboard. Light and dark are in the menu at the top right."
        )


def _said(chosen: settings.Settings) -> str:
    if chosen.name:
        return f"{format.markdown(chosen.name)}, as claimed; not verified"
    return f"{format.markdown(identity.account().user)}, the account that started the dashboard; not verified"


def _name(chosen: settings.Settings) -> None:
    account = identity.account().user
    known = dict.fromkeys(("", *([chosen.name] if chosen.name else []), *viewed.people()))
    st.session_state[_NAME] = chosen.name
    st.selectbox(
        "Your name",
        tuple(known),
        key=_NAME,
        format_func=lambda name: in_order(name) or f"The account that started the dashboard ({in_order(account)})",
        accept_new_options=True,
        help="Choose one that the store knows, or type another.",
        on_change=_choose_name,
    )


def _zone(chosen: settings.Settings) -> None:
    st.session_state[_ZONE] = chosen.zone
    own = st.context.timezone or "UTC"
    st.selectbox(
        "Time zone",
        ("", *settings.zones()),
        key=_ZONE,
        format_func=lambda zone: zone or f"As the browser says ({in_order(own)})",
        on_change=_choose_zone,
    )


def _choose_name() -> None:
    try:
        settings.choose_name(st.session_state[_NAME] or "")
        st.session_state[_CHOSEN] = True
    except RunlakeError as error:
        st.session_state[_PROBLEM] = f"You go by the same name as before. {error}"


def _choose_zone() -> None:
    try:
        settings.choose_zone(st.session_state[_ZONE] or "")
        st.session_state[_CHOSEN] = True
    except RunlakeError as error:
        st.session_state[_PROBLEM] = str(error)


def keep() -> None:
    """Let the browser keep what was chosen; draws nothing that can be seen."""
    kept = {"name": settings.COOKIE, "value": settings.now().cookie(), "serial": settings.chosen_since()}
    part("settings_cookie", is_styled=False)(data=kept, key="frame.cookie", height=0)
