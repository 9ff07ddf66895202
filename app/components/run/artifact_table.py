"""The artifacts of a run: a table, and beside it a look into the chosen one."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import artifact_preview, facts, format, table
from reads import data
from runlake.errors import NotFound, StoreError
from runlake.formats import in_order

if TYPE_CHECKING:
    from runlake.query import RunDetail

_GRID = "run.artifacts.grid"
_SHOWN = "run.artifacts.shown"
_ALL = "run.artifacts.all"
_LABELS = {"path": "Path", "version": "Version", "kind": "Kind", "size": "Size", "when": "Logged"}
_WIDTHS = {"path": 250, "version": 62, "kind": 118, "size": 70, "when": 145}
_ALIGNED = {"version", "size"}
# Where an artifact of one of these kinds is logged, capture has logged it.
CAPTURED = ("code", "environment")


def show(detail: RunDetail) -> None:
    """Draw the artifacts and the one that is chosen."""
    if detail.artifacts.is_empty():
        st.caption("No artifact was logged.")
        return
    left, right = st.columns([12, 10], gap="medium")
    with left:
        chosen = _choose(detail)
    with right:
        if chosen is None:
            st.caption("Choose an artifact in the table to look inside.")
        else:
            one(detail.run_id, chosen)


def one(run_id: str, row: dict[str, Any]) -> None:
    """Draw the facts of one artifact, its preview and the button that downloads it."""
    st.text(in_order(row["path"]))
    size = format.size(row["size_bytes"]) if row["size_bytes"] is not None else "size not recorded"
    st.caption(f"Version {row['version']} · {size} · logged {format.local(row['ts'])}")
    if row["uri"] is not None:
        st.caption("A reference: Runlake keeps its address and never opens it.")
        st.code(in_order(row["uri"]), language=None, wrap_lines=True)
        st.code(facts.text(row["sha256"]), language=None)
        return
    st.code(f"sha256:{row['sha256']}" if row["sha256"] else "SHA-256 not recorded yet", language=None, wrap_lines=True)
    if row["sha256"] is None:
        st.caption("Its bytes are gone." if _is_missing(row) else "Its bytes wait on the machine that logged them.")
        return
    st.download_button(
        "Download",
        data=partial(data.lake().artifact_bytes, run_id, row["path"], row["version"]),
        file_name=in_order(row["path"].rpartition("/")[2]),
        mime="application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        key=f"run.download.{row['path']}@{row['version']}",
    )
    if row["size_bytes"] is not None and row["size_bytes"] > artifact_preview.MOST_BYTES:
        st.caption(f"Too large for a preview: more than {format.size(artifact_preview.MOST_BYTES)}.")
        return
    try:
        content = data.lake().artifact_bytes(run_id, row["path"], row["version"])
    except (NotFound, StoreError) as error:
        st.code(str(error), language=None, wrap_lines=True)
    else:
        artifact_preview.show(row["path"], content)


def written(artifacts: pl.DataFrame) -> pl.DataFrame:
    """Write the rows of the table as texts."""
    return pl.DataFrame(
        {
            "path": artifacts["path"],
            "version": artifacts["version"].cast(pl.String),
            "kind": artifacts["kind"],
            "size": [format.size(size) if size is not None else None for size in artifacts["size_bytes"]],
            "when": [format.local(ts) for ts in artifacts["ts"]],
        },
        schema_overrides=dict.fromkeys(_LABELS, pl.String),
    )


def _choose(detail: RunDetail) -> dict[str, Any] | None:
    older = detail.artifacts.height - int(detail.artifacts["latest"].sum())
    rows = detail.artifacts
    if older and not st.toggle(f"Earlier versions ({older:,})", key=_ALL):
        rows = rows.filter("latest")
    names = [f"{path}@{version}" for path, version in rows.select("path", "version").iter_rows()]
    st.session_state[_SHOWN] = names
    wanted = state.RUN_FILE.get()
    place = names.index(wanted) if wanted in names else 0
    st.session_state[_GRID] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    shown = written(rows)
    st.dataframe(
        table.arrow(shown),
        key=_GRID,
        on_select=_take,
        selection_mode="single-row-required",
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(shown.height, most_px=640),
        placeholder=format.NOTHING,
        column_config={
            name: st.column_config.TextColumn(
                label, width=_WIDTHS[name], alignment="right" if name in _ALIGNED else None
            )
            for name, label in _LABELS.items()
        },
        alt="Artifacts of the run",
    )
    total = detail.artifacts["size_bytes"].sum()
    st.caption(f"{rows.height:,} {'artifact' if rows.height == 1 else 'artifacts'} · {format.size(int(total or 0))}")
    return rows.row(place, named=True)


def _take() -> None:
    rows = st.session_state[_GRID]["selection"]["rows"]
    shown = st.session_state.get(_SHOWN, [])
    if rows and rows[0] < len(shown):
        state.RUN_FILE.set(shown[rows[0]])


def _is_missing(row: dict[str, Any]) -> bool:
    try:
        metadata = json.loads(row["metadata"] or "{}")
    except ValueError:
        return False
    return isinstance(metadata, dict) and metadata.get("missing") is True
