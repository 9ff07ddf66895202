"""Data sets, and the versions of one: how often each was used, when, as what, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import finding, format, table
from runlake.figures.text import shorten
from runlake.formats import in_order

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

PAGE = "app_pages/dataset.py"
_AIM = "data.aim"
_LIST, _OPEN, _LISTED = "data.list", "data.list.open", "data.list.names"
_VERSIONS, _VERSION_ROWS = "data.versions", "data.versions.rows"
_NAME_CHARACTERS, _SOURCE_CHARACTERS = 60, 80
_VERSIONS_PX, _LIST_PX = 270, 640


def follow() -> None:
    """Go to the data set whose name was clicked, before anything is drawn."""
    aim = st.session_state.pop(_AIM, None)
    if aim is not None:
        st.switch_page(PAGE, query_params={"name": aim})


def listing(known: pl.DataFrame) -> None:
    """Draw the table of all data sets."""
    st.session_state[_LISTED] = known["name"].to_list()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Data sets", anchor=False, width="content")
        st.caption(f"{known.height:,}", width="content")
    c = st.column_config
    shown = known.select(_cut("name", _NAME_CHARACTERS), "versions", "runs", _joined(), "first_used_at", "last_used_at")
    st.dataframe(
        table.arrow(shown),
        key=_LIST,
        column_config={
            "name": c.ButtonColumn(
                "Data set", type="tertiary", pinned=True, alignment="left", width=320, key=_OPEN, on_click=_open
            ),
            "versions": c.NumberColumn("Versions", format="%,d", width=90),
            "runs": c.NumberColumn("Runs", format="%,d", width=90),
            **_used_as(),
        },
        hide_index=True,
        height=table.height(known.height, most_px=_LIST_PX),
        row_height=table.ROW_PX,
        alt="Table of data sets: one row per name, with its versions and the runs that used it",
    )
    st.caption("Click a name for its versions and the runs that used them.")


def head(name: str, versions: pl.DataFrame, known: pl.DataFrame) -> None:
    """Draw the name of a data set and what it comes to."""
    row = known.row(by_predicate=pl.col("name") == name, named=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(format.markdown(shorten(name, limit=_NAME_CHARACTERS)), anchor=False, width="content")
        many = f"{versions.height:,} version{'s' * (versions.height != 1)}"
        st.caption(f"{many} · {row['runs']:,} run{'s' * (row['runs'] != 1)}", width="content")
        st.space("stretch")
        st.page_link(PAGE, label="All data sets", icon=":material/database:", query_params={"name": ""})


def versions(found: pl.DataFrame) -> str:
    """Draw the table of versions, in which one can be chosen, and return which is; "" for none."""
    listed = found["version"].to_list()
    st.session_state[_VERSION_ROWS] = listed
    chosen = state.DATA_VERSION.get()
    rows = [listed.index(chosen)] if chosen in listed else []
    st.session_state[_VERSIONS] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    c = st.column_config
    shown = found.select(
        pl.col("short").fill_null("not recorded"), _joined(), "runs", "rows", "columns", _size(), "files",
        "first_used_at", "last_used_at", "kind", _cut("uri", _SOURCE_CHARACTERS), _cut("problem", _SOURCE_CHARACTERS),
        "version",
    )  # fmt: skip
    known = [name for name in shown.columns if shown[name].null_count() < shown.height]
    st.dataframe(
        table.arrow(shown.select(known)),
        key=_VERSIONS,
        column_config={
            "short": c.TextColumn("Version", width=150),
            "runs": c.NumberColumn("Runs", format="%,d", width=70),
            "rows": c.NumberColumn("Rows", format="%,d", width=90),
            "columns": c.NumberColumn("Columns", format="%,d", width=80),
            "size": c.TextColumn("Size", alignment="right", width=80),
            "files": c.NumberColumn("Files", format="%,d", width=70),
            "kind": c.TextColumn("Kind", width=80),
            "uri": c.TextColumn("Source", width=220),
            "problem": c.TextColumn("Problem", width=220),
            "version": c.TextColumn("In full", width=240),
            **_used_as(),
        },
        hide_index=True,
        on_select=_choose,
        selection_mode="single-row",
        height=table.height(found.height, most_px=_VERSIONS_PX),
        row_height=table.ROW_PX,
        placeholder=format.NOTHING,
        alt="Table of the versions of this data set; the tick of one shows the runs that used it",
    )
    return chosen if rows else ""


def unknown(name: str) -> None:
    """Say that no run used such a data set."""
    finding.show(
        "There is no such data set.",
        f"No run has used {in_order(name)!r}.",
        todo="It may be in another store, or the runs that used it were deleted.",
    )
    st.page_link(PAGE, label="All data sets", icon=":material/database:", query_params={"name": ""})


def aim(name: str) -> None:
    """Lead to the page of a data set when the page that calls `follow` is drawn next; a callback."""
    state.DATA_VERSION.reset()
    st.session_state[_AIM] = name


def _open() -> None:
    click = st.session_state.get(_OPEN)
    listed = st.session_state.get(_LISTED, ())
    if click is not None and click["row"] < len(listed):
        aim(listed[click["row"]])


def _choose() -> None:
    rows = st.session_state[_VERSIONS]["selection"]["rows"]
    listed = st.session_state.get(_VERSION_ROWS, ())
    version = listed[rows[0]] if rows and rows[0] < len(listed) else None
    state.DATA_VERSION.set(version or "")


def _joined() -> pl.Expr:
    return pl.col("roles").list.join(", ").replace("", None)


def _cut(column: str, limit: int) -> pl.Expr:
    shortened = pl.col(column).str.slice(0, limit) + "…"
    return pl.when(pl.col(column).str.len_chars() > limit).then(shortened).otherwise(column).alias(column)


def _size() -> pl.Expr:
    return pl.col("bytes").map_elements(format.size, return_dtype=pl.String).alias("size")


def _used_as() -> dict[str, ColumnConfig]:
    c, zone = st.column_config, format.zone().key
    about = f"In the time zone {format.markdown(zone)}."
    times = {
        name: c.DatetimeColumn(label, help=about, format="YYYY-MM-DD HH:mm:ss", timezone=zone, width=148)
        for name, label in (("first_used_at", "First used"), ("last_used_at", "Last used"))
    }
    return {"roles": c.TextColumn("Role", width=160), **times}
