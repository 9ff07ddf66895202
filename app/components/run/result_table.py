"""The results of a run: what was stated, the summary of each series, and what was logged by step and is no number."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import format, matching, search_box, table
from reads import data

if TYPE_CHECKING:
    from runlake.query import RunDetail

_SERIES = {
    "key": "Metric",
    "last": "Last",
    "min": "Least",
    "min_step": "at step",
    "max": "Greatest",
    "max_step": "at step ",
    "mean": "Mean",
    "std": "Std",
    "count": "Points",
    "nan_count": "NaN",
    "inf_count": "Infinite",
}
_MOST_VALUES = 2000


def show(detail: RunDetail) -> None:
    """Draw the search and what matches.

    Raises:
        QueryError: the expression does not parse.
    """
    search_box.show("Search results")
    query = state.RUN_SEARCH.get()
    results(detail.results, query=query)
    summaries(detail.summaries, query=query)
    values(data.values((detail.run_id,)), query=query)


def results(found: pl.DataFrame, *, query: str = "") -> None:
    """Draw explicit results: key, value, type.

    Raises:
        QueryError: the expression does not parse.
    """
    kept = found.filter(pl.Series(matching.matches(found["key"].to_list(), query), dtype=pl.Boolean))
    if kept.is_empty():
        return
    st.caption("Stated by the run with run.summary, which no later point overwrites.")
    labels = {"key": "Result", "value": "Value", "type": "Type"}
    table.show(kept, labels=labels, widths={"type": 70}, alt="Explicit results of the run")


def summaries(found: pl.DataFrame, *, query: str = "") -> None:
    """Draw the summary of each series.

    Raises:
        QueryError: the expression does not parse.
    """
    kept = found.filter(pl.Series(matching.matches(found["key"].to_list(), query), dtype=pl.Boolean))
    if kept.is_empty():
        st.caption("No metric matches." if found.height else "No metric was logged.")
        return
    columns = {"last": "last_value", "min": "min_value", "max": "max_value", "mean": "mean", "std": "std"}
    steps = {"min_step": "min_step", "max_step": "max_step"}
    counts = ("count", "nan_count", "inf_count")
    shown = pl.DataFrame(
        {
            "key": kept["key"],
            **{name: [exact(v) for v in kept[column]] for name, column in (columns | steps).items()},
            **{name: [format.number(v) for v in kept[name]] for name in counts},
        }
    )
    right = [name for name in _SERIES if name != "key"]
    table.show(shown, labels=_SERIES, right=right, widths={"key": 260}, alt="Summary of each metric of the run")


def values(found: pl.DataFrame, *, query: str = "") -> None:
    """Draw what was logged by step and is no number: text, flags, none, lists.

    Raises:
        QueryError: the expression does not parse.
    """
    kept = found.filter(pl.Series(matching.matches(found["key"].to_list(), query), dtype=pl.Boolean))
    if kept.is_empty():
        return
    cut = f" The first {_MOST_VALUES:,} of {kept.height:,} are shown." if kept.height > _MOST_VALUES else ""
    st.caption(f"Logged by step, but no numbers.{cut}")
    head = kept.head(_MOST_VALUES)
    shown = pl.DataFrame(
        {
            "key": head["key"],
            "step": [exact(step) for step in head["step"]],
            "value": [plain(value) for value in head["value"]],
            "type": head["type"],
        }
    )
    labels = {"key": "Key", "step": "Step", "value": "Value", "type": "Type"}
    table.show(
        shown, labels=labels, right=["step"], widths={"type": 70, "step": 90}, alt="Logged values that are no numbers"
    )


def exact(value: float | None) -> str:
    """Show a number with up to ten significant digits.

    >>> [exact(v) for v in (0.1, 1234567.0, 2e-7, 3.0, float("nan"), float("-inf"), None)]
    ['0.1', '1234567', '2e-07', '3', 'NaN', '-∞', '–']
    """
    if value is None or not math.isfinite(value):
        return format.number(value)
    return f"{value:.10g}"


def plain(value: str) -> str:
    """Show a value that is stored as JSON: a text without its quotes, the rest as it is.

    >>> [plain(v) for v in ('"a text"', "[1, 2]", "null", "not json")]
    ['a text', '[1, 2]', 'null', 'not json']
    """
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, str) else value
