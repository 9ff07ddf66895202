"""The table of runs: which columns, how they read, which runs are ticked.

What is ticked is kept as run ids: the grid itself knows only positions, which mean other runs after
a filter or a sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, table, ticking
from components.datasets import dataset_view
from components.ticking import Grid
from reads import data
from runlake.figures.theme import STATUS_FILL, theme
from runlake.formats import in_order
from runlake.query.expression import GAP, METRIC_ASPECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.elements.lib.column_types import ColumnConfig

    from components.runs.primary import Primary


GRID = Grid("runs.grid")
OPEN = "runs.open"
OPEN_DATA = "runs.open.data"
SHOWN = "runs.shown"
DRAWER = "runs.drawer"
ROW_PX, HEIGHT_PX = 33, 488
_NUMBER_CHARACTERS, _WIDEST_PX = 7, 240
_SMALL = "%.4g"  # the grid writes out the zeros
_COMMIT_CHARACTERS = 10
_NAME_CHARACTERS = 42  # the grid does not clip a longer label
_LABELS = {
    "name": "Run",
    "status": "Status",
    "experiment": "Experiment",
    "user": "User",
    "started_at": "Started",
    "ended_at": "Ended",
    "duration_s": "Duration",
    "run_id": "Id",
    "data": "Data",
    "used": "Used as",
    "metric": "Decides",
    "value": "Value",
    "host": "Host",
    "heartbeat_at": "Last sign of life",
    "parent_run_id": "Parent",
    "notes": "Notes",
    "hypothesis": "Hypothesis",
    "expected_outcome": "Expected outcome",
    "conclusion": "Conclusion",
    "error": "Error",
    "source_type": "Source",
    "entry_point": "Entry point",
    "command": "Command",
    "git_commit": "Commit",
    "git_branch": "Branch",
    "git_dirty": "Uncommitted changes",
    "git_remote": "Remote",
    "python_version": "Python",
    "platform": "Platform",
    "cpu": "CPU",
    "memory_bytes": "Memory",
    "gpu": "GPU",
    "foreign_source": "Imported from",
    "foreign_id": "Id there",
}
CURVE = "curve:"  # before a metric: its course by step, as a small picture
MOST_POINTS = 300_000  # read for the small pictures of one table
ASPECTS = tuple(f".{aspect}" for aspect in METRIC_ASPECTS)
STATUSES = ("running", "finished", "failed", "killed")


def label(column: str) -> str:
    """Return the heading of a column: attributes in words, keys as they were logged."""
    if column.startswith(CURVE):
        return "by step"
    return _LABELS.get(column) or in_order(column.partition(".")[2] or column)


def kind(column: str) -> str:
    """Return what a column is one of, in words."""
    if column.startswith("metrics.") and column.endswith(f".{GAP}"):
        return "metric, its last value on validation minus that on train"
    if column.startswith("metrics.") and column.endswith(ASPECTS):
        return "metric"
    words = {"metrics": "metric, last value", "params": "parameter", "tags": "tag", "summary": "result"}
    return words.get(column.partition(".")[0], "attribute")


def number_format(values: pl.Series) -> str:
    """Choose one number format for a column, by the size of what is in it.

    >>> [number_format(pl.Series(v)) for v in ([1.0, 20.0], [0.123456, 0.9], [1e-7, 0.1], [12345.67], [1e-9, 1e9])]
    ['%,d', '%.4f', '%.4g', '%,.2f', '%.3e']
    """
    finite = values.drop_nulls().cast(pl.Float64)
    finite = finite.filter(finite.is_finite() & (finite != 0)).abs()
    if finite.is_empty():
        return "%.4f"
    least, greatest = float(finite.min() or 0), float(finite.max() or 0)  # type: ignore[arg-type]  # floats, not empty
    if greatest < 1e15 and bool((finite == finite.round()).all()):
        return "%,d"
    if least < 1e-4:
        return _SMALL if greatest < 1000 else "%.3e"
    if greatest >= 1e9:
        return "%.3e"
    return "%,.2f" if greatest >= 1000 else "%.4f"


@dataclass(frozen=True, slots=True)
class Order:
    """How all runs are ordered, and what is done where a heading is clicked.

    Attributes:
        column: by which.
        ascending: from the least on.
        by: a callback that takes the column whose heading was clicked.
    """

    column: str
    ascending: bool
    by: Callable[[str], None]


def show(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    order: Order,
    decides: Primary | None = None,
    pins: Sequence[str] = (),
    height: int = HEIGHT_PX,
) -> None:
    """Draw `columns` of `frame`, tick what is in the basket, and open a run on a click.

    Args:
        frame: one row per run, at most 10,000, with run_id, status, started_at, duration_s and the columns.
        columns: in the order shown; the name comes first anyway.
        order: of the runs, of which the frame may hold only the first.
        decides: what says which run is best; that run has a star before its name.
        pins: columns that stay at the left, the first ones of `columns`.
        height: pixels at most.
    """
    run_ids = tuple(frame["run_id"].to_list())
    st.session_state[SHOWN] = run_ids
    places = {run_id: row for row, run_id in enumerate(run_ids)}
    ticked = sorted(places[run_id] for run_id in state.basket() if run_id in places)
    GRID.tick(ticked)
    shown = (
        starred(with_elapsed(frame), decides)
        .select("name", *(c for c in columns if c != "name"))
        .with_columns(numbers(frame[c]) for c in columns if c.startswith("params."))
    )
    drawn = drawable(shown)
    st.dataframe(
        table.arrow(drawn),
        key=GRID.key,
        column_config=_config(drawn, order, decides, pins),
        hide_index=True,
        on_select=partial(GRID.take, order.by, _tick),
        selection_mode=("multi-row", "single-column"),
        height=min(height, ROW_PX * (len(frame) + 1) + 2),
        row_height=ROW_PX,
        placeholder=format.NOTHING,
        alt="Table of runs: one row per run, with its status and the chosen columns",
    )


def with_elapsed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give running runs the time since they started as their duration."""
    elapsed = (pl.lit(datetime.now(UTC)) - pl.col("started_at")).dt.total_milliseconds() / 1000
    running = pl.col("status") == "running"
    return frame.with_columns(pl.when(running).then(elapsed).otherwise("duration_s").alias("duration_s"))


def starred(frame: pl.DataFrame, decides: Primary | None) -> pl.DataFrame:
    """Put a star before the name of the best run."""
    if decides is None or decides.best is None:
        return frame
    name = pl.concat_str(pl.lit("★ "), pl.col("name").fill_null("(unnamed)"))
    return frame.with_columns(pl.when(pl.col("run_id") == decides.best).then(name).otherwise("name").alias("name"))


def numbers(values: pl.Series) -> pl.Series:
    """Return params as numbers where every one of them is a number, so that they sort as such."""
    read = values.cast(pl.Float64, strict=False)
    return read if read.null_count() == values.null_count() < len(values) else values


def drawable(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the columns into what the grid draws: lists for badges, text for what has no number."""
    return frame.with_columns(_drawn(name, dtype) for name, dtype in frame.schema.items())


def _drawn(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if name == "name":
        shortened = column.str.slice(0, _NAME_CHARACTERS) + "…"
        whole = column.str.len_chars() <= _NAME_CHARACTERS
        return pl.when(whole).then(column).otherwise(shortened).fill_null("(unnamed)")
    if name == "status":
        return pl.concat_list(column)
    if name == "duration_s":
        return (_two_units(column) * 1000).cast(pl.Duration("ms"))
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("yes")).when(column.not_()).then(pl.lit("no")).alias(name)
    if name == "git_commit":
        return column.str.slice(0, _COMMIT_CHARACTERS)
    return column


def _two_units(seconds: pl.Expr) -> pl.Expr:
    """Round a duration so that it reads in two units at most: 1 hr, 5 min rather than 1 hr, 5 min, 10 sec."""
    steps = pl.when(seconds < 1).then(0.001).when(seconds < 3_600).then(1.0)
    step = steps.when(seconds < 86_400).then(60.0).otherwise(3_600.0)
    return (seconds / step).round() * step


def _config(frame: pl.DataFrame, order: Order, decides: Primary | None, pins: Sequence[str]) -> dict[str, ColumnConfig]:
    best = "" if decides is None else f" ★ is the best by {format.markdown(decides.told)}."
    before = {name: former for former, name in pairwise(frame.columns)}
    found = {
        name: _column(frame, name, _heading(name, order, before.get(name)), about_best=best) for name in frame.columns
    }
    for name in pins:
        found[name] = {**found[name], "pinned": True}
    return found


def _heading(name: str, order: Order, before: str | None) -> str:
    if name.startswith(CURVE):
        metric = name.replace(CURVE, "metrics.", 1)
        # Beside its number a curve needs no name.
        return label(name) if before == metric else f"{label(metric)} {label(name)}"
    return label(name) if name != order.column else f"{label(name)} {'↑' if order.ascending else '↓'}"


def column(name: str, heading: str, values: pl.Series) -> Any:
    """Say how a column is drawn that has no button, in another table of runs."""
    if name == "name":
        return st.column_config.TextColumn(heading, width=_width(values.to_frame(name), name))
    return _column(values.to_frame(name), name, heading, about_best="")


def _column(frame: pl.DataFrame, name: str, heading: str, *, about_best: str) -> Any:
    c = st.column_config
    match name:
        case "name":
            longest = float(frame["name"].str.len_chars().quantile(1.0) or 0)
            return _name(heading, longest=longest, about=f"Click a name to look at the run.{about_best}")
        case "status":
            fill = STATUS_FILL[theme(st.context.theme.type).name]
            return c.MultiselectColumn(heading, options=STATUSES, color=[fill[s] for s in STATUSES], width=96)
        case "experiment":
            return c.TextColumn(heading, width=_width(frame, "experiment"))
        case "started_at" | "ended_at" | "heartbeat_at":
            zone = format.zone().key
            about = f"In the time zone {format.markdown(zone)}."
            return c.DatetimeColumn(heading, help=about, format="YYYY-MM-DD HH:mm:ss", timezone=zone, width=148)
        case "data":
            about = "Data sets, and in short their versions. A click opens the page of the first."
            width = _width(frame, "data")
            return c.ButtonColumn(
                heading, help=about, type="tertiary", alignment="left", width=width, key=OPEN_DATA, on_click=_open_data
            )
        case "memory_bytes":
            return c.NumberColumn(heading, format="bytes", width=110)
        case "duration_s":
            return c.NumberColumn(heading, format="localized", width=110)
        case _:
            return _keyed(name, heading, frame[name])


def _name(heading: str, *, longest: float, about: str) -> Any:
    return st.column_config.ButtonColumn(
        heading,
        help=about,
        type="tertiary",
        pinned=True,
        alignment="left",
        width=min(340, max(160, int(44 + 7 * longest))),
        key=OPEN,
        on_click=_open,
    )


def _keyed(name: str, heading: str, values: pl.Series) -> Any:
    c = st.column_config
    if name.startswith(CURVE):
        about = f"{format.markdown(name.removeprefix(CURVE))} from its first step to its last"
        return c.LineChartColumn(heading, help=about, width=110, color=theme(st.context.theme.type).primary)
    about = f"{kind(name)}: {format.markdown(name)}"
    width = _width(values.to_frame(), name)
    if values.dtype.is_numeric():
        number = "plain" if name.startswith("params.") else number_format(values)
        return c.NumberColumn(heading, help=about, format=number, width=width)
    return c.TextColumn(heading, help=about, width=width)


def _width(frame: pl.DataFrame, name: str) -> int | None:
    """Return the pixels that the heading and the longest text take, within reason; None for an absent column."""
    if name not in frame.columns:
        return None
    values = frame[name]
    shown = values.cast(pl.String, strict=False) if not values.dtype.is_nested() else None
    if values.dtype.is_float() and not name.startswith("params."):
        shown = None  # the format of the column shortens them
    lengths = [] if shown is None else shown.str.len_chars().drop_nulls().to_list()
    small = values.dtype.is_float() and number_format(values) == _SMALL
    longest = _NUMBER_CHARACTERS + 4 * small if shown is None else max(lengths, default=0)
    return min(_WIDEST_PX, max(int(22 + 7.2 * len(label(name))), int(18 + 7.2 * longest)))


def _tick(rows: Sequence[int]) -> None:
    shown = st.session_state.get(SHOWN, ())
    now = [shown[row] for row in rows if row < len(shown)]
    gone = set(shown) - set(now)
    kept = [run_id for run_id in state.basket() if run_id not in gone]
    ticking.choose(list(dict.fromkeys([*kept, *now])))


def _open() -> None:
    click = st.session_state.get(OPEN)
    shown = st.session_state.get(SHOWN, ())
    if click is not None and click["row"] < len(shown):
        st.session_state[DRAWER] = shown[click["row"]]


def _open_data() -> None:
    click = st.session_state.get(OPEN_DATA)
    shown = st.session_state.get(SHOWN, ())
    if click is not None and click["row"] < len(shown):
        names = data.datasets((shown[click["row"]],))["name"]
        if names.len():
            dataset_view.aim(names[0])
