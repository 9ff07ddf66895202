"""The runs of a large comparison: a list that is searched, sorted and scrolled, in which runs are ticked to lift them out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, matching, search_box, table, ticking
from components.runs.run_table import number_format
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.compare.slots import Slot

_GRID, _SHOWN = "compare.list", "compare.list.shown"
_REFERENCE, _REMOVE, _OPEN = "compare.list.reference", "compare.list.remove", "compare.list.open"
_BUTTON_PX = 34


def show(runs: Sequence[Slot], values: Mapping[str, float | None], metric: str | None, *, most_px: int) -> None:
    """Draw the search and the list.

    Args:
        runs: the comparison.
        values: run id to the last value of `metric`.
        metric: its key; None where there is none.
        most_px: the list scrolls beyond this height.

    Raises:
        QueryError: the search does not parse.
    """
    opened = state.COMPARE_OPEN.get()
    listed = [(n, run) for n, run in enumerate(runs, start=1) if not opened or run.group == opened]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search_box.show("Search runs", param=state.COMPARE_FIND)
        if opened:
            st.button("All runs", key="compare.list.all", type="tertiary", on_click=state.COMPARE_OPEN.reset)
    kept = matching.matches([run.label for _, run in listed], state.COMPARE_FIND.get())
    listed = [one for one, found in zip(listed, kept, strict=True) if found]
    st.session_state[_SHOWN] = tuple(run.run_id for _, run in listed)
    if not listed:
        st.caption("No run matches.")
        return
    ids = st.session_state[_SHOWN]
    lifted = set(state.COMPARE_LIFTED.get())
    st.session_state[_GRID] = {
        "selection": {"rows": [row for row, one in enumerate(ids) if one in lifted], "columns": [], "cells": []}
    }
    shown = _frame(listed, values, first=runs[0].run_id)
    st.dataframe(
        table.arrow(shown),
        key=_GRID,
        hide_index=True,
        on_select=partial(_lift, _GRID),
        selection_mode="multi-row",
        row_height=table.ROW_PX,
        height=table.height(len(listed), most_px=most_px),
        placeholder=format.NOTHING,
        column_config=_config(listed, shown, metric),
        alt="The runs that are compared, with their colours",
    )
    st.caption(_said(len(listed), len(runs), opened))
    if (run_id := _clicked(_OPEN)) is not None:
        st.switch_page("app_pages/run.py", query_params={"id": run_id})


def _frame(listed: Sequence[tuple[int, Slot]], values: Mapping[str, float | None], *, first: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "reference": ["★" if run.run_id == first else "☆" for _, run in listed],
            "open": ["↗"] * len(listed),
            "remove": ["✕"] * len(listed),
            "number": [number for number, _ in listed],
            "run": [[run.label] for _, run in listed],
            "value": pl.Series([values.get(run.run_id) for _, run in listed], dtype=pl.Float64),
        }
    )


def _config(listed: Sequence[tuple[int, Slot]], shown: pl.DataFrame, metric: str | None) -> dict[str, Any]:
    c = st.column_config
    button: dict[str, Any] = {"type": "tertiary", "width": _BUTTON_PX, "alignment": "center"}
    labels = [run.label for _, run in listed]
    heading = "Last" if metric is None else in_order(metric.rpartition("/")[2])
    return {
        "reference": c.ButtonColumn(
            "★",
            help="The reference; click a star to change it.",
            key=_REFERENCE,
            on_click=lambda: ticking.lead(_clicked(_REFERENCE)),
            **button,
        ),
        "open": c.ButtonColumn("", help="Opens the run.", key=_OPEN, **button),
        "remove": c.ButtonColumn(
            "", help="Takes the run out.", key=_REMOVE, on_click=lambda: ticking.drop(_clicked(_REMOVE)), **button
        ),
        "number": c.NumberColumn("#", help="The place in the comparison, which the picture tells too", width=44),
        "run": c.MultiselectColumn(
            "Run",
            options=labels,
            color=[run.color for _, run in listed],
            width=min(180, int(24 + 6.8 * max(map(len, labels)))),
        ),
        "value": c.NumberColumn(heading, help="The last value", format=number_format(shown["value"]), width=84),
    }


def _said(listed: int, runs: int, opened: str) -> str:
    of = f" of {format.markdown(opened)}" if opened else ""
    counted = f"{listed:,} of {runs:,} runs{of}." if listed < runs else f"{runs:,} runs."
    return f"{counted} Tick some to lift them out; a click on a heading sorts. ★ is the reference."


def _clicked(key: str) -> str | None:
    click, shown = st.session_state.get(key), st.session_state.get(_SHOWN, ())
    return shown[click["row"]] if click is not None and click["row"] < len(shown) else None


def _lift(grid: str) -> None:
    shown = st.session_state.get(_SHOWN, ())
    now = [shown[row] for row in st.session_state[grid]["selection"]["rows"] if row < len(shown)]
    others = [run_id for run_id in state.COMPARE_LIFTED.get() if run_id not in set(shown)]
    wanted = [*others, *now]
    state.COMPARE_LIFTED.set(tuple(wanted[: state.AT_HAND]))
    if len(wanted) > state.AT_HAND:
        st.toast(f"At most {state.AT_HAND} runs can be lifted out.", icon=":material/info:")
