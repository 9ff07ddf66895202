"""Saved views of a page: open one, save what is shown, see which one is open and whether it still is what was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import view_state
from components import changing, format
from components.views import view_forms, view_links
from reads import viewed

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 12
_LONGEST = 60  # characters of the name in the line


def show(page: str, view: Mapping[str, Any] | None, *, changed: bool) -> None:
    """Draw the menu, and what is to say of the view that is open.

    Args:
        page: the page that is shown.
        view: the view that it was opened from; None for none.
        changed: whether the page shows something else now.
    """
    refusal = changing.refusal()
    with st.container(width="content"):
        _menu(page, "" if view is None else view["view_id"], refusal)
    if view is not None:
        _open(page, view, changed=changed, refusal=refusal)
    elif view_state.is_missing():
        st.caption("The saved view of this link is not there: it was deleted, or it is somebody's private one.")
    view_forms.undo(page)


@st.fragment
def _menu(page: str, opened: str, refusal: str) -> None:
    if view_state.is_asked():
        view_forms.again()  # the view that was clicked makes the page another one, over which no menu should stand
    key = view_forms.key("views.menu")
    menu = st.popover("Views", icon=":material/bookmarks:", key=key, on_change="rerun")
    if not menu.open:
        return
    with menu:
        _list(page, opened)
        if refusal:
            st.caption(format.markdown(refusal))
        else:
            view_forms.save(page)


def _list(page: str, opened: str) -> None:
    found = viewed.views()
    here = view_links.known(found.filter(pl.col("page") == page).to_dicts())
    if not here:
        st.caption("No view of this page is saved yet." + (" Those of others are on Home." if found.height else ""))
        return
    with st.container(gap="xsmall"):
        view_links.menu(here[:_MOST], opened=opened, key=view_forms.key("views.list"))
        if found.height > min(len(here), _MOST):
            st.page_link("app_pages/home.py", label=f"All {found.height:,} views, on Home", icon=":material/home:")


def _open(page: str, view: Mapping[str, Any], *, changed: bool, refusal: str) -> None:
    name = view["name"] if len(view["name"]) <= _LONGEST else f"{view['name'][:_LONGEST]}…"
    whole = "" if name == view["name"] else f"{view['name']}. "
    told = format.markdown(whole + view_links.told(dict(view)))
    st.markdown(f"**{format.markdown(name)}**", width="content", help=told)
    if changed:
        st.badge("changed since saved", color="orange")
        st.button(
            "Back to saved",
            key="views.back",
            icon=":material/undo:",
            type="tertiary",
            on_click=view_state.ask,
            args=(view["view_id"],),
        )
        if not refusal:
            st.button(
                "Save the change",
                key="views.overwrite",
                icon=":material/save:",
                type="tertiary",
                on_click=view_forms.overwrite,
                args=(page, dict(view)),
            )
    if not refusal:
        view_forms.edit(page, view)
    st.button(
        "",
        key="views.close",
        icon=":material/close:",
        type="tertiary",
        help="Goes on without the view; what is shown stays.",
        on_click=view_state.close,
        args=(page,),
    )
