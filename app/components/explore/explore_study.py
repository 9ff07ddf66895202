"""The runs that the Explore page looks at, all that its views share, and where they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

import state
from components import links
from components.explore import brushes
from components.explore import objective as objectives
from components.runs import expressions, filter_bar
from reads import data, explored
from runlake.analysis.bundles import rank_share
from runlake.query.language import unparse

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from components.explore.objective import Objective
    from runlake.errors import QueryError
    from runlake.query.expression import Node


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What is looked at.

    Attributes:
        where: the filter; "" for all runs.
        frame: the runs, as `explored.explored` gives them.
        objective: what they are judged by.
        ranked: params that vary, those first that tell most of the objective.
        rank: (n,) between 0 and 1, the best last; NaN where a run has no objective.
        brushes: conditions by column.
        kept: (n,) which runs fit all brushes.
    """

    where: str
    frame: pl.DataFrame
    objective: Objective
    ranked: tuple[str, ...]
    rank: NDArray[np.float64]
    brushes: dict[str, Node]
    kept: NDArray[np.bool_]

    @property
    def names(self) -> list[str]:
        """The names of the runs."""
        return self.frame["name"].fill_null("(unnamed)").to_list()

    @property
    def expression(self) -> str:
        """The filter and all brushes."""
        return brushes.joined(self.where, self.brushes)

    @property
    def best(self) -> list[str]:
        """Ids of the kept runs, the best first; the newest first where nobody has said what is better."""
        rows = np.flatnonzero(self.kept)
        if self.objective.maximize is not None:
            rank = np.nan_to_num(self.rank[rows], nan=-1.0)
            rows = rows[np.argsort(-rank, kind="stable")]
        ids: list[str] = self.frame["run_id"][rows[: state.BASKET_SIZE].tolist()].to_list()
        return ids


def bar() -> tuple[str, QueryError | None]:
    """Draw the filter and return what it says as one expression, or why it does not parse."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        filter_bar.experiment_box(state.EXPLORE_EXPERIMENT, data.experiment_paths())
        filter_bar.where_box(state.EXPLORE_WHERE)
    box, problem = filter_bar.typed(state.EXPLORE_WHERE)
    node = expressions.all_of(expressions.under(state.EXPLORE_EXPERIMENT.get()), box)
    return "" if node is None else unparse(node), problem


def clear() -> None:
    """Look at all runs; a callback."""
    state.EXPLORE_WHERE.reset()
    state.EXPLORE_EXPERIMENT.reset()
    state.EXPLORE_BRUSH.reset()


def study(where: str) -> Study:
    """Look at the runs that fit."""
    frame = explored.explored(where)
    objective = objectives.choose(frame)
    found = brushes.nodes()
    # The language decides what a brush keeps, so that every page finds the same runs.
    kept = np.ones(len(frame), dtype=np.bool_)
    if found:
        ids = data.runs(where=brushes.joined(where, found), columns=("run_id",))
        kept = frame["run_id"].is_in(ids["run_id"].implode()).to_numpy()
    values = explored.explored_numbers(where, objective.column).to_numpy()
    return Study(
        where=where,
        frame=frame,
        objective=objective,
        ranked=explored.varying(where, objective.column),
        rank=rank_share(values, maximize=objective.maximize is not False),
        brushes=found,
        kept=kept,
    )


def foot(studied: Study) -> None:
    """Draw the brushes, how many runs they leave, and what can be done with those."""
    left, total = int(studied.kept.sum()), len(studied.frame)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"{left:,} of {total:,} runs left" if studied.brushes else f"{total:,} runs"
        st.markdown(f"**{said}**", width="content")
        brushes.chips(studied.brushes)
        st.space("stretch")
        shown = st.button("Show in Runs", key="explore.runs", icon=":material/table_rows:")
        compared = st.button(
            _compare_label(studied, left), key="explore.compare", icon=":material/compare_arrows:", disabled=not left
        )
    if shown:
        filter_bar.clear()
        state.RUNS_WHERE.set(studied.expression)
        st.switch_page(links.runs())
    if compared:
        state.set_basket(studied.best)
        st.switch_page("app_pages/compare.py")


def _compare_label(studied: Study, left: int) -> str:
    if left <= state.BASKET_SIZE:
        return f"Compare {'these ' if left != 1 else 'this '}{left:,}"
    return f"Compare the {'best' if studied.objective.maximize is not None else 'newest'} {state.BASKET_SIZE:,}"
