"""How far validation lies from train in one run: a line for each metric that was logged on both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import streamlit as st

from components import format, table
from components.run import run_curves
from reads import data
from runlake.analysis.generalisation import gap_at_best, last_gap
from runlake.query.splits import Split

if TYPE_CHECKING:
    from runlake.analysis.generalisation import Gap
    from runlake.query import RunDetail

_DIRECTIONS = ("minimize", "maximize")
_LABELS = {"metric": "Metric", "train": "Train", "validation": "Validation", "gap": "Gap"}


class Pair(NamedTuple):
    """A metric and the keys of this run that hold it."""

    metric: str
    train: str
    validation: str


def pairs(detail: RunDetail) -> list[Pair]:
    """Return the metrics that the run has logged on both splits, in the order of their keys."""
    families = run_curves.rules_of(detail).families(detail.summaries["key"].to_list())
    found = [(family.metric, family.keys(Split.TRAIN), family.keys(Split.VALIDATION)) for family in families]
    return [Pair(metric, train[0], held[0]) for metric, train, held in found if train and held]


def show(detail: RunDetail) -> None:
    """Draw the gap of each metric by its last values, and in words that of the one that decides."""
    found = pairs(detail)
    if not found:
        return
    st.caption("Generalisation gap: validation minus train, last values")
    last = dict(detail.summaries.select("key", "last_value").iter_rows())
    shown = pl.DataFrame(
        {
            "metric": [pair.metric for pair in found],
            "train": [format.number(last[pair.train]) for pair in found],
            "validation": [format.number(last[pair.validation]) for pair in found],
            "gap": [format.signed(last[pair.validation] - last[pair.train]) for pair in found],
        }
    )
    right = ["train", "validation", "gap"]
    widths = {"metric": 120, "train": 80, "validation": 85, "gap": 75}
    table.show(shown, labels=_LABELS, right=right, widths=widths, most_px=200, alt="Validation minus train, by metric")
    if told := primary(detail, found):
        st.caption(format.markdown(told))


def primary(detail: RunDetail, found: list[Pair]) -> str:
    """Say by the direction of the experiment how the metric that decides generalises; "" where none is declared."""
    rows = data.experiments().filter(pl.col("path") == detail.header["experiment"])
    if rows.is_empty() or rows["direction"][0] not in _DIRECTIONS:
        return ""
    decides, direction = rows["primary_metric"][0], rows["direction"][0]
    pair = next((pair for pair in found if decides in pair), None)
    if pair is None:
        return ""
    series = data.series((detail.run_id,), (pair.train, pair.validation), str(format.zone()))
    train, held = series.get((detail.run_id, pair.train)), series.get((detail.run_id, pair.validation))
    if train is None or held is None:
        return ""
    last, best = last_gap(train, held), gap_at_best(train, held, direction)
    parts = [f"{pair.metric}: {_worse(last, direction)} at the end"] if last is not None else []
    if best is not None:
        parts.append(f"{_worse(best, direction)} at step {best.step:g}, where validation is best")
    return f"{'; '.join(parts)}." if parts else ""


def _worse(gap: Gap, direction: str) -> str:
    worse = gap.is_worse(direction)
    if worse is None:
        return "no gap" if gap.value == 0 else "a gap that is no number"
    return f"validation {'worse' if worse else 'better'} by {format.number(abs(gap.value))}"
