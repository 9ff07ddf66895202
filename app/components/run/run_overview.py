"""The first view of a run: its curves beside its story, results, parameters, tags and children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from components import facts, format, table
from components.run import param_table, run_curves, run_data, run_gap, run_notes
from reads import data

if TYPE_CHECKING:
    from runlake.query import RunDetail

_CHILDREN = "run.children"
_LONG, _STORY_PX = 600, 260


def show(detail: RunDetail) -> None:
    """Draw the view."""
    has_curves = bool((detail.summaries["count"] > 1).any())
    left, right = st.columns([19, 10], gap="medium")
    with left:
        if has_curves:
            run_curves.overview(detail, primary=primary_metric(detail))
        else:
            _told(detail)
            st.caption("No metric was logged at more than one step, so there is no curve.")
        _children(detail)
    with right:
        if has_curves:
            _told(detail)
        st.caption(f"Parameters ({detail.params.height:,})")
        param_table.show(detail.params, most_px=380, typed=False)


def _told(detail: RunDetail) -> None:
    # Above what it writes, where a low window has room for the form below it.
    run_notes.show(detail)
    _story(detail)
    _tags(detail.tags)
    run_data.show(detail.datasets)
    run_gap.show(detail)
    _headlines(detail)


def primary_metric(detail: RunDetail) -> str | None:
    """Return the metric that the run's experiment declares to decide."""
    found = data.experiments().filter(pl.col("path") == detail.header["experiment"])["primary_metric"]
    return found[0] if found.len() else None


def _story(detail: RunDetail) -> None:
    for attribute, title in run_notes.FIELDS.items():
        text = detail.header[attribute]
        if isinstance(text, str) and text:
            with st.container(height=_STORY_PX if len(text) > _LONG else "content", border=False):
                facts.one(title, text)


def _tags(tags: pl.DataFrame) -> None:
    if tags.is_empty():
        return
    with st.container(gap="xxsmall"):
        st.caption("Tags")
        with st.container(horizontal=True, gap="small"):
            for key, values in tags.select("key", "values").iter_rows():
                st.badge(in_badge(f"{key}: {', '.join(values)}" if len(values) else key), color="gray")


def in_badge(text: str) -> str:
    """Escape text for a badge, which escapes square brackets itself."""
    return format.markdown(text).replace("\\[", "[").replace("\\]", "]")


def _headlines(detail: RunDetail) -> None:
    """List stated results, then the last value of each series."""
    stated = pl.DataFrame(
        {
            "key": detail.results["key"],
            "value": [
                text if number is None else format.number(number)
                for text, number in detail.results.select("value", "value_num").iter_rows()
            ],
            "how": ["stated"] * detail.results.height,
        },
        schema=dict.fromkeys(("key", "value", "how"), pl.String),
    )
    last = pl.DataFrame(
        {
            "key": detail.summaries["key"],
            "value": [format.number(value) for value in detail.summaries["last_value"]],
            "how": ["last"] * detail.summaries.height,
        },
        schema=stated.schema,
    )
    rows = pl.concat([stated, last])
    if rows.is_empty():
        return
    st.caption(f"Results ({rows.height:,})")
    labels = {"key": "Result", "value": "Value", "how": "How"}
    table.show(
        rows,
        labels=labels,
        right=["value"],
        widths={"key": 190, "value": 105, "how": 62},
        most_px=280,
        alt="Results of the run",
    )


def _children(detail: RunDetail) -> None:
    if detail.children.is_empty():
        return
    rows: list[dict[str, Any]] = detail.children.to_dicts()
    shown = pl.DataFrame(
        {
            "name": [row["name"] or "(unnamed)" for row in rows],
            "status": [row["status"] for row in rows],
            "started": [format.local(row["started_at"]) for row in rows],
            "duration": [format.duration(row["duration_s"]) for row in rows],
        }
    )
    st.caption(f"Nested runs ({len(rows):,})")
    c = st.column_config
    st.dataframe(
        table.arrow(shown),
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(rows), most_px=300),
        column_config={
            "name": c.ButtonColumn("Run", type="tertiary", alignment="left", key=_CHILDREN),
            "status": "Status",
            "started": "Started",
            "duration": c.TextColumn("Duration", alignment="right"),
        },
        alt="Runs nested in this one",
    )
    click = st.session_state.get(_CHILDREN)
    if click is not None and click["row"] < len(rows):
        st.switch_page("app_pages/run.py", query_params={"id": rows[click["row"]]["run_id"]})
