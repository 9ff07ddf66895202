"""The data sets that a run used, each with a way to its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import format
from components.datasets import dataset_view
from runlake.figures.text import shorten
from runlake.query.datasets import short

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 12


def show(datasets: pl.DataFrame) -> None:
    """Draw a link per data set, with the roles and versions that the run used of it; nothing for none.

    Args:
        datasets: as `Lake.datasets` gives them, of one run.
    """
    if datasets.is_empty():
        return
    with st.container(gap="xxsmall"):
        st.caption("Data")
        for name, told in described(datasets):
            label = f"**{format.markdown(shorten(name, limit=60))}** {format.markdown(told)}"
            st.page_link(dataset_view.PAGE, label=label, icon=":material/database:", query_params={"name": name})
        if (more := datasets["name"].n_unique() - _MOST) > 0:
            st.caption(f"and {more:,} more, under Environment")


def described(datasets: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Say of each data set which role and version the run used: `train fbbd3e8, test v2`."""
    each = datasets.with_columns(short(pl.col("version")).alias("version"))
    for (name,), uses in list(each.group_by("name", maintain_order=True))[:_MOST]:
        told = [" ".join(part for part in use if part) for use in uses.select("role", "version").iter_rows()]
        yield str(name), ", ".join(one for one in told if one)
