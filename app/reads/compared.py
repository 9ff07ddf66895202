"""Cached reads of the Compare page and of what all pages ask of the chosen runs; a sibling of `data`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import format
from reads import data
from runlake.analysis import grouping
from runlake.analysis.arrange import terms
from runlake.analysis.bands import Center, Spread, band
from runlake.analysis.crowd import crowd, points_each
from runlake.analysis.curves import smooth
from runlake.analysis.grouping import Group
from runlake.analysis.seedlike import is_seedlike
from runlake.analysis.series import split
from runlake.query.variety import variety as looked_at

if TYPE_CHECKING:
    from datetime import datetime

    from runlake.analysis.arrange import Terms, View
    from runlake.analysis.bands import Band
    from runlake.analysis.crowd import Crowd
    from runlake.analysis.curves import Floats
    from runlake.analysis.series import Series
    from runlake.query import Lake
    from runlake.query.variety import Variety

# What runs can be grouped by, beside a param and a tag, which are named as in the run table.
NONE, SEED, DATA = "none", "seed", "data"
HEADERS = ("experiment", "user", "status")
MOST_GROUPS = 24  # with a look each


def found(texts: tuple[str, ...]) -> dict[str, str]:
    """Return the run that each text means: an id, an end of one, or `experiment:name`; never change what this returns."""
    return _found(data.of(texts), texts, data.lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _found(key: tuple[str, ...], _texts: tuple[str, ...], _lake: Lake) -> dict[str, str]:
    return _lake.find_all(_texts)


def abbreviated(run_ids: tuple[str, ...]) -> dict[str, str]:
    """Return what an address says for each run; never change what this returns."""
    return _abbreviated(data.of(run_ids), run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _abbreviated(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> dict[str, str]:
    return _lake.abbreviated(_run_ids)


def groups(run_ids: tuple[str, ...], by: str) -> tuple[Group, ...]:
    """Group runs by what they share; see `components.grouping` for what `by` can be."""
    return _groups(data.of(run_ids), by, run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _groups(key: tuple[str, ...], by: str, _run_ids: tuple[str, ...], _lake: Lake) -> tuple[Group, ...]:
    if by == SEED:
        return grouping.but_seed(_run_ids, _configuration(_run_ids, _lake))
    if by == DATA:
        return grouping.by_value(_run_ids, _data(_run_ids, _lake), name="data")
    name = by.partition(".")[2]
    values = _columns(_lake, _run_ids, by).rename({by: "value"}).with_columns(pl.col("value").cast(pl.String))
    return grouping.by_value(_run_ids, values, name=name)


def groupable(run_ids: tuple[str, ...]) -> dict[str, int]:
    """Return what sets these runs apart and how many values it has: those with the fewest first."""
    return _groupable(data.of(run_ids), run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _groupable(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> dict[str, int]:
    params = _lake.params(_run_ids).select("run_id", pl.format("params.{}", "key").alias("key"), "value")
    tags = _lake.tags(_run_ids).select(
        "run_id", pl.format("tags.{}", "key").alias("key"), pl.col("values").list.join(", ").alias("value")
    )
    used = _data(_run_ids, _lake).select("run_id", pl.lit(DATA).alias("key"), "value")
    headers = _columns(_lake, _run_ids, *HEADERS).unpivot(HEADERS, index="run_id", variable_name="key").drop_nulls()
    long = pl.concat(
        [frame.with_columns(pl.col("key", "value").cast(pl.String)) for frame in (headers, used, tags, params)]
    )
    counted = long.group_by("key", maintain_order=True).agg(
        pl.col("value").n_unique().alias("values"), pl.col("run_id").n_unique().alias("has")
    )
    # Runs without a value are a group of their own.
    n = (pl.col("values") + (pl.col("has") < len(_run_ids)).cast(pl.UInt32)).alias("n")
    found = dict(counted.select("key", n).filter(pl.col("n") > 1).sort("n", maintain_order=True).iter_rows())
    if any(is_seedlike(one.partition(".")[2]) for one in found if one.startswith("params.")):
        found = {SEED: len(grouping.but_seed(_run_ids, _configuration(_run_ids, _lake)))} | found
    return found


def param_keys(run_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of the parameters that these runs have."""
    return _param_keys(data.of(run_ids), run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _param_keys(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> tuple[str, ...]:
    return tuple(_lake.params(_run_ids)["key"].unique().sort().cast(pl.String).to_list())


def is_column(name: str) -> bool:
    """Return whether the store knows this param or tag, named as in the run table."""
    kind, _, key = name.partition(".")
    known = data.keys()
    return bool(key) and kind in ("params", "tags") and key in getattr(known, kind)


def _configuration(run_ids: tuple[str, ...], _lake: Lake) -> pl.DataFrame:
    params = _lake.params(run_ids).select("run_id", pl.col("key").cast(pl.String), "value")
    name = "experiment" if not (params["key"] == "experiment").any() else "experiment of the run"
    experiments = _columns(_lake, run_ids, "experiment")
    named = experiments.select("run_id", pl.lit(name).alias("key"), pl.col("experiment").alias("value"))
    return pl.concat([named, params])


def _data(run_ids: tuple[str, ...], _lake: Lake) -> pl.DataFrame:
    used = _lake.datasets(run_ids)
    version = pl.col("version").fill_null("no version")
    role = pl.col("role").fill_null("no role")
    shown = used.with_columns(pl.format("{} {} ({})", "name", version, role).alias("shown"))
    return shown.group_by("run_id").agg(pl.col("shown").unique().sort().str.join(", ").alias("value"))


def _columns(_lake: Lake, run_ids: tuple[str, ...], *columns: str) -> pl.DataFrame:
    return _lake.runs(run_ids=run_ids, columns=["run_id", *columns], deleted=True)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Series of chosen runs as a picture has them.

    Attributes:
        terms: what all share.
        of: metric to run id to (x, y): smoothed where the reader asked for that.
        series: (run id, metric) to the series as it was logged.
    """

    terms: Terms
    of: dict[str, dict[str, tuple[Floats, Floats]]]
    series: dict[tuple[str, str], Series]


def lines(run_ids: tuple[str, ...], metrics: tuple[str, ...], view: View) -> Lines:
    """Return the series of these metrics on one axis, each run smoothed by itself."""
    zone = str(format.zone())
    key = (*data.of(run_ids), zone, *_said(view))
    return _lines(key, metrics, view, zone, run_ids, data.headers(run_ids), data.lake())


# Few entries: a thousand runs of a thousand points are 50 MB.
@st.cache_resource(show_spinner=False, max_entries=6)
def _lines(
    key: tuple[str, ...],
    metrics: tuple[str, ...],
    _view: View,
    _zone: str,
    _run_ids: tuple[str, ...],
    _headers: pl.DataFrame,
    _lake: Lake,
) -> Lines:
    found = split(_lake.metrics(run_ids=list(_run_ids), keys=list(metrics)), zone=_zone)
    started: dict[str, datetime | None] = dict(_headers.select("run_id", "started_at").iter_rows())
    by_metric = [[found[run_id, metric] for run_id in _run_ids if (run_id, metric) in found] for metric in metrics]
    common = terms(by_metric, _view)
    of = {
        metric: {
            one.run_id: (
                one.x(_view.axis, origin=started.get(one.run_id), unit_s=common.unit_s),
                smooth(one.step, one.value, half_life=half_life) if half_life > 0 else one.value,
            )
            for one in series
        }
        for metric, series, half_life in zip(metrics, by_metric, common.half_lives, strict=True)
    }
    return Lines(common, of, found)


def bands(
    run_ids: tuple[str, ...], metrics: tuple[str, ...], view: View, by: str, how: tuple[Center, Spread]
) -> dict[tuple[str, str], Band]:
    """Return the course of each group: (metric, label of the group) to band; groups without the metric are left out."""
    return _bands(
        (*data.of(run_ids), *_said(view)), metrics, by, how[0].value, how[1].value, view,
        lines(run_ids, metrics, view), groups(run_ids, by),
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=32)
def _bands(
    key: tuple[str, ...],
    metrics: tuple[str, ...],
    by: str,
    center: str,
    spread: str,
    _view: View,
    _lines: Lines,
    _groups: tuple[Group, ...],
) -> dict[tuple[str, str], Band]:
    return {
        (metric, group.label): band(found, center=Center(center), spread=Spread(spread), within=_view.stretch)
        for metric in metrics
        for group in grouping.largest(_groups, MOST_GROUPS)[0]
        if (found := [_lines.of[metric][run_id] for run_id in group.run_ids if run_id in _lines.of[metric]])
    }


def crowds(
    run_ids: tuple[str, ...], metrics: tuple[str, ...], view: View, by: str, shown: tuple[str, ...]
) -> dict[tuple[str, str], Crowd]:
    """Return the lines of some runs by group: (metric, label of the group) to crowd; "" where runs are not grouped.

    Args:
        run_ids: of the comparison, whose places are what runs are known by.
        metrics, view: what is drawn.
        by: what runs are grouped by; "none" where they are not.
        shown: the runs whose lines are wanted.
    """
    found = groups(run_ids, by) if by != NONE else (Group("", run_ids),)
    key = (*data.of(run_ids), *_said(view), "\n".join(shown))
    return _crowds(key, metrics, by, run_ids, shown, view, lines(run_ids, metrics, view), found)


@st.cache_resource(show_spinner=False, max_entries=32)
def _crowds(
    key: tuple[str, ...],
    metrics: tuple[str, ...],
    by: str,
    _run_ids: tuple[str, ...],
    _shown: tuple[str, ...],
    _view: View,
    _lines: Lines,
    _groups: tuple[Group, ...],
) -> dict[tuple[str, str], Crowd]:
    number = {run_id: place for place, run_id in enumerate(_run_ids, start=1)}
    wanted = frozenset(_shown)
    most = points_each(len(_shown) * len(metrics))
    drawn: dict[tuple[str, str], Crowd] = {}
    for metric in metrics:
        of = _lines.of[metric]
        for group in _groups:
            ids = [run_id for run_id in group.run_ids if run_id in wanted and run_id in of]
            if ids:
                numbers = [number[run_id] for run_id in ids]
                drawn[metric, group.label] = crowd(
                    [of[run_id] for run_id in ids], numbers, within=_view.stretch, max_points=most
                )
    return drawn


def variety(run_ids: tuple[str, ...]) -> Variety:
    """Return what differs between many runs, field by field."""
    return _variety(data.of(run_ids), run_ids, data.lake())


@st.cache_resource(show_spinner=False, max_entries=16)
def _variety(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> Variety:
    return looked_at(_lake, list(_run_ids))


def _said(view: View) -> tuple[str, ...]:
    return (view.axis.value, repr(view.smooth_percent), repr(view.stretch))
