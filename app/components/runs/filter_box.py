"""The box for an expression, which completes keys and values where the cursor is.

The browser asks with text and cursor whenever something is typed, and gets at most `completion.MOST` items back, so that
thousands of keys cost no more bytes than a few. The asking redraws this box alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components.browser_part import part
from reads import data, faceted
from runlake.errors import RunlakeError
from runlake.formats import in_order
from runlake.query.completion import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    import state
    from runlake.query.completion import Item

_PLACEHOLDER = "Filter: metrics.f1 > 0.8 AND params.model = 'rf' AND started_at > -7d"


@st.fragment
def show(param: state.Param[str]) -> None:
    """Draw the box for the expression that `param` holds; what is entered redraws the page."""
    key = f"{param.page}.where.box"
    offer, commits, entered = (f"{key}.{name}" for name in ("offer", "commits", "entered"))

    def ask() -> None:
        asked = st.session_state[key].get("ask")
        st.session_state[offer] = None if asked is None else answer(asked)

    def commit() -> None:
        said = st.session_state[key].get("commit")
        if said is not None:
            param.set(str(said["text"]).strip())
            st.session_state[commits] = int(said["commits"])
            st.session_state[offer] = None
            st.session_state[entered] = True

    box = {
        "label": "Filter",
        "placeholder": _PLACEHOLDER,
        "value": param.get(),
        "commits": st.session_state.get(commits, 0),
        "offer": st.session_state.get(offer),
    }
    part("filter_box")(data=box, key=key, on_ask_change=ask, on_commit_change=commit)
    if st.session_state.pop(entered, False):
        st.rerun()


def answer(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what could stand where the cursor is; None where the store cannot be asked, which leaves a plain box."""
    text, at = str(asked["text"]), int(asked["at"])
    try:
        offer = complete(text, at, known=data.keys(), values=faceted.values)
    except RunlakeError:
        return None
    return {
        "text": text,
        "ask": asked["ask"],
        "start": offer.start,
        "end": offer.end,
        "items": [shown(item) for item in offer.items],
        "whole": offer.is_whole,
    }


def shown(item: Item) -> list[str]:
    """Say what is written, what it is, and, where the one would reorder what is read, how it is shown."""
    plain = in_order(item.insert)
    return [item.insert, item.about, *([plain] if plain != item.insert else [])]
