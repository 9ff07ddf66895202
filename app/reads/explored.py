"""Every cached read of the Explore page: the runs that fit, and what follows from them; keyed as in `data`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from reads import data
from runlake.analysis import association, axes
from runlake.analysis.importance import importance

if TYPE_CHECKING:
    from runlake.analysis.importance import Importance
    from runlake.query import Lake

MOST_EXPLORED = 10_000


def explored(where: str) -> pl.DataFrame:
    """Return the newest runs that fit, `MOST_EXPLORED` at most, with everything that can be an axis.

    The columns are run_id, name, experiment, then params (numbers where all of a key are numbers, else texts), results
    that are numbers, the last value of each metric, and duration_s.
    """
    return _explored((*data.key(), data.minute(where)), where, data.lake())


@st.cache_resource(show_spinner=False, max_entries=8)
def _explored(key: tuple[str, str, str, int], where: str, _lake: Lake) -> pl.DataFrame:
    wanted = ["run_id", "name", "experiment", "summary.*", "metrics.*", "duration_s"]
    rows = _lake.runs(where=where or None, limit=MOST_EXPLORED, columns=wanted)
    run_ids = rows["run_id"].to_list()
    params = axes.columns_of(_lake.params(run_ids), run_ids).drop("run_id")
    texts = [name for name, dtype in rows.schema.items() if name.startswith("summary.") and dtype == pl.String]
    return pl.concat(
        [rows.select("run_id", "name", "experiment"), params, rows.drop("run_id", "name", "experiment", *texts)],
        how="horizontal",
    )


def explored_values(where: str, column: str) -> pl.Series:
    """Return one column of `explored`, or an aspect of a metric such as its least value, in the same order."""
    frame = explored(where)
    return (
        frame[column]
        if column in frame.columns
        else data.runs(where=where or None, columns=(column,), limit=MOST_EXPLORED)[column]
    )


def something_varies(where: str) -> bool:
    """Return whether any param, result or metric differs between these runs."""
    frame = explored(where)
    return any(axes.known(frame[name]).n_unique() > 1 for name in frame.columns if "." in name)


def varying(where: str, objective: str) -> tuple[str, ...]:
    """Return the params that vary among these runs, those first that tell most of the objective; "" is none."""
    return _varying(
        (*data.key(), data.minute(where)), where, objective, explored(where), explored_numbers(where, objective)
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def _varying(
    key: tuple[str, str, str, int], where: str, objective: str, _frame: pl.DataFrame, _values: pl.Series
) -> tuple[str, ...]:
    params = _frame.select(name for name in _frame.columns if name.startswith("params."))
    return tuple(association.by_strength(params, axes.varying(params), _values.to_numpy()))


def importances(where: str, objective: str) -> Importance:
    """Return which params matter for the objective among these runs."""
    return _importances(
        (*data.key(), data.minute(where)), where, objective, explored(where), explored_numbers(where, objective)
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _importances(
    key: tuple[str, str, str, int], where: str, objective: str, _frame: pl.DataFrame, _values: pl.Series
) -> Importance:
    return importance(_frame.select(name for name in _frame.columns if name.startswith("params.")), _values.to_numpy())


def explored_numbers(where: str, objective: str) -> pl.Series:
    """Return a column of `explored` as numbers, NaN where a run has none; "" is a column of nothing but NaN."""
    if not objective:
        return pl.Series([math.nan] * len(explored(where)), dtype=pl.Float64)
    return explored_values(where, objective).cast(pl.Float64).fill_null(math.nan)
