"""The table of groups: their keys, how many runs, and where their numbers lie; a click opens one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import export, format, table, ticking
from components.runs import group_bar, primary, run_table
from components.ticking import Grid
from reads import grouping
from runlake.query.grouped import COUNTS, STATISTICS, statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.runs.group_bar import Grouping
    from components.runs.primary import Primary
    from runlake.query import Lake

GRID = Grid("runs.groups")
OPEN = "runs.groups.open"
SHOWN = "runs.groups.shown"
_RUNS = "runs"  # the column of buttons; no key is called so, as keys that are no attributes have a dot
_MOST_KEYS_FIRST = 6  # with more of them the numbers stand first, or they would lie off the screen
_STATES = ("running", "failed", "killed")
_UNCOUNTED = ("missing", "not_finite")
_OF_SPREAD = {"interval": ("ci_half",), "sd": ("sd",), "median": ("median",), "range": ("min", "max")}
_TITLES = {
    "mean": "mean",
    "ci_half": "± 95 %",
    "sd": "SD",
    "median": "median",
    "min": "min",
    "max": "max",
    "missing": "missing",
    "not_finite": "not finite",
}
_ABOUT = {
    "mean": "Mean of the runs that have a finite number.",
    "ci_half": "Half the width of the interval that holds the mean with 95 % confidence: Student's t, n − 1 degrees of "
    "freedom. None for a single run.",
    "sd": "Standard deviation, with n − 1 below the fraction bar.",
    "median": "Median of the runs that have a finite number.",
    "min": "The least of them.",
    "max": "The greatest of them.",
    "missing": "Runs without a value; they do not count.",
    "not_finite": "Runs with NaN or an infinity; they do not count.",
}


def view(where: str, *, found: int) -> None:
    """Draw what is grouped by, the groups, and the line below them.

    Args:
        where: the filter of the runs, "" for all.
        found: how many runs fit.
    """
    asked = group_bar.chosen(where)
    group_bar.controls(asked, mixes=grouping.mixes(asked.by, where))
    groups = show(asked, decides=primary.chosen(), height=run_table.HEIGHT_PX)
    below(groups, asked, runs=found)


def show(asked: Grouping, *, decides: Primary | None, height: int) -> pl.DataFrame:
    """Draw the groups and return all of them.

    Args:
        asked: what is grouped by and summarised.
        decides: what says which group is best; it has a star.
        height: pixels at most.
    """
    order = shown_order(asked, decides)
    found = grouping.groups(
        asked.by, asked.metrics, where=asked.where, order_by=f"{order.column} {'asc' if order.ascending else 'desc'}"
    )
    drawn = found.head(int(state.RUNS_LIMIT.get()))
    st.session_state[SHOWN] = drawn.select("run_ids")
    GRID.tick(_ticked(drawn))
    frame = _drawable(drawn, asked, columns(found, asked), best(drawn, asked, decides))
    st.dataframe(
        table.arrow(frame),
        key=GRID.key,
        column_config={name: _config(name, frame[name], asked, order, decides) for name in frame.columns},
        hide_index=True,
        on_select=partial(GRID.take, partial(_sort, order.by), _tick),
        selection_mode=("multi-row", "single-column"),
        height=min(height, run_table.ROW_PX * (len(frame) + 1) + 2),
        row_height=run_table.ROW_PX,
        placeholder=format.NOTHING,
        alt="Table of groups of runs: one row per group, with its keys, how many runs it has, and mean and spread",
    )
    return found


def columns(found: pl.DataFrame, asked: Grouping) -> tuple[str, ...]:
    """Return what is shown: keys, states that some run is in, and of each metric the chosen statistics."""
    states = tuple(name for name in _STATES if found[name].sum())
    spread = [how for name in state.SPREADS if name in state.RUNS_SPREADS.get() for how in _OF_SPREAD[name]]
    told = []
    for metric in asked.metrics:
        uncounted = [how for how in _UNCOUNTED if found[statistic(how, metric)].sum()]
        told += [statistic(how, metric) for how in ("mean", *spread, *uncounted)]
    keys = asked.by[: group_bar.MOST_KEYS]
    return (*keys, *states, *told) if len(keys) <= _MOST_KEYS_FIRST else (*states, *told, *keys)


def best(found: pl.DataFrame, asked: Grouping, decides: Primary | None) -> int | None:
    """Return the first run's row of the best group, by the mean of the primary metric; None where nothing decides."""
    if decides is None or decides.column not in asked.metrics:
        return None
    means = found[statistic("mean", decides.column)]
    return means.arg_min() if decides.ascending else means.arg_max()


def shown_order(asked: Grouping, decides: Primary | None) -> run_table.Order:
    """Return the order of the groups: as chosen, else the best mean first, else the most runs first."""
    known = {*asked.by, *COUNTS, *(statistic(how, metric) for metric in asked.metrics for how in STATISTICS)}
    wanted, ascending = state.RUNS_GROUP_SORT.get(), state.RUNS_GROUP_ASCENDING.get()
    if wanted not in known:
        is_ranked = decides is not None and decides.column in asked.metrics
        wanted = statistic("mean", decides.column) if decides is not None and is_ranked else "n"
        ascending = decides.ascending if decides is not None and is_ranked else False

    def by(column: str) -> None:
        # Numbers start with the greatest, keys with the first.
        state.RUNS_GROUP_ASCENDING.set(not ascending if column == wanted else column in asked.by)
        state.RUNS_GROUP_SORT.set(column)

    return run_table.Order(wanted, ascending, by)


def below(found: pl.DataFrame, asked: Grouping, *, runs: int) -> None:
    """Draw the line below the table: what is not shown, what does not count, and the files."""
    shown = min(int(state.RUNS_LIMIT.get()), len(found))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        first = "" if shown == len(found) else f"The first {shown:,} of "
        st.caption(
            f"{first}{len(found):,} {'group' if len(found) == 1 else 'groups'} of {runs:,} runs. "
            "A click on the number of runs opens a group; ticked groups are chosen for Compare.",
            width="content",
        )
        if first:
            st.button("Show more", key="runs.groups.more", type="tertiary", on_click=_more)
        st.space("stretch")
        _files(found, asked)
    if said := uncounted(found, asked):
        st.caption(said)


def uncounted(found: pl.DataFrame, asked: Grouping) -> str:
    """Say which runs count in no mean, for Markdown; "" where all do."""
    said = []
    for metric in asked.metrics:
        missing, other = (int(found[statistic(how, metric)].sum()) for how in _UNCOUNTED)
        parts = [f"{missing:,} without a value"] * bool(missing) + [f"{other:,} with NaN or an infinity"] * bool(other)
        said += [f"{format.markdown(run_table.label(metric))}: {' and '.join(parts)}"] * bool(parts)
    return f"In no mean, of {int(found['n'].sum()):,} runs: {'; '.join(said)}." if said else ""


def for_file(frame: pl.DataFrame, shown: Sequence[str]) -> pl.DataFrame:
    """Choose the columns of a file: those shown, with n of each mean, both ends of each interval, and the run ids."""
    wanted: list[str] = []
    for name in shown:
        how, _, metric = name.removesuffix(")").partition("(")
        if how == "ci_half":
            wanted += [statistic("ci_low", metric), statistic("ci_high", metric)]
        elif how == "mean" and name.endswith(")"):
            wanted += [statistic("n", metric), name]
        else:
            wanted.append(name)
    keys = frame.columns[: frame.columns.index("n")]
    return frame.select(list(dict.fromkeys((*keys, "n", *wanted, "run_ids"))))


def _files(found: pl.DataFrame, asked: Grouping) -> None:
    shown = columns(found, asked)

    def frame(lake: Lake) -> pl.DataFrame:
        return for_file(found, shown)

    export.menu(
        "groups",
        frame,
        of={"where": asked.where, "by": list(asked.by), "metrics": list(asked.metrics), "columns": list(shown)},
        about=f"All {len(found):,} groups, in this order, with these columns and the ids of their runs.",
    )


def _drawable(drawn: pl.DataFrame, asked: Grouping, shown: Sequence[str], star: int | None) -> pl.DataFrame:
    counted = [f"{n:,} run{'' if n == 1 else 's'}" for n in drawn["n"]]
    told = [f"★ {text}" if row == star else text for row, text in enumerate(counted)]
    frame = drawn.select(pl.Series(_RUNS, told, dtype=pl.String), *shown)
    return run_table.drawable(
        frame.with_columns(run_table.numbers(frame[key]) for key in shown if key.startswith("params."))
    )


def _config(name: str, values: pl.Series, asked: Grouping, order: run_table.Order, decides: Primary | None) -> Any:
    c = st.column_config
    sign = "" if name != order.column and (name, order.column) != (_RUNS, "n") else " ↑" if order.ascending else " ↓"
    if name == _RUNS:
        star = "" if decides is None else f" ★ has the best mean of {format.markdown(decides.metric)}."
        about = f"Click to see the runs of a group.{star}"
        return c.ButtonColumn(
            f"Runs{sign}",
            help=about,
            type="tertiary",
            pinned=True,
            alignment="left",
            width=120,
            key=OPEN,
            on_click=_open,
            args=(asked.by,),
        )
    if name in asked.by:
        return run_table.column(name, f"{group_bar.label(name)}{sign}", values)
    if name in _STATES:
        return c.NumberColumn(
            f"{name}{sign}", help=f"Runs of the group that are {name}; they are part of it.", width=84
        )
    how, _, metric = name.removesuffix(")").partition("(")
    several = len(asked.metrics) > 1
    title = run_table.label(metric) if how == "mean" else _TITLES[how]
    title = f"{run_table.label(metric)} {_TITLES[how]}" if several or how == "mean" else title
    number = "%d" if how in _UNCOUNTED else run_table.number_format(values)
    about = f"{_ABOUT[how]} Of {format.markdown(metric)}."
    return c.NumberColumn(
        f"{title}{sign}", help=about, format=number, width=min(260, max(84, 24 + 7 * len(title) + 14))
    )


def _ticked(drawn: pl.DataFrame) -> list[int]:
    """Return the groups all of whose runs are chosen."""
    basket = state.basket()
    if not basket:
        return []
    few = drawn.with_row_index("_at").filter(pl.col("run_ids").list.len() <= len(basket))
    whole = few.filter(pl.col("run_ids").list.eval(pl.element().is_in(list(basket))).list.all())
    return whole["_at"].to_list()


def _sort(by: Callable[[str], None], clicked: str) -> None:
    by("n" if clicked == _RUNS else clicked)


def _tick(rows: Sequence[int]) -> None:
    shown: pl.DataFrame = st.session_state[SHOWN]
    before = set(_ticked(shown))
    ids = shown["run_ids"]
    gone = {run_id for row in before - set(rows) for run_id in ids[row].to_list()}
    more = [run_id for row in rows if row < len(shown) and row not in before for run_id in ids[row].to_list()]
    chosen = list(dict.fromkeys([*(run_id for run_id in state.basket() if run_id not in gone), *more]))
    ticking.choose(chosen)


def _open(by: tuple[str, ...]) -> None:
    click, shown = st.session_state.get(OPEN), st.session_state.get(SHOWN)
    if click is not None and shown is not None and click["row"] < len(shown):
        state.RUNS_GROUP.set(grouping.members(by, shown["run_ids"][click["row"]].to_list()))


def _more() -> None:
    state.RUNS_LIMIT.set(min(10_000.0, state.RUNS_LIMIT.get() * 5))
