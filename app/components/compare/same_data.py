"""Whether the compared runs were judged on the same data: a difference there is none of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components import format
from reads import data

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from components.compare.slots import Slot

_LEARNT = ("train", "training")


def show(runs: Sequence[Slot]) -> None:
    """Draw a warning where the runs were judged on different data."""
    if len(runs) < 2:
        return
    for sentence in found(data.datasets(tuple(run.run_id for run in runs)), {run.run_id: run.label for run in runs}):
        st.warning(format.markdown(sentence), icon=":material/database:")


def found(datasets: pl.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say for each role, but for what is learnt from, which runs have used other data than the first that has any.

    Args:
        datasets: as `Lake.datasets` gives them.
        labels: run id to name, in the order of the comparison.
    """
    used: dict[str, dict[str, set[tuple[str, str | None]]]] = {}
    for run_id, name, version, role in datasets.select("run_id", "name", "version", "role").iter_rows():
        if role not in _LEARNT and run_id in labels:
            used.setdefault(role or "data", {}).setdefault(run_id, set()).add((name, version))
    roles: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for role, by_run in sorted(used.items()):
        first = next(run_id for run_id in labels if run_id in by_run)
        others = tuple(labels[run_id] for run_id in labels if run_id in by_run and by_run[run_id] != by_run[first])
        if others:
            roles.setdefault((labels[first], others), []).append(role)
    return [
        f"Not the same data ({', '.join(named)}): {_listed(others)} used other data than {first}."
        for (first, others), named in roles.items()
    ]


def _listed(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
