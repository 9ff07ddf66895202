"""Every cached read of groups of runs; keyed as in `data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from reads import data
from runlake.query.group_keys import condition
from runlake.query.grouped import GroupQuestion, default_metrics, grouped, mixed
from runlake.query.language import unparse
from runlake.query.runs import Question, chosen
from runlake.query.varying import varying

if TYPE_CHECKING:
    import polars as pl

    from runlake.query import Lake
    from runlake.query.varying import Varying

_Key = tuple[str, str, str, int]


def groups(by: tuple[str, ...], metrics: tuple[str, ...], *, where: str, order_by: str) -> pl.DataFrame:
    """Return groups as `Lake.grouped` does, all of them."""
    return _groups((*data.key(), data.minute(where)), by, metrics, where, order_by, data.lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _groups(
    key: _Key, by: tuple[str, ...], metrics: tuple[str, ...], where: str, order_by: str, _lake: Lake
) -> pl.DataFrame:
    asked = GroupQuestion(by, metrics, Question(where or None), order_by or None)
    return grouped(_lake.folded, asked, now=_lake.now)


def params_that_vary(where: str) -> Varying:
    """Return which parameters differ between the runs that fit."""
    return _varying((*data.key(), data.minute(where)), where, data.lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _varying(key: _Key, where: str, _lake: Lake) -> Varying:
    return varying(_lake.folded, _rows(_lake, where))


def usual_metrics(where: str) -> tuple[str, ...]:
    """Return what is summarised where the reader has not chosen: one metric, so that the keys stay in sight."""
    return _usual_metrics((*data.key(), data.minute(where)), where, data.lake())[:1]


@st.cache_resource(show_spinner=False, max_entries=64)
def _usual_metrics(key: _Key, where: str, _lake: Lake) -> tuple[str, ...]:
    return default_metrics(_lake.folded, _rows(_lake, where))


def mixes(by: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Return which of experiment and data sets the runs of some group do not share."""
    return _mixes((*data.key(), data.minute(where)), by, where, data.lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _mixes(key: _Key, by: tuple[str, ...], where: str, _lake: Lake) -> tuple[str, ...]:
    return mixed(_lake.folded, _rows(_lake, where), by)


def members(by: tuple[str, ...], run_ids: list[str]) -> str:
    """Return the filter that finds the runs of a group among those that were grouped; "" is all of them."""
    found = condition(data.lake().folded, by, run_ids)
    return "" if found is None else unparse(found)


def _rows(lake: Lake, where: str) -> pl.Series:
    return chosen(lake.folded, Question(where or None), now=lake.now)[0]
