"""An empty state: one sentence and the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from reads import data
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

_EXAMPLE = """import runlake

with runlake.start_run("my_experiment", params={"lr": 0.1}) as run:
    run.log({"loss": 0.3}, step=0)"""


def no_runs() -> None:
    """Say how to log a first run, or that there was none at the time that is looked back to."""
    if data.as_of() is None:
        show("No runs yet. Log a first one:", command=_EXAMPLE)
        return
    show(
        "There were no runs yet.",
        action="Back to now",
        on_action=state.AS_OF.reset,
        details=before(data.as_of(), data.lake().begun),
    )


def show(
    sentence: str,
    *,
    icon: str = ":material/inbox:",
    command: str = "",
    action: str = "",
    on_action: Callable[[], None] | None = None,
    details: Sequence[str] = (),
) -> None:
    """Say why there is nothing and what to do about it.

    Args:
        sentence: fixed words of ours.
        icon: a Material icon.
        command: what to type, shown to copy.
        action: label of a button.
        on_action: its callback.
        details: further sentences; shown literally, since they may hold words from data.
    """
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"{icon}", text_alignment="center")
        st.markdown(f"**{sentence}**", text_alignment="center")
        for sentence in details:
            st.text(in_order(sentence), text_alignment="center")
        if action:
            st.button(action, key=f"empty.{action}", on_click=on_action)
        if command:
            # Without colours: those that Streamlit has for words of a language are too pale to read.
            st.code(command, language=None, width=620, wrap_lines=True)
        st.space("small")


def before(moment: datetime | None, begun: datetime | None) -> tuple[str, ...]:
    """Say why nothing is found at a moment before the store's first commit; nothing where that is not why."""
    if moment is None or begun is None or moment >= begun:
        return ()
    return (
        f"The store's first commit is of {format.local(begun)} ({format.zone().key}).",
        "What counts is when runs came into the tables, which may be after they started.",
    )
