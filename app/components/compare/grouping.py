"""What the chosen runs are grouped by, which also decides their colours on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import curve_controls
from components.compare.slots import Look, looks_of_groups, looks_of_runs
from components.runs import run_table
from reads import compared
from runlake.analysis.grouping import largest, seeds
from runlake.errors import StoreError
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.slots import Slot
    from runlake.analysis.grouping import Group

_WORDS = {
    compared.NONE: "No groups",
    compared.SEED: "Everything but the seed",
    compared.DATA: "Data",
    "experiment": "Experiment",
    "user": "User (claimed)",
    "status": "Status",
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """How runs are grouped.

    Attributes:
        by: what they share; "none" where they are not grouped.
        groups: those with a look of their own.
        rest: the others.
    """

    by: str
    groups: tuple[Group, ...] = ()
    rest: tuple[Group, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether runs are grouped."""
        return self.by != compared.NONE


def of(run_ids: tuple[str, ...]) -> Grouping:
    """Group runs as the reader or a link says; many repeats of few experiments are grouped by themselves."""
    by = _by(run_ids)
    try:
        found = compared.groups(run_ids, by) if by != compared.NONE else ()
    except StoreError:  # a damaged table of tags, say, leaves the curves
        return Grouping(compared.NONE)
    return Grouping(by, *largest(found, compared.MOST_GROUPS))


def looks(run_ids: tuple[str, ...]) -> dict[str, Look]:
    """Give each run the look that it has on every page."""
    found = of(run_ids)
    return looks_of_groups(found.groups, found.rest) if found.is_on else looks_of_runs(run_ids, state.AT_HAND)


def choose(runs: Sequence[Slot]) -> None:
    """Draw the choice of what to group by, with how many groups that makes."""
    run_ids = tuple(run.run_id for run in runs)
    counts, by = _counts(run_ids), of(run_ids).by
    options = [compared.NONE, *counts, *([by] if by not in counts and by != compared.NONE else [])]
    st.selectbox(
        "Group by",
        options,
        format_func=apart(
            options,
            lambda one: f"Group by {words(one)} ({counts[one]:,})" if one in counts else words(one),
            run_table.kind,
        ),
        label_visibility="collapsed",
        width=330,
        **curve_controls.mirror(state.GROUPED, by),
    )


def words(by: str) -> str:
    """Say what runs are grouped by."""
    return _WORDS.get(by) or in_order(by.partition(".")[2])


def explained(by: str, run_ids: tuple[str, ...]) -> str:
    """Say which parameters count as seeds, where that is what the groups pass over."""
    if by != compared.SEED:
        return ""
    named = seeds(compared.param_keys(run_ids))
    return f"Runs of a group are equal in everything but {', '.join(format.markdown(key) for key in named)}."


def _counts(run_ids: tuple[str, ...]) -> dict[str, int]:
    try:
        return compared.groupable(run_ids)
    except StoreError:
        return {}


def _by(run_ids: tuple[str, ...]) -> str:
    wanted = state.GROUPED.get()
    if wanted:
        known = wanted in _WORDS or compared.is_column(wanted)
        return wanted if known and len(run_ids) > 1 else compared.NONE
    if len(run_ids) <= state.AT_HAND:
        return compared.NONE
    repeats = _counts(run_ids).get(compared.SEED, 0)
    return compared.SEED if 1 < repeats <= compared.MOST_GROUPS else compared.NONE
