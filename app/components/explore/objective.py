"""What the Explore page judges runs by: a metric, which value of its series, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import polars as pl
import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import curve_controls
from components.runs import run_table
from reads import data
from runlake.formats import in_order

_WORDS = {"last": "last value", "min": "least value", "max": "greatest value", "mean": "mean value"}
_HELD_OUT = ("val", "valid", "test", "eval")
_HIGHER, _LOWER, _UNSAID = "Higher is better", "Lower is better", "Better: not said"


@dataclass(frozen=True, slots=True)
class Objective:
    """What runs are judged by.

    Attributes:
        base: the column of the metric, such as `metrics.loss`; "" where these runs have no number.
        of: which value of its series; "" for what has no series.
        maximize: whether the greatest is the best; None where nobody has said so.
        declared: an experiment of these runs says so.
    """

    base: str
    of: str
    maximize: bool | None
    declared: bool

    @property
    def column(self) -> str:
        """The column of the run table that holds it."""
        return f"{self.base}.{self.of}" if self.of not in ("", "last") else self.base

    @property
    def words(self) -> str:
        """What it is, in words; holds a name from data."""
        name = in_order(self.base.partition(".")[2] or self.base)
        return f"{name} ({_WORDS[self.of]})" if self.of else name


def numbers(frame: pl.DataFrame) -> dict[str, int]:
    """Return what a run can be judged by, metrics, results and duration, and how many runs have a finite one of it."""
    names = [name for name in frame.columns if name.startswith(("metrics.", "summary.")) or name == "duration_s"]
    finite = frame.select(pl.col(names).cast(pl.Float64).is_finite().sum())
    found = finite.row(0, named=True) if names else {}
    return dict(sorted(found.items(), key=lambda item: not item[1]))


def choose(frame: pl.DataFrame) -> Objective:
    """Return what the reader chose, or else what the experiments of these runs declare, or else what most runs log."""
    offered = numbers(frame)
    declared = declarations(frame)
    wanted = state.EXPLORE_METRIC.get()
    if wanted not in offered:
        wanted = next((base for base in declared if base in offered), _fullest(offered))
    reducer, maximize = declared.get(wanted, ("last", None))
    of = (state.EXPLORE_OF.get() or reducer) if wanted.startswith("metrics.") else ""
    return Objective(wanted, of, direction(wanted, declared), maximize is not None)


def declarations(frame: pl.DataFrame) -> dict[str, tuple[str, bool | None]]:
    """Return the primary metrics of the experiments of these runs, those of most runs first: which value, which way.

    The way is None where two experiments contradict each other.
    """
    counts = dict(frame["experiment"].drop_nulls().value_counts().iter_rows())
    rows = data.experiments().filter(pl.col("primary_metric").is_not_null()).iter_rows(named=True)
    found: dict[str, tuple[str, bool | None]] = {}
    for row in sorted(rows, key=lambda row: -counts.get(row["path"], 0)):
        if not counts.get(row["path"]):
            continue
        base = f"metrics.{row['primary_metric']}"
        reducer = row["reducer"] if row["reducer"] in _WORDS else "last"
        maximize = {"maximize": True, "minimize": False}.get(row["direction"])
        before = found.setdefault(base, (reducer, maximize))
        if before[1] != maximize:
            found[base] = (before[0], None)
    return found


def direction(base: str, declared: dict[str, tuple[str, bool | None]]) -> bool | None:
    """Return whether the greatest of a column is the best: what the reader said, else what is declared."""
    if base in state.EXPLORE_HIGHER.get():
        return True
    return False if base in state.EXPLORE_LOWER.get() else declared.get(base, ("", None))[1]


def controls(frame: pl.DataFrame, chosen: Objective) -> None:
    """Draw the choice of metric, value and direction."""
    columns = tuple(numbers(frame))
    st.selectbox(
        "Objective",
        columns,
        format_func=apart(
            columns, lambda name: in_order(name.partition(".")[2] or "Duration in seconds"), run_table.kind
        ),
        label_visibility="collapsed",
        icon=":material/target:",
        width=230,
        **curve_controls.mirror(state.EXPLORE_METRIC, chosen.base),
    )
    if chosen.of:
        st.selectbox(
            "Value of the series",
            tuple(_WORDS),
            format_func=lambda of: _WORDS[of].capitalize(),
            label_visibility="collapsed",
            width=150,
            **curve_controls.mirror(state.EXPLORE_OF, chosen.of),
        )
    if chosen.base:
        better(chosen.base, chosen.maximize, label="collapsed")


def better(base: str, maximize: bool | None, *, label: Literal["visible", "collapsed"] = "visible") -> None:
    """Draw the choice which way a column is better, with its name where `label` is visible."""
    key = f"explore.better.{format.handle(base)}"
    st.session_state[key] = {True: _HIGHER, False: _LOWER, None: _UNSAID}[maximize]
    st.selectbox(
        f"Better of {format.markdown(base.partition('.')[2] or base)}",
        (_HIGHER, _LOWER, *([_UNSAID] if maximize is None else [])),
        key=key,
        label_visibility=label,
        on_change=partial(_say, base, key),
        width=165,
    )


def said(chosen: Objective) -> str:
    """Say where the direction comes from; "" where the reader can see it."""
    if chosen.maximize is None:
        return "No experiment declares which way is better; say so to see the best."
    name = format.markdown(chosen.base.partition(".")[2])
    return f"An experiment declares the direction of {name}." if chosen.declared else ""


def _say(base: str, key: str) -> None:
    chosen = st.session_state[key]
    for param, word in ((state.EXPLORE_HIGHER, _HIGHER), (state.EXPLORE_LOWER, _LOWER)):
        others = tuple(name for name in param.get() if name != base)
        param.set((*others, base) if chosen == word else others)


def _fullest(offered: dict[str, int]) -> str:
    def order(name: str) -> tuple[bool, int, bool]:
        held_out = name.partition(".")[2].lower().startswith(_HELD_OUT)
        return not name.startswith("metrics."), -offered[name], not held_out

    return min(offered, key=order, default="")
