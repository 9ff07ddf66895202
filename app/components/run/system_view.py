"""Samples of the machine and the process while a run ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

from components.charts import curves
from components.charts.curve_controls import Choice
from components.run import run_header
from reads import data
from runlake.analysis.arrange import View
from runlake.analysis.series import Series, XAxis, natural_order, split
from runlake.figures.theme import series_colour

if TYPE_CHECKING:
    from runlake.query import RunDetail

_MOST = 24
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def show(detail: RunDetail) -> None:
    """Draw one panel per quantity; several processes of a run are lines of one panel."""
    samples = data.system_metrics((detail.run_id,))
    if samples.is_empty():
        st.caption("No system metrics were recorded.")
        return
    found = groups(samples)
    if len(found) > _MOST:
        st.caption(f"The first {_MOST} of {len(found):,} quantities are shown.")
    choice = Choice(View(axis=XAxis.RELATIVE), log_x=False, log_y=False)
    started = {detail.run_id: run_header.moment(detail.header["started_at"])}
    live = detail.header["status"] == "running"
    curves.show(found[:_MOST], choice, curves.Setting("run.system", started, live=live, columns=3, panel_px=170))


def groups(samples: pl.DataFrame) -> list[curves.Group]:
    """Make one group per key, one line per process, with bytes in a unit that reads well."""
    points = samples.with_columns(pl.lit(0.0).alias("step"), run_id=pl.col("run_id"))
    by_writer = split(points.with_columns(pl.concat_str("key", pl.lit("\0"), "writer").alias("key")))
    lines: dict[str, list[Series]] = {}
    for (_, name), series in by_writer.items():
        lines.setdefault(name.partition("\0")[0], []).append(series)
    return [_group(key, lines[key]) for key in natural_order(lines)]


def _group(key: str, lines: list[Series]) -> curves.Group:
    size, unit = _unit(key, lines)
    shown = tuple(
        curves.Shown(f"process {at + 1}" if len(lines) > 1 else key, _divided(series, size), series_colour(at))
        for at, series in enumerate(lines)
    )
    section = key.partition("/")[0] if "/" in key else ""
    title = key.partition("/")[2] or key
    return curves.Group(f"{title}, in {unit}" if unit else title, shown, section=section)


def _unit(key: str, lines: list[Series]) -> tuple[float, str]:
    rate = "/s" if key.endswith("_per_s") else ""
    if not key.removesuffix("_per_s").endswith("_bytes"):
        return 1.0, ""
    most = max((float(np.nanmax(np.abs(series.value), initial=0.0)) for series in lines), default=0.0)
    size, unit = next(((size, unit) for size, unit in _SIZES if most >= size), (1.0, "B"))
    return size, unit + rate


def _divided(series: Series, size: float) -> Series:
    return Series(series.run_id, series.key, series.step, series.seconds, series.wall_ms, series.value / size)
