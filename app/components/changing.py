"""Changing the store from a page: whether it can be, in whose name, and what is said afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import identity
import stores
from components import format
from reads import data
from runlake.actions import edit_experiment, why_read_only
from runlake.errors import RunlakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.actions import Actor, Details, Outcome

_SAID = "frame.said"


def refusal() -> str:
    """Say why nothing can be changed in this view; "" where it can."""
    if data.as_of() is not None:
        return "This is a look back: go back to now to change anything."
    reason = why_read_only(stores.store())
    return f"Nothing can be changed here: {reason}." if reason else ""


def edit(path: str, details: Details, *, reason: str = "", done: str) -> None:
    """Change what an experiment declares, in the name of who uses the dashboard, and show the store as it is then.

    Args:
        path: of the experiment.
        details: what changes.
        reason: why; kept with the event.
        done: words of ours for the notice.

    Raises:
        RunlakeError: it is refused, or the store cannot be written.
    """
    make(lambda store, actor: edit_experiment(store, path, details, actor=actor, reason=reason), done=done)


def make(change: Callable[[str, Actor], Outcome], *, done: str) -> Outcome:
    """Change the store in the name of who uses the dashboard, and show it as it is then.

    Args:
        change: does it, given the store and who.
        done: words of ours for the notice.

    Returns:
        What became of it.

    Raises:
        RunlakeError: it is refused, or the store cannot be written.
    """
    outcome = change(stores.store(), identity.current())
    data.read_again()
    st.session_state[_SAID] = _words(outcome, done)
    return outcome


def attempt(path: str, details: Details, *, done: str = "") -> None:
    """Do the same in a callback, where what goes wrong is said in a notice; so is `done`, if there is such a word."""
    try:
        edit(path, details, done=done)
    except RunlakeError as error:
        tell(f"Nothing was changed: {error}")


def tell(sentence: str) -> None:
    """Say it in a notice once the page is drawn again; in a callback."""
    st.session_state[_SAID] = sentence


def say() -> None:
    """Say what became of the last change; called by the page, since a notice does not outlive a rerun."""
    said = st.session_state.pop(_SAID, "")
    if said:
        st.toast(format.markdown(said), icon=":material/info:")


def _words(outcome: Outcome, done: str) -> str:
    if outcome.denied:
        return "Nothing was changed: the access gate refused it, which is an event too."
    if not outcome.changes:
        return "Nothing was changed: it is as asked already."
    return " ".join((done, *outcome.pending)).strip()
