"""Which saved view is open on a page, and whether the page still shows it.

A link to a view is `/<page>?saved=<id>`: it makes the page what the view says. From then on the address carries what
is shown, as always, and beside it `from_view`, so that a copied address shows the same to everybody, whatever
becomes of the view and whether or not they may see it. What a view holds is read like any address: only what
`state.ALLOWED` lists, only on a page of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import streamlit as st

import state
from components import links
from reads import viewed

if TYPE_CHECKING:
    from collections.abc import Mapping

_HANDLED = "views.handled"  # the address that opened a view: until it is mirrored, more runs of the script see it
_MISSING = "views.missing"  # whether the last link named a view that is not there
_ASKED = "views.asked"  # the view that was clicked
_DRAWN = "views.drawn"  # what the bar says


def arrive(page: str, query: Mapping[str, str]) -> bool:
    """Take over what the address says; a saved view that it names is opened, on the page that it is of.

    Returns:
        Whether the page has just been entered, or become another one.
    """
    asked = st.session_state.pop(_ASKED, None)
    wanted, address = asked or query.get(state.SAVED), dict(query)
    if wanted is None or (asked is None and st.session_state.get(_HANDLED) == address):
        if wanted is None:
            st.session_state.pop(_HANDLED, None)
        entered = state.restore(page, query)
        if entered and wanted is None:
            st.session_state.pop(_MISSING, None)
        return entered
    view = viewed.one(wanted) if len(wanted) <= 100 else None
    target = None if view is None else links.to(view["page"])
    if view is not None and target is not None and view["page"] != page:
        st.switch_page(target, query_params={state.SAVED: wanted})
    st.session_state[_HANDLED] = address
    st.session_state[_MISSING] = target is None
    state.restore(page, query)
    if view is not None and target is not None:
        take(page, view)
    return True


def take(page: str, view: Mapping[str, Any]) -> None:
    """Make `page` what the view says; before the page is drawn."""
    state.replace(page, query_of(view))
    state.view_of(page).set(view["view_id"])


def ask(view_id: str) -> None:
    """Open a view at the start of the next run of the script, where what the address says gives way; a callback."""
    st.session_state[_ASKED] = view_id


def is_asked() -> bool:
    """Return whether a view waits to be opened."""
    return _ASKED in st.session_state


def close(page: str) -> None:
    """Go on without a view, from what is shown; a callback."""
    state.view_of(page).reset()


def query_of(view: Mapping[str, Any]) -> dict[str, str]:
    """Return what the view's link carries."""
    try:
        return dict(parse_qsl(view["query"], keep_blank_values=True, max_num_fields=200))
    except ValueError:
        return {}


def is_missing() -> bool:
    """Return whether the link that led here names a view that is not there for the reader."""
    return bool(st.session_state.get(_MISSING, False))


def current(page: str) -> dict[str, Any] | None:
    """Return the view that `page` was opened from; None for none, or one that is gone."""
    view_id = state.view_of(page).get()
    view = viewed.one(view_id) if view_id else None
    return view if view is not None and view["page"] == page else None


def has_changed(page: str, view: Mapping[str, Any]) -> bool:
    """Return whether `page` shows something else than the view says."""
    return state.differs(page, query_of(view))


def drawn(page: str, view: Mapping[str, Any] | None, *, changed: bool) -> None:
    """Remember what the bar says."""
    st.session_state[_DRAWN] = (page, "" if view is None else view["view_id"], changed)


def keep_true(page: str) -> None:
    """Draw the page again where the bar says something that is no longer so, after a choice in a part of the page."""
    said = st.session_state.get(_DRAWN)
    if said is None or said[0] != page:
        return
    view = current(page)
    now = (page, "" if view is None else view["view_id"], view is not None and has_changed(page, view))
    if now != said:
        st.session_state[_DRAWN] = now  # whatever the page makes of it, not a second time for the same
        st.rerun()
