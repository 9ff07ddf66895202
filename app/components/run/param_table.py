"""The parameters of a run, with their types, searchable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import matching, search_box, table

if TYPE_CHECKING:
    from runlake.query import RunDetail


_LABELS = {"key": "Parameter", "value": "Value", "type": "Type"}


def search(detail: RunDetail) -> None:
    """Draw the search and the parameters that match.

    Raises:
        QueryError: the expression does not parse.
    """
    search_box.show("Search names and values")
    show(detail.params, query=state.RUN_SEARCH.get())


def show(params: pl.DataFrame, *, query: str = "", most_px: int = 640, typed: bool = True) -> None:
    """Draw the parameters whose name or value matches `query`, and say how many of how many.

    Args:
        params: key, value, type.
        query: words, or an expression between slashes.
        most_px: the table scrolls beyond this height.
        typed: with the type of each value.

    Raises:
        QueryError: the expression does not parse.
    """
    if params.is_empty():
        st.caption("No parameter was logged.")
        return
    found = filtered(params, query)
    if found.height < params.height:
        st.caption(f"{found.height:,} of {params.height:,} parameters match.")
    table.show(
        found,
        labels={name: label for name, label in _LABELS.items() if typed or name != "type"},
        widths={"key": 200, "value": 160, "type": 70},
        most_px=most_px,
        alt="Parameters of the run",
    )


def filtered(params: pl.DataFrame, query: str) -> pl.DataFrame:
    """Keep the rows of key and value that match.

    Raises:
        QueryError: the expression does not parse.
    """
    texts = params.select(pl.concat_str("key", pl.lit(" "), "value")).to_series().to_list()
    return params.filter(pl.Series(matching.matches(texts, query), dtype=pl.Boolean))
