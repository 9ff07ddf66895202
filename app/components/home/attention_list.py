"""What needs somebody: silent runs, runs that ended badly of late, runs without a conclusion, data that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
import stores
from components import format, table
from components.home import leaving
from reads import data
from runlake.figures.theme import STATUS_FILL, theme
from runlake.query.attention import DAYS, KINDS
from runlake.query.detail import SILENT_S

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRID, _OPEN, _SHOWN = "home.attention", "home.attention.open", "home.attention.shown"
_MOST, _MOST_PX, _NAME_CHARACTERS = 100, 170, 42
_SILENT_MIN = int(SILENT_S // 60)
_LABELS = {"silent": "silent", "failed": "failed", "killed": "killed", "unconcluded": "not concluded"}
_ICONS = {
    "silent": ":material/sensors_off:",
    "failed": ":material/error:",
    "killed": ":material/cancel:",
    "unconcluded": ":material/edit_note:",
}
# How the Runs page shows the same runs, and some more: there is no filter for what is listed once.
_FILTERS: Mapping[str, dict[str, str]] = {
    "silent": {"status": "running", "where": f"heartbeat_at < -{_SILENT_MIN}m"},
    "failed": {"status": "failed", "where": f"ended_at > -{DAYS}d"},
    "killed": {"status": "killed", "where": f"ended_at > -{DAYS}d"},
    "unconcluded": {"where": "hypothesis IS NOT NULL AND conclusion IS NULL AND status != 'running'"},
}
_ADVICE = {
    "silent": "Where one of them runs no more, `runlake ingest` on its machine, by its user, says that it was killed.",
    "failed": "The page of a run shows its error, and under Console what it printed.",
    "killed": "What they logged until then is kept.",
    "unconcluded": "*Write*, on the page of the run, says what came of the hypothesis.",
}


def show() -> None:
    """Draw the kinds as switches that also count, and the runs."""
    found = data.attention()
    _waiting()
    counts: dict[str, int] = dict(found["kind"].value_counts().iter_rows())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Needs attention**", width="content")
        chosen = st.pills(
            "Needs attention",
            KINDS,
            key=state.HOME_NEEDS.key,
            persist_state="session",
            format_func=lambda kind: f"{_ICONS[kind]} {format.segment(f'{counts.get(kind, 0):,} {_LABELS[kind]}')}",
            label_visibility="collapsed",
        )
        if chosen:
            st.button(
                "On the Runs page",
                key="home.needs.runs",
                icon=":material/table_rows:",
                type="tertiary",
                on_click=leaving.to_runs,
                kwargs=_FILTERS[chosen],
            )
        elif found.is_empty():
            st.caption(
                f"Nothing: no run has been silent for {_SILENT_MIN} minutes, none has failed or was killed in {DAYS} days, "
                "none waits for a conclusion.",
                width="content",
            )
    shown = found.filter(pl.col("kind") == chosen) if chosen else found
    if shown.height:
        _table(shown)
    if chosen:
        st.caption(_ADVICE[chosen])


def _waiting() -> None:
    """Say what to type where the frame's notice says that something is not in the tables."""
    if data.lake().pending:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Not complete", icon=":material/hourglass_top:", color="orange")
            st.caption("Not all of this machine's data is in the tables. This brings it in, and says why not:")
            st.code(f"runlake ingest --store {stores.store()}", language=None)


def _table(found: pl.DataFrame) -> None:
    rows = found.head(_MOST).to_dicts()
    st.session_state[_SHOWN] = [row["run_id"] for row in rows]
    fill = STATUS_FILL[theme(st.context.theme.type).name]
    colours = {"silent": fill["running"], "unconcluded": fill["finished"]}
    shown = pl.DataFrame(
        {
            "kind": [[_LABELS[row["kind"]]] for row in rows],
            "name": [_name(row) for row in rows],
            "experiment": [row["experiment"] or "not recorded" for row in rows],
            "when": [format.ago(row["at"]) for row in rows],
            "about": [_about(row) for row in rows],
        }
    )
    c = st.column_config
    st.dataframe(
        table.arrow(shown),
        key=_GRID,
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(rows), most_px=_MOST_PX),
        placeholder=format.NOTHING,
        column_config={
            "kind": c.MultiselectColumn(
                "What",
                options=list(_LABELS.values()),
                color=[colours.get(kind) or fill[kind] for kind in KINDS],
                width=112,
            ),
            "name": c.ButtonColumn(
                "Run",
                help="Opens the run.",
                type="tertiary",
                alignment="left",
                key=_OPEN,
                on_click=_open,
                pinned=True,
                width=230,
            ),
            "experiment": c.TextColumn("Experiment", width=250),
            "when": c.TextColumn("When", help="Last heard of, or ended.", width=96),
            "about": c.TextColumn("About", help="Its error, or its hypothesis.", width=560),
        },
        alt="Runs that need attention",
    )
    if found.height > _MOST:
        st.caption(f"The first {_MOST} of {found.height:,}.")


def _open() -> None:
    click, shown = st.session_state.get(_OPEN), st.session_state.get(_SHOWN, ())
    if click is not None and click["row"] < len(shown):
        leaving.to_run(shown[click["row"]])


def _name(row: Mapping[str, Any]) -> str:
    name = row["name"] or "(unnamed)"
    return name if len(name) <= _NAME_CHARACTERS else f"{name[: _NAME_CHARACTERS - 1]}…"


def _about(row: Mapping[str, Any]) -> str | None:
    text = row["hypothesis"] if row["kind"] == "unconcluded" else row["error"]
    return None if text is None else " ".join(text.split())
