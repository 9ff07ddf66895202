"""The drawer at the right: the key facts of one run without leaving the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import frame
from components import format, status, table
from components.runs import expressions, run_table
from reads import data
from runlake.formats import in_order
from runlake.ids import short_id
from runlake.query.expression import Compare, Op, Text
from runlake.query.language import unparse

if TYPE_CHECKING:
    from collections.abc import Sequence

_METRICS = 24
_HEADER = (
    "run_id",
    "name",
    "status",
    "experiment",
    "user",
    "started_at",
    "duration_s",
    "error",
    "notes",
    "hypothesis",
    "expected_outcome",
    "conclusion",
)
_WORDS = ("notes", "hypothesis", "expected_outcome", "conclusion")


def show(names: dict[str, str]) -> None:
    """Open the drawer on the run that was clicked; it stays open while the page refreshes.

    Args:
        names: run id to name; a run that is not among them is not shown.
    """
    run_id = st.session_state.get(run_table.DRAWER)
    if run_id in names:
        title = format.markdown(names[run_id] or "(unnamed)")
        st.dialog(title, width="medium", position="right", on_dismiss=close)(_drawer)(run_id)


def close() -> None:
    """Forget which run is open at the side."""
    st.session_state.pop(run_table.DRAWER, None)


def _drawer(run_id: str) -> None:
    with frame.guard():
        this = unparse(Compare(expressions.field("run_id"), Op.EQ, Text(run_id)))
        for row in run_table.with_elapsed(data.runs(where=this, columns=_HEADER)).iter_rows(named=True):
            _header(row)
            _words(row)
            _metrics(run_id)
            _params(run_id)


def _header(row: dict[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        status.badge(row["status"])
        st.text(in_order(row["experiment"] or "no experiment"))
        st.space("stretch")
        st.page_link(
            "app_pages/run.py",
            label="Open the run's page",
            icon=":material/open_in_full:",
            query_params={"id": row["run_id"]},
        )
    _facts(
        (
            ("User", row["user"] or "not recorded"),
            ("Started", format.local(row["started_at"])),
            ("Duration", format.duration(row["duration_s"])),
            ("Short id", short_id(row["run_id"])),
        )
    )


def _facts(facts: Sequence[tuple[str, str]]) -> None:
    with st.container(border=True):
        for column, (name, text) in zip(st.columns((3, 4, 3, 3)), facts, strict=True):
            with column, st.container(gap="xxsmall"):
                st.caption(name)
                st.text(in_order(text))


def _words(row: dict[str, Any]) -> None:
    if row["error"]:
        st.code(in_order(row["error"]), language=None, wrap_lines=True)
    for name in _WORDS:
        if row[name]:
            with st.container(gap="xxsmall"):
                st.caption(name.replace("_", " ").capitalize())
                st.text(in_order(row[name]))


def _metrics(run_id: str) -> None:
    found = data.summaries((run_id,))
    if found.is_empty():
        return
    shown = found.select("key", "last_value", "min_value", "max_value", "count").head(_METRICS)
    if shown["count"].sum() <= run_table.MOST_POINTS:
        curves = data.curves((run_id,), tuple(shown["key"])).select("key", "curve")
        shown = shown.join(curves, on="key", how="left", maintain_order="left")
    some = "" if len(found) <= _METRICS else f"first {_METRICS} of "
    c = st.column_config
    values = ("last_value", "min_value", "max_value")
    # One format for a whole column would be wrong for most of its metrics.
    shown = shown.with_columns(pl.Series(name, [format.number(v) for v in shown[name]]) for name in values)
    columns = {name: c.TextColumn(name.partition("_")[0].capitalize(), alignment="right") for name in values}
    with st.container(gap="xxsmall"):
        st.caption(f"Metrics · {some}{len(found):,}")
        st.dataframe(
            table.arrow(shown),
            hide_index=True,
            column_config={
                "key": "Metric",
                "count": "Points",
                "curve": c.LineChartColumn("By step", width=120),
                **columns,
            },
            height="content",
            row_height=run_table.ROW_PX,
            placeholder=format.NOTHING,
            alt="The last, least and greatest value of each metric",
        )


def _params(run_id: str) -> None:
    found = data.params((run_id,)).select(pl.col("key").alias("Parameter"), pl.col("value").alias("Value"))
    if found.is_empty():
        return
    with st.container(gap="xxsmall"):
        st.caption(f"Parameters · {len(found):,}")
        st.dataframe(
            table.arrow(found),
            hide_index=True,
            height="content",
            row_height=run_table.ROW_PX,
            alt="The run's parameters",
        )
