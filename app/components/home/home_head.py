"""The head of the Home page: how much there is, the search, and whether archived experiments are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state

if TYPE_CHECKING:
    from runlake.query.overview import Overview


def show(found: Overview, *, runs: int) -> None:
    """Draw the head; `runs` is how many there are."""
    experiments = found.experiments
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Home", anchor=False, width="content")
        st.caption(_counted(experiments, runs), width="content")
        st.space("stretch")
        archived = int(experiments["archived"].sum())
        if archived or state.HOME_ARCHIVED.get():
            st.toggle(f"Archived ({archived:,})", key=state.HOME_ARCHIVED.key, persist_state="session")
        if experiments.height:
            st.text_input(
                "Search experiments",
                key=state.HOME_TEXT.key,
                persist_state="session",
                placeholder="Path, owner, or /expression/",
                icon=":material/search:",
                type="search",
                label_visibility="collapsed",
                live="300ms",
                width=260,
            )


def below(found: Overview, *, runs: int) -> None:
    """Draw the line below the tree: what is not in it, and how to read it."""
    lost = runs - int(found.paths.filter(pl.col("depth") == 0)["runs"].sum())
    told = "Runs are counted at and below a path. Click a path for its runs, ★ for the best of them."
    st.caption(f"{told} The experiment of {lost:,} runs is not recorded." if lost else told)


def clear() -> None:
    """Show everything again; a callback."""
    state.HOME_TEXT.reset()


def _counted(experiments: pl.DataFrame, runs: int) -> str:
    names = {"experiment": experiments.height, "run": runs}
    parts = [f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in names.items()]
    running = int(experiments["running"].sum())
    return " · ".join((*parts, f"{running:,} running"))
