"""Saving, changing and deleting a view from a page, and taking the deletion back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import identity
import state
from components import changing, finding, format
from runlake.actions import ViewDetails, change_view, delete_view, restore_view, save_view
from runlake.errors import InvalidValue, RunlakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlake.actions import Actor, Outcome

_DONE = "views.done"  # how often; a new number is a new form, which is closed and empty
_DELETED = "views.deleted"
_NO_SECRET = "A private view is offered to you alone, by your name. It is no secret from somebody who can read the store's files."


def key(name: str) -> str:
    """Return a key that is another one after each change."""
    return f"{name}.{st.session_state.get(_DONE, 0)}"


def again() -> None:
    """Draw the whole page again, with every menu and form of views closed and empty."""
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    st.rerun()


def save(page: str) -> None:
    """Draw the form that saves what the page shows."""
    with st.form(key("views.save"), border=False):
        name = st.text_input("Save what is shown, as", placeholder="A name", max_chars=120, key=key("views.save.name"))
        description = st.text_input(
            "Description", placeholder="What it is for; may be left out", key=key("views.save.description")
        )
        shared = st.toggle("For everybody who opens the store", help=_NO_SECRET, key=key("views.save.shared"))
        sent = st.form_submit_button("Save the view", icon=":material/bookmark_add:")
    if not sent:
        return
    details = ViewDetails(name, description, state.kept_query(page), _visibility(shared=shared))
    done = _make(lambda store, actor: save_view(store, page, details, actor=actor), done="The view is saved.")
    if done is not None:
        if done.changes:
            state.view_of(page).set(done.changes[0].target_id)
        again()


def edit(page: str, view: Mapping[str, Any]) -> None:
    """Draw the forms that rename, describe, share and delete the view that is open."""
    with st.container(width="content"):
        _edit(page, view)


@st.fragment
def _edit(page: str, view: Mapping[str, Any]) -> None:
    told, own = "Renames, shares or deletes the view.", key(f"views.edit.{view['view_id']}")
    form = st.popover("Edit", icon=":material/edit:", help=told, key=own, on_change="rerun")
    if not form.open:
        return
    with form:
        _change(view)
        _delete(page, view)


def _change(view: Mapping[str, Any]) -> None:
    view_id = view["view_id"]
    mine = view["user"] == identity.name()
    with st.form(key(f"views.change.{view_id}"), border=False):
        name = st.text_input("Name", view["name"], max_chars=120, key=key(f"views.change.name.{view_id}"))
        description = st.text_input(
            "Description", view["description"] or "", key=key(f"views.change.description.{view_id}")
        )
        shared = st.toggle(
            "For everybody who opens the store",
            view["visibility"] == "shared",
            disabled=not mine,
            help=_NO_SECRET if mine else "Who saved a view alone makes it private.",
            key=key(f"views.change.shared.{view_id}"),
        )
        sent = st.form_submit_button("Save", icon=":material/save:")
    if not sent:
        return
    details = ViewDetails(name, description, visibility=_visibility(shared=shared))
    if _make(lambda store, actor: change_view(store, view_id, details, actor=actor), done="The view is changed."):
        again()


def _delete(page: str, view: Mapping[str, Any]) -> None:
    view_id = view["view_id"]
    with st.form(key(f"views.delete.{view_id}"), border=False):
        reason = st.text_input(
            "Reason to delete", placeholder="It can be taken back", key=key(f"views.delete.reason.{view_id}")
        )
        sent = st.form_submit_button("Delete the view", icon=":material/delete:")
    if not sent:
        return
    if not reason.strip():
        finding.show("Nothing was deleted.", str(InvalidValue("reason", "nothing", "why the view is deleted")))
        return
    if _make(lambda store, actor: delete_view(store, view_id, actor=actor, reason=reason), done=""):
        st.session_state[_DELETED] = (page, view_id, view["name"])
        state.view_of(page).reset()
        again()


def undo(page: str) -> None:
    """Draw the way back from the last deletion on this page."""
    at, view_id, name = st.session_state.get(_DELETED, ("", "", ""))
    if at != page:
        st.session_state.pop(_DELETED, None)
        return
    st.caption(f"The view “{format.markdown(name)}” is deleted.", width="content")
    st.button(
        "Undo", key="views.undo", icon=":material/undo:", type="tertiary", on_click=_restore, args=(page, view_id)
    )


def overwrite(page: str, view: Mapping[str, Any]) -> None:
    """Keep what the page shows as the view; a callback."""
    details = ViewDetails(query=state.kept_query(page))
    _quietly(
        lambda store, actor: change_view(store, view["view_id"], details, actor=actor), done="The change is saved."
    )


def _restore(page: str, view_id: str) -> None:
    if _quietly(
        lambda store, actor: restore_view(store, view_id, actor=actor, reason="undone"), done="The view is back."
    ):
        st.session_state.pop(_DELETED, None)
        state.view_of(page).set(view_id)


def _visibility(*, shared: bool) -> str:
    return "shared" if shared else "private"


def _make(change: Callable[[str, Actor], Outcome], *, done: str) -> Outcome | None:
    try:
        return changing.make(change, done=done)
    except RunlakeError as error:
        finding.show("Nothing was changed.", str(error))
        return None


def _quietly(change: Callable[[str, Actor], Outcome], *, done: str) -> bool:
    """Do so in a callback, where what goes wrong is said in a notice."""
    try:
        return bool(changing.make(change, done=done).changes)
    except RunlakeError as error:
        changing.tell(f"Nothing was changed: {error}")
        return False
