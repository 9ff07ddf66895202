"""Choosing columns: presets, and for each column up, down, pin, hide; any other can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, table
from components.apart import apart
from components.runs import columns, run_table
from components.runs.column_order import Order
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MENU = "runs.columns.menu"
_ADD = "runs.columns.add"
_LISTED = "runs.columns.listed"
_ROW_PX, _MOST_PX = 33, 317
_BUTTONS = {
    "up": ("Up", ":material/arrow_upward:"),
    "down": ("Down", ":material/arrow_downward:"),
    "pin": ("Pin", ":material/keep:"),
    "hide": ("Hide", ":material/close:"),
}
_UNPIN = ":material/keep_off:"
_DO: dict[str, Callable[[Order, str], Order]] = {
    "up": lambda order, column: order.moved(column, -1),
    "down": lambda order, column: order.moved(column, 1),
    "pin": Order.turned,
    "hide": Order.without,
}


def show(shown: Sequence[str]) -> None:
    """Draw the menu of the columns; what is in it is made only once it is open.

    Args:
        shown: the columns of the table, after the name.
    """
    # What has no widget in this run would be forgotten.
    state.RUNS_PRESET.set(state.RUNS_PRESET.get())
    menu = st.popover("Columns", icon=":material/view_column:", on_change="rerun", key=_MENU)
    if not menu.open:
        return
    with menu:
        st.segmented_control(
            "Columns",
            state.RUNS_PRESET.choices,
            key=state.RUNS_PRESET.key,
            persist_state="session",
            format_func=format.segment,
            required=True,
            label_visibility="collapsed",
        )
        offered = [column for column in columns.offered() if column not in shown]
        st.selectbox(
            "Add a column",
            offered,
            index=None,
            key=_ADD,
            placeholder="Add a column: a metric, its max, its curve, a tag, the commit",
            format_func=apart(offered, words),
            on_change=_add,
            label_visibility="collapsed",
        )
        _grid(Order(tuple(shown), state.RUNS_PINS.get()).shown)
        st.caption("An order of your own becomes the set Custom. All of it is in the link.")


def undrawn(metrics: Sequence[str]) -> None:
    """Say whose curves are not drawn, and what draws them."""
    if metrics:
        names = ", ".join(format.markdown(metric) for metric in metrics)
        st.caption(
            f"Not drawn: the curves of {names}. Show fewer runs: all curves of a table together have at most "
            f"{run_table.MOST_POINTS:,} points, of {columns.MOST_CURVED} runs."
        )


def words(column: str) -> str:
    """Say what a column is, for a list of all that there are; plain text."""
    return f"{in_order(columns.heading(column))}  ({columns.kind(column)})"


def press(what: str, column: str) -> None:
    """Do what a button beside a column says: up, down, pin or hide."""
    order = _DO[what](Order(st.session_state.get(_LISTED, ()), state.RUNS_PINS.get()), column)
    state.RUNS_PINS.set(order.pins)
    if what != "pin":
        _own(order)


def _own(order: Order) -> None:
    state.RUNS_COLUMNS.set(order.shown)
    state.RUNS_PRESET.set("Custom")


def _add() -> None:
    column = st.session_state.get(_ADD)
    if column:
        _own(Order(st.session_state.get(_LISTED, ()), state.RUNS_PINS.get()).having(column))
    st.session_state[_ADD] = None


def _grid(shown: Sequence[str]) -> None:
    st.session_state[_LISTED] = tuple(shown)
    pins = state.RUNS_PINS.get()
    rows = {
        "column": [columns.heading(c) for c in shown],
        "kind": [columns.kind(c) for c in shown],
        **{
            name: [icon if name != "pin" or c not in pins else _UNPIN for c in shown]
            for name, (_, icon) in _BUTTONS.items()
        },
    }
    c = st.column_config
    st.dataframe(
        table.arrow(pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String))),
        key="runs.columns.grid",
        hide_index=True,
        width=560,
        height=min(_MOST_PX, _ROW_PX * (len(shown) + 1) + 3),
        row_height=_ROW_PX,
        column_config={
            "column": c.TextColumn("Column", width=190),
            "kind": c.TextColumn("What", width=130),
            **{name: _button(name, heading) for name, (heading, _) in _BUTTONS.items()},
        },
        alt="The columns of the table, with buttons to move, pin and hide each",
    )


def _button(name: str, heading: str) -> Any:
    key = f"runs.columns.{name}"
    return st.column_config.ButtonColumn(
        heading, type="tertiary", width=52, key=key, on_click=_clicked, args=(name, key)
    )


def _clicked(name: str, key: str) -> None:
    click, listed = st.session_state.get(key), st.session_state.get(_LISTED, ())
    if click is not None and click["row"] < len(listed):
        press(name, listed[click["row"]])
