"""What a run printed, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import format, matching, search_box
from reads import data
from runlake.formats import in_order

if TYPE_CHECKING:
    from runlake.query import RunDetail

_MOST_LINES = 2000
_MOST_CHARACTERS = 400_000
_STREAMS = ("all", "stdout", "stderr")
_LINE_PX = 19


def show(detail: RunDetail) -> None:
    """Draw the last lines that match, with controls for stream, times and search.

    Raises:
        QueryError: the search does not parse.
    """
    lines = data.console(detail.run_id)
    if lines.is_empty():
        st.caption("No console output was recorded.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        search_box.show("Search lines")
        stream = st.segmented_control(
            "Stream",
            _STREAMS,
            default="all",
            key="run.console.stream",
            required=True,
            label_visibility="collapsed",
            format_func=format.segment,
        )
        timed = st.toggle("Times", key="run.console.times", persist_state="session")
    found = lines if stream == "all" else lines.filter(pl.col("stream") == stream)
    found = found.filter(pl.Series(matching.matches(found["text"].to_list(), state.RUN_SEARCH.get()), dtype=pl.Boolean))
    shown = found.tail(_MOST_LINES)
    first = "" if shown.height == found.height else f"The last {shown.height:,} of "
    st.caption(
        f"{first}{found.height:,} lines" + (f", of {lines.height:,} recorded." if found.height < lines.height else ".")
    )
    if shown.height:
        text = written(shown, timed=timed)[-_MOST_CHARACTERS:]
        st.code(in_order(text), language=None, height=min(640, 40 + _LINE_PX * (text.count("\n") + 1)))


def written(lines: pl.DataFrame, *, timed: bool) -> str:
    """Write lines (ts, stream, text) as one text; what came from stderr is marked by `!`, as colour alone would not."""
    either = lines["stream"].n_unique() > 1
    marks = ["! " if stream == "stderr" else "  " if either else "" for stream in lines["stream"]]
    zone = format.zone() if timed else None
    times = [f"{ts.astimezone(zone):%H:%M:%S} " if zone else "" for ts in lines["ts"]]
    return "\n".join(time + mark + text for time, mark, text in zip(times, marks, lines["text"], strict=True))
