"""The tree of experiments: one row per path, which can be folded, opened, looked into and pinned.

The grid itself knows only positions, so what its rows are is kept beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, matching, table
from components.home import experiment_drawer, leaving, pins
from components.runs import primary
from runlake.figures.theme import STATUS_FILL, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

GRID, SHOWN = "home.tree", "home.tree.shown"
FOLD, OPEN, DETAILS = "home.tree.fold", "home.tree.open", "home.tree.details"
PIN, BEST, LATEST = "home.tree.pin", "home.tree.best", "home.tree.latest"
DECLARE = "Declare a metric"
_INDENT = "\u2003"
_STATES = ("running", "failed", "killed")
_OPENED, _FOLDED = ":material/expand_more:", ":material/chevron_right:"
_UNPIN, _FREE = ":material/keep_off:", ":material/keep:"
_NAME_CHARACTERS, _NAME_PX, _MOST_PX = 34, 205, 620
_STATES_PX, _RUN_PX = (140, 260), (142, 230)  # least and most


def found(paths: pl.DataFrame, *, text: str, archived: bool) -> pl.DataFrame:
    """Keep the paths that match a search, with what is above them; archived ones only where asked for.

    Args:
        paths: of `Overview.paths`.
        text: words, or an expression between slashes, over path, description and owner.
        archived: take archived ones in.

    Raises:
        QueryError: the expression does not parse.
    """
    rows = paths if archived else paths.filter(~pl.col("archived"))
    if not text.strip():
        return rows
    told = rows.select(pl.concat_str("path", "description", "owner", separator=" ", ignore_nulls=True)).to_series()
    matched = rows.filter(pl.Series(matching.matches(told.to_list(), text), dtype=pl.Boolean))["path"]
    above = {path[:end] for path in matched for end in (*_slashes(path), len(path))}
    return rows.filter(pl.col("path").is_in(list(above)))


def unfolded(paths: pl.DataFrame, folded: Sequence[str]) -> pl.DataFrame:
    """Leave out what is below a folded path."""
    hidden = pl.any_horizontal(pl.lit(False), *(pl.col("path").str.starts_with(f"{path}/") for path in folded))
    return paths.filter(~hidden)


def _slashes(path: str) -> list[int]:
    return [place for place, letter in enumerate(path) if letter == "/"]


def show(paths: pl.DataFrame, *, folded: Sequence[str], until: date | None, may_change: bool) -> None:
    """Draw the rows.

    Args:
        paths: of `Overview.paths`, those to be shown.
        folded: which of them are.
        until: the last day of the activity.
        may_change: whether anything can be declared or pinned here.
    """
    rows = paths.to_dicts()
    st.session_state[SHOWN] = rows
    shown = _written(rows, folded, may_change=may_change)
    empty = [name for name in ("fold", "pin") if shown[name].null_count() == shown.height]
    shown = shown.insert_column(shown.get_column_index("last") + 1, paths["activity"]).drop(empty)
    st.dataframe(
        table.arrow(shown),
        key=GRID,
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(rows), most_px=_MOST_PX),
        placeholder=format.NOTHING,
        column_config=_config(shown, until),
        alt="Experiments as a tree, with their runs, activity, best and latest run",
    )


def _written(rows: Sequence[dict[str, Any]], folded: Sequence[str], *, may_change: bool) -> pl.DataFrame:
    """Write what the cells say."""
    columns: dict[str, Callable[[dict[str, Any]], object]] = {
        "fold": lambda row: (_FOLDED if row["path"] in folded else _OPENED) if row["inner"] else None,
        "name": _name,
        "details": lambda row: ":material/info:" if row["experiment_id"] else None,
        "pin": lambda row: _pin(row) if may_change else None,
        "runs": _runs,
        "states": lambda row: [f"{row[state]:,} {state}" for state in _STATES if row[state]],
        "last": lambda row: format.ago(row["last_activity_at"]),
        "by": lambda row: _by(row) if row["reducer"] else None,
        "value": lambda row: None if row["best_value"] is None else format.number(row["best_value"]),
        "best": lambda row: _best(row, may_change=may_change),
        "latest": lambda row: _clipped(row["latest_name"] or "(unnamed)") if row["latest_run_id"] else None,
    }
    types = dict.fromkeys(columns, pl.String()) | {"states": pl.List(pl.String)}
    return pl.DataFrame({name: [cell(row) for row in rows] for name, cell in columns.items()}, schema=types)


def _name(row: dict[str, Any]) -> str:
    return _INDENT * int(row["depth"]) + _clipped(row["path"].rpartition("/")[2])


def _clipped(text: str) -> str:
    """Shorten what a cell with a button would not clip."""
    return text if len(text) <= _NAME_CHARACTERS else f"{text[: _NAME_CHARACTERS - 1]}…"


def _pin(row: dict[str, Any]) -> str | None:
    if row["experiment_id"] is None:
        return None
    return _UNPIN if pins.is_pinned(row) else _FREE


def _runs(row: dict[str, Any]) -> str:
    return f"{row['runs']:,} ({row['own']:,} own)" if row["own"] and row["own"] < row["runs"] else f"{row['runs']:,}"


def _by(row: dict[str, Any]) -> str:
    return f"{row['primary_metric']} {primary.WAYS[row['direction']]}"


def _best(row: dict[str, Any], *, may_change: bool) -> str | None:
    if row["best_run_id"] is not None:
        return f"★ {_clipped(row['best_name'] or '(unnamed)')}"
    return DECLARE if may_change and row["experiment_id"] is not None and row["reducer"] is None else None


def _config(shown: pl.DataFrame, until: date | None) -> dict[str, Any]:
    c = st.column_config
    fill = STATUS_FILL[theme(st.context.theme.type).name]
    states = list(dict.fromkeys(label for labels in shown["states"] for label in labels))
    small: dict[str, Any] = {"type": "tertiary", "width": 36, "alignment": "center"}
    named: dict[str, Any] = {"type": "tertiary", "alignment": "left"}
    days = "No run says when it was started." if until is None else f"Runs started a day, in 30 days up to {until}."
    return {
        "fold": c.ButtonColumn("", help="Folds what is below.", key=FOLD, on_click=_fold, pinned=True, **small),
        "name": c.ButtonColumn(
            "Experiment", help="Shows its runs.", key=OPEN, on_click=_open, pinned=True, width=_NAME_PX, **named
        ),
        "details": c.ButtonColumn("", help="Shows what it declares.", key=DETAILS, on_click=_look, **small),
        "pin": c.ButtonColumn(
            "", help="Pins it on top for everybody, or unpins it.", key=PIN, on_click=_turn_pin, **small
        ),
        "runs": c.TextColumn("Runs", help="At and below the path.", alignment="right", width=_runs_px(shown)),
        "states": c.MultiselectColumn(
            "Not finished",
            options=states,
            color=[fill[label.rpartition(" ")[2]] for label in states],
            width=_states_px(shown),
        ),
        "last": c.TextColumn("Last activity", width=92),
        "activity": c.BarChartColumn(
            "Activity", help=days, width=96, y_min=0, color=theme(st.context.theme.type).primary
        ),
        "by": c.TextColumn("Best by", help="The primary metric, and which way is better.", width=110),
        "value": c.TextColumn("Value", help="Of the best run.", alignment="right", width=74),
        "best": c.ButtonColumn(
            "Best run", help="Opens the run.", key=BEST, on_click=_open_best, width=_run_px(shown["best"]), **named
        ),
        "latest": c.ButtonColumn(
            "Latest run",
            help="Opens the run.",
            key=LATEST,
            on_click=_open_latest,
            width=_run_px(shown["latest"]),
            **named,
        ),
    }


def _runs_px(shown: pl.DataFrame) -> int:
    return 24 + 7 * max(4, *(len(text) for text in shown["runs"]))


def _states_px(shown: pl.DataFrame) -> int:
    badges = (sum(22 + 6.6 * len(label) for label in labels) for labels in shown["states"])
    return min(_STATES_PX[1], max(_STATES_PX[0], *(int(px) for px in badges)))


def _run_px(names: pl.Series) -> int:
    longest = int(names.str.len_chars().fill_null(0).max() or 0)  # type: ignore[arg-type]  # numbers
    return min(_RUN_PX[1], max(_RUN_PX[0], 30 + 7 * longest))


def _clicked(key: str) -> dict[str, Any] | None:
    click, rows = st.session_state.get(key), st.session_state.get(SHOWN, ())
    return rows[click["row"]] if click is not None and click["row"] < len(rows) else None


def _fold() -> None:
    row = _clicked(FOLD)
    if row is not None and row["inner"]:
        path, folded = row["path"], state.HOME_FOLDED.get()
        state.HOME_FOLDED.set(tuple(p for p in folded if p != path) if path in folded else (*folded, path))


def _open() -> None:
    row = _clicked(OPEN)
    if row is not None:
        leaving.to_runs(experiment=row["path"])


def _open_best() -> None:
    row = _clicked(BEST)
    if row is not None and row["best_run_id"] is not None:
        leaving.to_run(row["best_run_id"])
    elif row is not None and row["experiment_id"] is not None and row["reducer"] is None:
        experiment_drawer.open_on(row["path"])


def _open_latest() -> None:
    row = _clicked(LATEST)
    if row is not None and row["latest_run_id"] is not None:
        leaving.to_run(row["latest_run_id"])


def _look() -> None:
    row = _clicked(DETAILS)
    if row is not None and row["experiment_id"] is not None:
        experiment_drawer.open_on(row["path"])


def _turn_pin() -> None:
    row = _clicked(PIN)
    if row is not None and row["experiment_id"] is not None:
        pins.turn(row["path"], pinned=not pins.is_pinned(row))
