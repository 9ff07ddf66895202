"""Which columns the run table has: presets, own choice, and what is asked of the store for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import data
import state
from components import expressions, format, run_table

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTRIBUTES = ("status", "experiment", "user", "started_at", "duration_s")
ALWAYS = ("run_id", "name", "status", "started_at", "duration_s")
_HEADLINES = 4
_CANDIDATES = 12
_MOST = 60
_LEADING = ("val", "valid", "test", "eval")


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns to ask for, and which of them are only candidates."""

    columns: tuple[str, ...]
    left_out: int = 0  # columns beyond what one table shows
    headlines: tuple[str, ...] = ()  # candidates, of which the fullest few stay
    asked: tuple[str, ...] = ()  # what the runs are filtered or sorted by: stays in any case


def keyed() -> tuple[str, ...]:
    """Return a column for each attribute and each key."""
    gaps = set(_gaps())
    return tuple(column for column in available() if column not in gaps)


def available() -> tuple[str, ...]:
    """Return every column that the table can have, attributes first; the gaps between splits follow the metrics."""
    keys = data.keys()
    return (
        *ATTRIBUTES,
        *(f"metrics.{k}" for k in keys.metrics),
        *_gaps(),
        *(f"summary.{k}" for k in keys.summary),
        *(f"params.{k}" for k in keys.params),
        *(f"tags.{k}" for k in keys.tags),
    )


def is_known(column: str) -> bool:
    """Return whether the table can have a column: one that is on offer, or an aspect of a metric, such as its least."""
    everything = available()
    return column in everything or expressions.whole(expressions.field(column, keyed())) in everything


def choose(asked: Sequence[str] = ()) -> Choice:
    """Return the columns that the preset or the reader's own choice asks for.

    Args:
        asked: columns that the runs are ranked, filtered or sorted by, which a preset has to show first.
    """
    everything = available()
    match state.RUNS_PRESET.get():
        case "Params":
            return _capped(("status", *_named(asked), *_of(everything, "params")))
        case "Metrics":
            return _capped(("status", *_named(asked), *_of(everything, "metrics"), *_of(everything, "summary")))
        case "All":
            return _capped((*ATTRIBUTES, *_named(asked), *everything, "run_id"))
        case "Custom":
            return _capped(_own()) if _own() else _summary(everything, asked)
        case _:
            return _summary(everything, asked)


def read(choice: Choice, *, where: str, order_by: str, limit: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the rows of the table and decide which columns to show of them.

    Of the headlines only the few that most of these runs have stay, and the first of them brings its curve.
    """
    asked = tuple(dict.fromkeys((*ALWAYS, *choice.columns)))
    rows = data.runs(where=where or None, order_by=order_by, limit=limit, columns=asked)
    best = _fullest(rows, choice.headlines)
    shown = tuple(c for c in choice.columns if c not in choice.headlines or c in best or c in choice.asked)
    drawn = next((c.removeprefix("metrics.") for c in shown if c in best and c.startswith("metrics.")), None)
    if drawn is None or not _is_cheap(rows, drawn, where=where, order_by=order_by, limit=limit):
        return rows, shown
    curve = f"{run_table.CURVE}{drawn}"
    curves = data.curves(tuple(rows["run_id"]), (drawn,)).select("run_id", pl.col("curve").alias(curve))
    if curves.is_empty():
        return rows, shown
    place = shown.index(f"metrics.{drawn}") + 1
    return rows.join(curves, on="run_id", how="left", maintain_order="left"), (*shown[:place], curve, *shown[place:])


def controls() -> None:
    """Draw the preset switch and, for an own choice, the list of columns."""
    state.RUNS_PRESET.set(state.RUNS_PRESET.get())
    st.segmented_control(
        "Columns",
        state.RUNS_PRESET.choices,
        key=state.RUNS_PRESET.key,
        persist_state="session",
        format_func=format.segment,
        required=True,
        label_visibility="collapsed",
    )
    if state.RUNS_PRESET.get() == "Custom":
        with st.popover("Columns", icon=":material/view_column:"):
            st.multiselect(
                "Columns, in this order",
                tuple(dict.fromkeys((*available(), "run_id", *_own()))),
                key=state.RUNS_COLUMNS.key,
                placeholder="As in the summary; choose your own",
                persist_state="session",
                format_func=lambda column: f"{run_table.label(column)}  ({run_table.kind(column)})",
                width=420,
            )


def _gaps() -> tuple[str, ...]:
    keys = data.keys()
    # Where a series is called like a gap, the column is the series.
    return tuple(
        column for k in keys.gaps if (column := f"metrics.{k}.gap").removeprefix("metrics.") not in keys.metrics
    )


def _is_cheap(rows: pl.DataFrame, key: str, *, where: str, order_by: str, limit: int) -> bool:
    counted = data.runs(where=where or None, order_by=order_by, limit=limit, columns=(f"metrics.{key}.count",))
    return len(rows) <= 500 and (counted.to_series().sum() or 0) <= run_table.MOST_POINTS


def _fullest(rows: pl.DataFrame, headlines: Sequence[str]) -> list[str]:
    """Choose metrics before results, and of each those that most rows have; the first stands where several tie."""
    counts = {c: len(rows) - rows[c].null_count() for c in headlines}
    ranked = sorted((c for c in headlines if counts[c]), key=lambda c: (c.startswith("summary."), -counts[c]))
    return ranked[:_HEADLINES]


def _summary(everything: Sequence[str], asked: Sequence[str]) -> Choice:
    headlines = _headlines(everything)
    named = _named(asked)
    return Choice(tuple(dict.fromkeys((*ATTRIBUTES, *named, *headlines))), headlines=headlines, asked=named)


def _own() -> tuple[str, ...]:
    return tuple(c for c in state.RUNS_COLUMNS.get() if c == "run_id" or is_known(c))


def _named(asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(c for c in dict.fromkeys(asked) if c not in ATTRIBUTES and is_known(c))


def _headlines(everything: Sequence[str]) -> tuple[str, ...]:
    declared = data.experiments()["primary_metric"].drop_nulls().unique(maintain_order=True).to_list()
    gaps = set(_gaps())
    metrics = tuple(column for column in _of(everything, "metrics") if column not in gaps)
    first = [f"metrics.{key}" for key in declared if f"metrics.{key}" in metrics]
    rest = sorted(metrics, key=lambda c: not run_table.label(c).lower().startswith(_LEADING))
    return tuple(dict.fromkeys([*first, *rest]))[:_CANDIDATES] + _of(everything, "summary")[:_HEADLINES]


def _of(columns: Sequence[str], kind: str) -> tuple[str, ...]:
    return tuple(c for c in columns if c.startswith(f"{kind}."))


def _capped(columns: Sequence[str]) -> Choice:
    columns = tuple(dict.fromkeys(columns))
    return Choice(columns[:_MOST], max(0, len(columns) - _MOST))
