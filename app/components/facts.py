"""Facts in a row: a small name above each value, "not recorded" where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import table
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "not recorded"


def text(value: object) -> str:
    """Show a recorded value as text.

    >>> [text(v) for v in ("a", 0, False, True, None, "")]
    ['a', '0', 'no', 'yes', 'not recorded', 'not recorded']
    """
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return in_order(str(value))


def one(name: str, value: object) -> None:
    """Draw one fact; `name` is fixed words of ours, the value is shown literally."""
    with st.container(gap="xxsmall"):
        st.caption(name)
        st.text(text(value))


def sheet(rows: Mapping[str, object], *, alt: str) -> None:
    """Draw facts below each other as a table of two columns."""
    frame = pl.DataFrame(
        {"name": list(rows), "value": [text(value) for value in rows.values()]},
        schema_overrides={"name": pl.String, "value": pl.String},
    )
    st.dataframe(
        table.arrow(frame),
        hide_index=True,
        height="content",
        row_height=33,
        column_config={
            "name": st.column_config.TextColumn("Fact", width=150),
            "value": st.column_config.TextColumn("Value", width=450),
        },
        alt=alt,
    )
