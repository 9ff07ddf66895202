"""Where a run came from: data, code, machine, process and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import artifact_preview, facts, format, matching, search_box, table
from components.run import artifact_table, run_data
from reads import data
from runlake.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlake.query import RunDetail

_PATCH_BYTES = 1_000_000


def show(detail: RunDetail) -> None:
    """Draw everything about where the run came from."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Code**")
        facts.sheet(code(detail.header), alt="State of the code")
        st.markdown("**Data**")
        _datasets(detail.datasets)
        st.markdown("**Packages**")
        _packages(detail.run_id)
    with right:
        st.markdown("**Process and machine**")
        facts.sheet(process(detail), alt="Process and machine")
    _captured(detail)


def code(header: Mapping[str, object]) -> dict[str, object]:
    """Name the facts about the code."""
    return {
        "Entry point": header["entry_point"],
        "Started from": header["source_type"],
        "Commit": header["git_commit"],
        "Branch": header["git_branch"],
        "Changed since": header["git_dirty"],
        "Remote": header["git_remote"],
    }


def process(detail: RunDetail) -> dict[str, object]:
    """Name the facts about the process, the machine and the person."""
    header, identity = detail.header, detail.identity
    memory = header["memory_bytes"]
    named = {
        "Run": detail.run_id,
        "User (claimed)": header["user"],
        "Name comes from": identity.get("user_source"),
        "Account": identity.get("process_owner"),
        "Git": " ".join(str(part) for part in (identity.get("git_name"), identity.get("email")) if part) or None,
        "Host": header["host"],
        "Process": identity.get("pid"),
        "Folder": identity.get("cwd"),
        "Command": header["command"],
        "Python": header["python_version"],
        "Platform": header["platform"],
        "Processor": header["cpu"],
        "Memory": format.size(memory) if isinstance(memory, int) else None,
        "GPU": header["gpu"],
        "Random seeds": header["seeds"],
    }
    if header["foreign_source"] is not None:
        named |= {"Imported from": header["foreign_source"], "Id there": header["foreign_id"]}
    return named


def _datasets(datasets: pl.DataFrame) -> None:
    if datasets.is_empty():
        st.caption("No data set was recorded.")
        return
    labels = {"name": "Data set", "role": "Role", "version": "Version or digest", "attributes": "Further facts"}
    widths = {"name": 150, "role": 80, "version": 220}
    table.show(datasets, labels=labels, widths=widths, most_px=300, alt="Data sets of the run")
    with st.container(horizontal=True, gap="small"):
        run_data.show(datasets)


def _packages(run_id: str) -> None:
    found = data.differences((run_id,)).table("packages").rename({run_id: "version"})
    if found.is_empty():
        st.caption("Packages were not recorded.")
        return
    search_box.show("Search packages")
    kept = matching.matches(found["field"].to_list(), state.RUN_SEARCH.get())
    shown = found.filter(pl.Series(kept, dtype=pl.Boolean))
    st.caption(f"{shown.height:,} of {found.height:,} packages")
    table.show(shown, labels={"field": "Package", "version": "Version"}, most_px=400, alt="Packages of the run")


def _captured(detail: RunDetail) -> None:
    """Show the patch and the other files that capture kept of the code."""
    kept = detail.artifacts.filter((pl.col("kind") == artifact_table.CAPTURED[0]) & pl.col("latest"))
    if kept.is_empty():
        if detail.header["git_dirty"]:
            st.caption("The code had changed since the commit, but the change was not recorded.")
        return
    st.markdown("**Changes since the commit**")
    for row in kept.iter_rows(named=True):
        with st.expander(format.markdown(row["path"]), expanded=row["path"].endswith((".patch", ".diff"))):
            _file(detail.run_id, row["path"], row["size_bytes"])


def _file(run_id: str, path: str, size: int | None) -> None:
    if size is not None and size > _PATCH_BYTES:
        st.caption(f"{format.size(size)}: see the Artifacts view to download it.")
        return
    try:
        content = data.artifact_bytes(run_id, path)
    except (NotFound, StoreError) as error:
        st.code(str(error), language=None, wrap_lines=True)
    else:
        artifact_preview.show(path, content)
