"""The runs that used a data set: they are opened, ticked for Compare, or taken to the Runs page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

import state
from components.home import leaving
from components.runs import expressions, run_table
from reads import used
from runlake.query.expression import Compare, Field, FieldKind, Op, Text
from runlake.query.language import unparse

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("status", "experiment", "used", "metric", "value", "user", "started_at", "duration_s")
_MOST, _TABLE_PX = 2_000, 360
_TEXTS = ("name", "status", "experiment", "used", "metric", "user")


def show(name: str, version: str) -> None:
    """Draw the runs that used a data set, or one version of it, with what can be done with them.

    Args:
        name: of the data set.
        version: only those that used this one; "" for all.
    """
    leaving.follow()
    found = used.users(name, version)
    run_ids = found["run_id"].to_list()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        of = "this version" if version else "any version"
        st.markdown(f"**{len(run_ids):,} run{'s' * (len(run_ids) != 1)} used {of}**", width="content")
        if version:
            st.button("Show all versions", key="data.version.clear", type="tertiary", on_click=state.DATA_VERSION.reset)
        st.space("stretch")
        st.button(
            "Open in Runs",
            key="data.to_runs",
            icon=":material/table_rows:",
            on_click=partial(leaving.to_runs, where=where(name, version)),
        )
        st.button(
            "Choose for Compare",
            key="data.choose",
            icon=":material/compare_arrows:",
            on_click=partial(state.set_basket, run_ids[: state.BASKET_SIZE]),
            help=None if len(run_ids) <= state.BASKET_SIZE else f"The first {state.BASKET_SIZE} of these.",
            disabled=not run_ids,
        )
    order = run_table.Order(state.DATA_SORT.get(), state.DATA_ASCENDING.get(), _by)
    run_table.show(_sorted(found).head(_MOST), _COLUMNS, order=order, height=_TABLE_PX)
    if len(run_ids) > _MOST:
        st.caption(f"The first {_MOST:,} in this order; Runs has all of them.")


def where(name: str, version: str) -> str:
    """Write the filter that finds these runs."""
    if version:
        return unparse(Compare(Field(FieldKind.DATASET, name, "version"), Op.EQ, Text(version)))
    return unparse(Compare(expressions.any_data(), Op.EQ, Text(name)))


def _sorted(found: pl.DataFrame) -> pl.DataFrame:
    column = state.DATA_SORT.get()
    if column not in found.columns:
        return found
    return found.sort(column, "run_id", descending=[not state.DATA_ASCENDING.get(), False], nulls_last=True)


def _by(column: str) -> None:
    is_same = column == state.DATA_SORT.get()
    state.DATA_ASCENDING.set(not state.DATA_ASCENDING.get() if is_same else column in _TEXTS)
    state.DATA_SORT.set(column)
