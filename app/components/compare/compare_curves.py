"""The curves of the compared runs laid over each other, one panel per chosen metric, beside the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import curve_controls, curves
from components.compare import compare_many, group_list, grouping, run_basket, run_list
from reads import data
from runlake.analysis.series import natural_order
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.grouping import Grouping
    from components.compare.slots import Slot

MOST_METRICS = 6
_TELLING, _DIGITS = 2, 8
_RUNS_PX, _GROUPS_PX, _BESIDE_GROUPS_PX = 500, 270, 270
_HELD_OUT = ("val", "test", "eval")


def show(runs: Sequence[Slot]) -> None:
    """Draw the controls, the curves and the legend."""
    run_ids = tuple(run.run_id for run in runs)
    summaries = data.summaries(run_ids)
    keys = natural_order(summaries["key"].unique().to_list())
    metrics = _metrics(keys, summaries)
    grouped = grouping.of(run_ids)
    many = grouped.is_on or len(runs) > state.AT_HAND
    left, right = st.columns([19, 10], gap="medium")
    with left:
        if not keys:
            st.caption("None of these runs has logged a metric.")
        else:
            _controls(keys, grouped)
            (
                compare_many.show(runs, metrics, grouped)
                if many
                else _draw(runs, metrics, curve_controls.choice(curve_controls.COMPARE, keys))
            )
    with right:
        first = metrics[0] if metrics else None
        last = summaries.filter(pl.col("key") == first).select("run_id", "last_value") if first else None
        values = dict(last.iter_rows()) if last is not None else {}
        if many:
            _lists(runs, values, first, grouped)
        else:
            run_basket.legend(runs, values, first, telling=_telling(runs), most_px=470)
            st.caption("A run keeps its colour in every picture. ★ is the reference that the others are compared with.")


def _lists(runs: Sequence[Slot], values: dict[str, float], metric: str | None, grouped: Grouping) -> None:
    if state.COMPARE_OPEN.get() not in {group.label for group in (*grouped.groups, *grouped.rest)}:
        state.COMPARE_OPEN.reset()
    if grouped.is_on:
        group_list.show(grouped, values, metric, most_px=_GROUPS_PX)
    run_list.show(runs, values, metric, most_px=_BESIDE_GROUPS_PX if grouped.is_on else _RUNS_PX)


def default_metric(keys: Sequence[str], summaries: pl.DataFrame, primary: Sequence[str]) -> str | None:
    """Choose what to show first: what the experiments declare, else what most runs have, held-out data first."""
    declared = next((key for key in primary if key in keys), None)
    if declared is not None or not keys:
        return declared
    had = dict(summaries.filter(pl.col("count") > 1).group_by("key").len().iter_rows())
    return min(keys, key=lambda key: (-had.get(key, 0), not key.lower().startswith(_HELD_OUT), keys.index(key)))


def _metrics(keys: Sequence[str], summaries: pl.DataFrame) -> list[str]:
    """Return the chosen metrics; where none was chosen that these runs have, choose one."""
    kept = [key for key in state.COMPARE_METRICS.get() if key in keys][:MOST_METRICS]
    if not kept and keys:
        primary = data.experiments()["primary_metric"].drop_nulls().to_list()
        first = default_metric(keys, summaries, primary)
        kept = [first] if first is not None else []
    state.COMPARE_METRICS.set(tuple(kept))
    return kept


def _controls(keys: Sequence[str], grouped: Grouping) -> None:
    st.multiselect(
        "Metrics",
        keys,
        key=state.COMPARE_METRICS.key,
        max_selections=MOST_METRICS,
        label_visibility="collapsed",
        format_func=apart(keys, in_order),
        placeholder="Choose metrics",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        curve_controls.show(curve_controls.COMPARE, keys)
        curve_controls.show_stretch(curve_controls.COMPARE)
    if grouped.is_on:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            compare_many.controls()


def _draw(runs: Sequence[Slot], metrics: Sequence[str], choice: curve_controls.Choice) -> None:
    run_ids = tuple(run.run_id for run in runs)
    found = data.series(run_ids, tuple(metrics), str(format.zone()))
    groups = [
        curves.Group(
            metric,
            tuple(
                curves.Shown(run.label, found[run.run_id, metric], run.color, run.dash)
                for run in runs
                if (run.run_id, metric) in found
            ),
        )
        for metric in metrics
    ]
    live = any(run.status == "running" for run in runs)
    started = {run.run_id: run.started_at for run in runs}
    columns, panel_px = (1, 400) if len(groups) == 1 else (2, 230)
    setting = curves.Setting(
        "compare.curves", started, curve_controls.COMPARE, live=live, columns=columns, panel_px=panel_px
    )
    curves.show(groups, choice, setting, others=curves.others(run_ids, choice))
    curve_controls.say(curve_controls.COMPARE, choice)
    _absent(groups, len(runs))


def _telling(runs: Sequence[Slot]) -> dict[str, list[str | None]]:
    """Return the first few parameters that tell the runs apart, with the value of each run."""
    if len(runs) < 2:
        return {}
    run_ids = [run.run_id for run in runs]
    differing = data.differences(tuple(run_ids)).table("params", only_different=True)
    # What all runs have comes before what only some have.
    rows = sorted(differing.iter_rows(named=True), key=lambda row: sum(row[one] is None for one in run_ids))
    return {row["field"]: [_brief(row[one]) for one in run_ids] for row in rows[:_TELLING]}


def _brief(text: str | None) -> str | None:
    """Round a long number; the table of differences has all its digits."""
    if text is None or len(text) <= _DIGITS:
        return text
    try:
        return format.number(float(text))
    except ValueError:
        return text


def _absent(groups: Sequence[curves.Group], runs: int) -> None:
    parts = [
        f"{format.markdown(group.title)}: {runs - len(group.shown)}" for group in groups if len(group.shown) < runs
    ]
    if parts:
        st.caption(f"Runs without this metric – {', '.join(parts)}")
