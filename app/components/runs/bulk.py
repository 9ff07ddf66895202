"""Changing several runs at once: tags, deletion, each with a reason and one event for each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import changing, finding
from runlake.actions import delete_runs, restore_runs, set_tags
from runlake.errors import InvalidValue, RunlakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlake.actions import Actor, Outcome

_DONE = "bulk.done"  # how often; a new number is a new form, which is closed and empty


def show(run_ids: Sequence[str]) -> None:
    """Draw the button that opens the forms for the chosen runs."""
    refusal, form = changing.refusal(), f"bulk.{st.session_state.get(_DONE, 0)}"
    with st.popover("Change", icon=":material/edit:", disabled=bool(refusal), help=refusal or None, key=form):
        if not refusal:
            _tag(run_ids, form)
            _delete(run_ids, form)


def restore(run_id: str) -> None:
    """Draw the button that brings a deleted run back."""
    refusal, form = changing.refusal(), f"restore.{st.session_state.get(_DONE, 0)}"
    with st.popover("Restore", icon=":material/undo:", disabled=bool(refusal), help=refusal or None, key=form):
        if refusal:
            return
        with st.form(f"{form}.form", border=False):
            reason = st.text_input("Reason", placeholder="Why? Kept with the change", key=f"{form}.reason")
            sent = st.form_submit_button("Restore", icon=":material/undo:")
        if sent:
            _make(
                lambda store, actor: restore_runs(store, [run_id], actor=actor, reason=reason or None), done="Restored."
            )


def counted(runs: int) -> str:
    """Say how many runs.

    >>> counted(1), counted(1200)
    ('1 run', '1,200 runs')
    """
    return f"{runs:,} {'run' if runs == 1 else 'runs'}"


def values_of(text: str) -> list[str] | None:
    """Read the values of a tag, separated by commas; None where there is none.

    >>> values_of(" prod, eu ,"), values_of("  ")
    (['prod', 'eu'], None)
    """
    return [part.strip() for part in text.split(",") if part.strip()] or None


def _tag(run_ids: Sequence[str], form: str) -> None:
    with st.form(f"{form}.tag", border=False):
        left, right = st.columns(2, gap="small")
        key = left.text_input("Tag", placeholder="stage", key=f"{form}.tag.key")
        values = right.text_input("Values", placeholder="prod, eu", key=f"{form}.tag.values")
        reason = st.text_input("Reason", placeholder="Why? Kept with the change", key=f"{form}.tag.reason")
        tag, remove = st.columns(2, gap="small")
        sent = tag.form_submit_button(f"Tag {counted(len(run_ids))}", icon=":material/sell:")
        taken = remove.form_submit_button("Take the tag away", icon=":material/backspace:", type="tertiary")
    if sent or taken:
        tags = {key.strip(): values_of(values)} if sent else {}
        gone = [key.strip()] if taken else []
        _make(
            lambda store, actor: set_tags(store, run_ids, tags, remove=gone, actor=actor, reason=reason or None),
            done=f"{'Tagged' if sent else 'Took the tag away from'} {counted(len(run_ids))}.",
        )


def _delete(run_ids: Sequence[str], form: str) -> None:
    with st.form(f"{form}.delete", border=False):
        reason = st.text_input(
            "Reason to delete", placeholder="They stay in the store, and can be restored", key=f"{form}.delete.reason"
        )
        sent = st.form_submit_button(f"Delete {counted(len(run_ids))}", icon=":material/delete:")
    if not sent:
        return
    if not reason.strip():
        finding.show("Nothing was deleted.", str(InvalidValue("reason", "nothing", "why these runs are deleted")))
        return
    _make(
        lambda store, actor: delete_runs(store, run_ids, actor=actor, reason=reason),
        done=f"Deleted {counted(len(run_ids))}. The page of each, by its link, restores it.",
        then=lambda: state.set_basket(()),
    )


def _make(change: Callable[[str, Actor], Outcome], *, done: str, then: Callable[[], None] = lambda: None) -> None:
    try:
        changing.make(change, done=done)
    except RunlakeError as error:
        finding.show("Nothing was changed.", str(error))
        return
    then()
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    st.rerun()
