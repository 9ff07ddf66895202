"""Which columns the run table has: presets, own choice and pins, and what is asked of the store for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

import state
from components.runs import expressions, run_table
from components.runs.column_order import Order
from reads import data
from runlake.query.expression import ATTRIBUTES as EVERY_ATTRIBUTE
from runlake.query.expression import LAST, METRIC_ASPECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTRIBUTES = ("status", "experiment", "user", "started_at", "duration_s")
DATA = "data"
ALWAYS = ("run_id", "name", "status", "started_at", "duration_s")
_HEADLINES = 4
_CANDIDATES = 12
_MOST = 60
MOST_CURVED = 500  # rows that have small pictures
_NOT_OFFERED = ("name", "deleted", "experiment_id")
_LEADING = ("val", "valid", "test", "eval")


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns to ask for, and which of them are only candidates."""

    columns: tuple[str, ...]
    left_out: int = 0  # columns beyond what one table shows
    headlines: tuple[str, ...] = ()  # candidates, of which the fullest few stay
    asked: tuple[str, ...] = ()  # what the runs are filtered or sorted by: stays in any case


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown.

    Attributes:
        rows: the runs, with all columns.
        columns: in the order shown, after the name; the pinned ones first.
        pins: those that stay at the left.
        undrawn: metrics whose curves were asked for but are of too many runs or points.
    """

    rows: pl.DataFrame
    columns: tuple[str, ...]
    pins: tuple[str, ...] = ()
    undrawn: tuple[str, ...] = ()


def keyed() -> tuple[str, ...]:
    """Return a column for each attribute and each key."""
    gaps = set(_gaps())
    return tuple(column for column in available() if column not in gaps)


def available() -> tuple[str, ...]:
    """Return every column that the table can have, attributes first; the gaps between splits follow the metrics."""
    keys = data.keys()
    return (
        *ATTRIBUTES,
        *((DATA,) if keys.datasets else ()),
        *(f"metrics.{k}" for k in keys.metrics),
        *_gaps(),
        *(f"summary.{k}" for k in keys.summary),
        *(f"params.{k}" for k in keys.params),
        *(f"tags.{k}" for k in keys.tags),
    )


def offered() -> tuple[str, ...]:
    """Return all that a reader can add: every attribute, and of each metric each of its numbers and its curve."""
    keys = data.keys()
    numbers = [f".{aspect}" if aspect != LAST else "" for aspect in METRIC_ASPECTS]
    return (
        *(a for a in EVERY_ATTRIBUTE if a not in _NOT_OFFERED),
        *(column for k in keys.metrics for column in (*(f"metrics.{k}{n}" for n in numbers), f"{run_table.CURVE}{k}")),
        *_gaps(),
        *(column for column in available() if not column.startswith("metrics.") and "." in column),
    )


def is_known(column: str) -> bool:
    """Return whether the table can have a column: one that is on offer, or an aspect of a metric, such as its least."""
    everything = available()
    if column.startswith(run_table.CURVE):
        return column.replace(run_table.CURVE, "metrics.", 1) in everything
    if column in EVERY_ATTRIBUTE:
        return column not in ("name", "deleted")
    return column in everything or expressions.whole(expressions.field(column, keyed())) in everything


def heading(column: str) -> str:
    """Return the heading of a column where it stands alone."""
    if column.startswith(run_table.CURVE):
        return f"{run_table.label(column.replace(run_table.CURVE, 'metrics.', 1))} by step"
    return run_table.label(column)


def kind(column: str) -> str:
    """Return what a column is one of, in words."""
    return "curve" if column.startswith(run_table.CURVE) else run_table.kind(column)


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


def read(choice: Choice, *, where: str, order_by: str, limit: int) -> Table:
    """Read the rows of the table and decide which columns to show of them.

    Of the headlines only the few that most of these runs have stay, and the first of them brings its curve.
    """
    plain = [c for c in choice.columns if not c.startswith(run_table.CURVE)]
    rows = data.runs(
        where=where or None, order_by=order_by, limit=limit, columns=tuple(dict.fromkeys((*ALWAYS, *plain)))
    )
    best = _fullest(rows, choice.headlines)
    shown = tuple(c for c in choice.columns if c not in choice.headlines or c in best or c in choice.asked)
    asked = tuple(c.removeprefix(run_table.CURVE) for c in shown if c.startswith(run_table.CURVE))
    first = next((c.removeprefix("metrics.") for c in shown if c in best and c.startswith("metrics.")), None)
    usual = () if first is None or first in asked else (first,)
    cheap = _cheap(rows, (*asked, *usual), where=where, order_by=order_by, limit=limit)
    rows, drawn = _with_curves(rows, cheap)
    if usual and first in drawn:
        place = shown.index(f"metrics.{first}") + 1
        shown = (*shown[:place], f"{run_table.CURVE}{first}", *shown[place:])
    shown = tuple(c for c in shown if not c.startswith(run_table.CURVE) or c in rows.columns)
    order = Order(shown, state.RUNS_PINS.get())
    pins = tuple(c for c in order.shown if c in order.pins)
    return Table(rows, order.shown, pins, tuple(key for key in asked if key not in cheap))


def _cheap(rows: pl.DataFrame, keys: Sequence[str], *, where: str, order_by: str, limit: int) -> tuple[str, ...]:
    """Return those whose points can be read in no time, as long as there is room for them together."""
    if not keys or len(rows) > MOST_CURVED:
        return ()
    columns = tuple(f"metrics.{key}.count" for key in keys)
    counts = data.runs(where=where or None, order_by=order_by, limit=limit, columns=columns)
    kept, points = [], 0
    for key, column in zip(keys, columns, strict=True):
        more = int(counts[column].sum() or 0)
        if points + more <= run_table.MOST_POINTS:
            kept.append(key)
            points += more
    return tuple(kept)


def _with_curves(rows: pl.DataFrame, keys: Sequence[str]) -> tuple[pl.DataFrame, set[str]]:
    """Add a column per curve, and say which metrics have one; of a metric without a finite point there is none."""
    drawn: set[str] = set()
    if not keys:
        return rows, drawn
    long = data.curves(tuple(rows["run_id"]), tuple(keys))
    for key in keys:
        curves = long.filter(pl.col("key") == key)
        if not curves.is_empty():
            named = curves.select("run_id", pl.col("curve").alias(f"{run_table.CURVE}{key}"))
            rows = rows.join(named, on="run_id", how="left", maintain_order="left")
            drawn.add(key)
    return rows, drawn


def _gaps() -> tuple[str, ...]:
    keys = data.keys()
    # Where a series is called like a gap, the column is the series.
    return tuple(
        column for k in keys.gaps if (column := f"metrics.{k}.gap").removeprefix("metrics.") not in keys.metrics
    )


def _fullest(rows: pl.DataFrame, headlines: Sequence[str]) -> list[str]:
    """Choose metrics before results, and of each those that most rows have; the first stands where several tie."""
    counts = {c: len(rows) - rows[c].null_count() for c in headlines}
    ranked = sorted((c for c in headlines if counts[c]), key=lambda c: (c.startswith("summary."), -counts[c]))
    return ranked[:_HEADLINES]


def _summary(everything: Sequence[str], asked: Sequence[str]) -> Choice:
    headlines = _headlines(everything)
    named = _named(asked)
    used = _of_data(everything)
    return Choice(tuple(dict.fromkeys((*ATTRIBUTES, *named, *headlines, *used))), headlines=headlines, asked=named)


def _of_data(everything: Sequence[str]) -> tuple[str, ...]:
    return (DATA,) if DATA in everything else ()


def _own() -> tuple[str, ...]:
    return tuple(c for c in state.RUNS_COLUMNS.get() if is_known(c))


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
