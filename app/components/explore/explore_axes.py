"""Which columns are axes, in which order, and on which scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import curve_controls
from components.runs import run_table
from reads import explored
from runlake.analysis.axes import axis
from runlake.formats import in_order

if TYPE_CHECKING:
    import polars as pl

    from components.explore.objective import Objective
    from runlake.analysis.axes import Axis

DEFAULT, MOST = 8, 12


def offered(frame: pl.DataFrame, ranked: tuple[str, ...]) -> list[str]:
    """Return what can be an axis: first the params that vary, then other numbers, then the params that do not vary."""
    others = [name for name in frame.columns if name.startswith(("summary.", "metrics.")) or name == "duration_s"]
    constant = [name for name in frame.columns if name.startswith("params.") and name not in ranked]
    return [*ranked, *others, *constant]


def chosen(frame: pl.DataFrame, ranked: tuple[str, ...]) -> list[str]:
    """Return the axes that the reader chose and these runs have; where there are none, the params that tell most."""
    kept = [name for name in state.EXPLORE_AXES.get() if name in frame.columns][:MOST]
    return kept or list(ranked[:DEFAULT])


def made(where: str, names: list[str], chosen_objective: Objective) -> list[Axis]:
    """Make the axes, the objective as the last."""
    last = [chosen_objective.column] if chosen_objective.base else []
    return [one(where, name) for name in [*(name for name in names if name not in last), *last]]


def one(where: str, name: str) -> Axis:
    """Make one axis of a column of these runs."""
    return axis(explored.explored_values(where, name).alias(name), turned=state.EXPLORE_TURNED.get())


def label(name: str) -> str:
    """Return how an axis is called in a list."""
    kind, _, key = name.partition(".")
    words = {"metrics": "metric", "summary": "result"}.get(kind, "")
    return in_order(f"{key}  ({words})" if words else key or "duration in seconds")


def controls(frame: pl.DataFrame, ranked: tuple[str, ...], names: list[str]) -> None:
    """Draw the list of axes: its order is theirs."""
    columns = offered(frame, ranked)
    st.multiselect(
        "Axes, from left to right",
        columns,
        format_func=apart(columns, label, run_table.kind),
        max_selections=MOST,
        placeholder="The parameters that tell most",
        label_visibility="collapsed",
        **curve_controls.mirror(state.EXPLORE_AXES, tuple(names)),
    )


def scales(axes: list[Axis]) -> None:
    """Draw the choice of logarithmic axes among those that can be."""
    names = list(dict.fromkeys(axis.name for axis in axes if axis.can_log))
    if not names:
        st.caption("No axis can be logarithmic: each has values that are not above zero, or no number.")
        return
    key = "explore.log"
    shown = [axis.name for axis in axes if axis.is_log]
    st.session_state[key] = shown
    st.multiselect(
        "Logarithmic axes",
        names,
        key=key,
        format_func=apart(names, label, run_table.kind),
        placeholder="None",
        on_change=_turn,
        args=(key, tuple(shown)),
    )
    st.caption(f"By itself an axis is logarithmic where its values span more than {format.number(100)} times.")


def _turn(key: str, before: tuple[str, ...]) -> None:
    changed = set(before) ^ set(st.session_state[key])
    state.EXPLORE_TURNED.set(tuple(sorted(set(state.EXPLORE_TURNED.get()) ^ changed)))
