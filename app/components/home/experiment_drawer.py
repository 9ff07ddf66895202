"""The drawer at the right: what one experiment declares, and the form that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import frame
from components import changing, facts, format
from components.home import experiment_form, leaving, pins
from components.runs import primary
from reads import data
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAWER = "home.drawer"


def open_on(path: str) -> None:
    """Remember which experiment is open at the side; a callback, too."""
    st.session_state[DRAWER] = path


def close() -> None:
    """Forget it."""
    st.session_state.pop(DRAWER, None)


def show(paths: pl.DataFrame) -> None:
    """Open the drawer on the experiment that was asked for; it stays open while the page refreshes.

    Args:
        paths: of `Overview.paths`; an experiment that is not among them is not shown.
    """
    path = st.session_state.get(DRAWER)
    rows = paths.filter((pl.col("path") == str(path)) & pl.col("experiment_id").is_not_null())
    if path is not None and rows.height:
        st.dialog(format.markdown(path), width="medium", position="right", on_dismiss=close)(_drawer)(path)


def _drawer(path: str) -> None:
    with frame.guard():
        found, _ = data.overview()
        node = found.paths.filter(pl.col("path") == path).row(0, named=True)
        declared = data.experiments().filter(pl.col("path") == path).row(0, named=True)
        refusal = changing.refusal()
        _head(node, may_change=not refusal)
        if refusal:
            _declared(declared)
            st.caption(format.markdown(refusal))
        elif experiment_form.show(declared):
            close()
            st.rerun()


def _head(node: Mapping[str, Any], *, may_change: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if node["archived"]:
            st.badge("archived", icon=":material/archive:", color="gray")
        st.caption(f"{pins.counted(node)} · {format.ago(node['last_activity_at'])}", width="content")
        st.space("stretch")
        if may_change:
            pinned = pins.is_pinned(node)
            icon = ":material/keep_off:" if pinned else ":material/keep:"
            if st.button("Unpin" if pinned else "Pin", key="home.drawer.pin", icon=icon):
                pins.turn(node["path"], pinned=not pinned)
                st.rerun()  # the page, not the drawer alone
        if st.button("Show its runs", key="home.drawer.runs", icon=":material/table_rows:"):
            leaving.to_runs(experiment=node["path"])
            st.rerun()
    st.text(_best(node))


def _best(node: Mapping[str, Any]) -> str:
    if node["reducer"] is None:
        return "No metric and direction are declared, so nothing is called best."
    decides = f"Best by {in_order(primary.told(node))}."
    if node["best_run_id"] is None:
        return f"{decides} No run has a finite number of it yet."
    return f"{decides} ★ {in_order(node['best_name'] or '(unnamed)')}: {format.number(node['best_value'])}"


def _declared(row: Mapping[str, Any]) -> None:
    """Show what the form would let change."""
    tags = (f"{key}: {', '.join(values)}" if values else key for key, values in pins.tags_of(row).items())
    for title, value in (
        ("Description", row["description"]),
        ("Owner", row["owner"]),
        ("Tags", "\n".join(tags)),
        ("Primary metric", row["primary_metric"]),
        ("Direction", row["direction"]),
        ("Reducer", row["reducer"]),
        ("Splits", experiment_form.written_splits(row)),
    ):
        facts.one(title, value)
