"""What the compared runs ran on: machine, interpreter, packages, each against the reference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import export, format, matching, search_box, table
from components.charts import curve_controls
from components.compare import beside
from reads import sections
from runlake.analysis.versions import Step, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.slots import Slot

MOST = 8  # runs beside each other
SECTIONS = {"machine": "Machine", "packages": "Packages", "variables": "Variables", "details": "Details"}
_WORDS = {
    "python_version": "Python",
    "platform": "Platform",
    "cpu": "Processor",
    "memory_bytes": "Memory",
    "gpu": "GPU",
    "host": "Host",
    "seeds": "Random seeds",
}
# Signs and words: what a change is must not hang on a colour.
_SIGNS = {
    Step.ADDED: "+ added",
    Step.REMOVED: "− removed",
    Step.UPGRADED: "↑ upgraded",
    Step.DOWNGRADED: "↓ downgraded",
    Step.CHANGED: "≠ changed",
}
_TABLE_PX, _TIMES = 1000, "differs"


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the search, the counts and the table.

    Raises:
        QueryError: the search does not parse.
    """
    run_ids = tuple(run.run_id for run in runs)
    rows = grid(sections.environment(run_ids), run_ids)
    curve_controls.ready(state.COMPARE_ALL)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search_box.show("Search packages and facts", param=state.COMPARE_ENVIRONMENT)
        st.toggle("Equal rows too", key=state.COMPARE_ALL.key, persist_state="session")
    if rows.is_empty():
        st.caption("Nothing is recorded of what these runs ran on.")
        return
    found = rows if state.COMPARE_ALL.get() else rows.filter(pl.col(_TIMES) > 0)
    words = (found["section"].replace_strict(SECTIONS) + " " + found["field"]).to_list() if found.height else []
    found = found.filter(pl.Series(matching.matches(words, state.COMPARE_ENVIRONMENT.get()), dtype=pl.Boolean))
    st.caption(_summary(rows, runs))
    if found.is_empty():
        st.caption("Nothing matches." if words else "These runs ran on the same.")
        return
    _table(found, runs, beside.show(runs, most=MOST, key="compare.environment.beside"))


def _table(found: pl.DataFrame, runs: Sequence[Slot], shown: Sequence[Slot]) -> None:
    written = found.with_columns(pl.col("section").replace_strict(SECTIONS), pl.col(_TIMES).cast(pl.String))
    cells = [
        pl.Series(run.run_id, [cell(*row) for row in zip(
            found["section"], found["field"], found[shown[0].run_id], found[run.run_id], strict=True
        )], dtype=pl.String)
        for run in shown
    ]  # fmt: skip
    written = written.with_columns(pl.col("field").replace(_WORDS), *cells)
    labels = {"section": "Section", "field": "Field"} | {run.run_id: run.label for run in shown}
    if len(runs) > len(shown):
        labels = {"section": "Section", "field": "Field", _TIMES: "Differ"} | labels
    widths = {"section": 90, "field": 180, _TIMES: 60}
    widths |= {run.run_id: max(175, _TABLE_PX // len(shown)) for run in shown}
    table.show(
        written, labels=labels, widths=widths, right=[_TIMES], most_px=640, missing="not recorded",
        alt="What the runs ran on",
    )  # fmt: skip
    export.differences(written, labels, name="environment", of=[run.run_id for run in shown])


def grid(rows: pl.DataFrame, run_ids: Sequence[str]) -> pl.DataFrame:
    """Lay facts out side by side.

    Args:
        rows: as `query.environment` gives them.
        run_ids: the reference first.

    Returns:
        section, field, differs (how many runs have another value than the reference), then a column per run.
    """
    place = ["section", "field"]
    order = rows.select(place).unique(maintain_order=True)
    if order.is_empty():
        return order.with_columns(pl.lit(0).alias(_TIMES), *(pl.lit(None, pl.String).alias(one) for one in run_ids))
    wide = rows.pivot("run_id", index=place, values="text", maintain_order=True)
    missing = [pl.lit(None, pl.String).alias(one) for one in run_ids if one not in wide.columns]
    wide = wide.with_columns(missing)
    differs = pl.sum_horizontal(pl.col(one).ne_missing(pl.col(run_ids[0])).cast(pl.Int64) for one in run_ids)
    ranks = pl.col("section").replace_strict({name: at for at, name in enumerate(SECTIONS)}, return_dtype=pl.Int64)
    return wide.select(*place, differs.alias(_TIMES), *run_ids).sort(ranks, maintain_order=True)


def cell(section: str, field: str, reference: str | None, value: str | None) -> str | None:
    """Write one value, and for a package how it stands to the reference's.

    >>> cell("packages", "numpy", "1.9", "1.10"), cell("packages", "numpy", None, "1.10"), cell("machine", "gpu", "a", "b")
    ('1.10  ↑ upgraded', '1.10  + added', 'b')
    >>> cell("packages", "numpy", "1.9", None), cell("machine", "memory_bytes", None, "64000000000")
    ('− removed', '64.0 GB')
    """
    if section != "packages":
        return _readable(field, value)
    sign = _SIGNS.get(step(reference, value))
    return value if sign is None else sign if value is None else f"{value}  {sign}"


def _readable(field: str, value: str | None) -> str | None:
    if value is None:
        return None
    if field == "memory_bytes" and value.isdigit():
        return format.size(int(value))
    if field == "seeds":
        try:
            seeds = json.loads(value)
        except ValueError:
            return value
        if isinstance(seeds, dict):
            return ", ".join(f"{name} {seed}" for name, seed in seeds.items())
    return value


def _summary(rows: pl.DataFrame, runs: Sequence[Slot]) -> str:
    packages = rows.filter(pl.col("section") == "packages")
    different = packages.filter(pl.col(_TIMES) > 0)
    reference, others = runs[0].run_id, [run.run_id for run in runs[1:]]
    steps = [step(row[reference], row[other]) for row in different.iter_rows(named=True) for other in others]
    counted = {kind: steps.count(kind) for kind in _SIGNS}
    said = ", ".join(f"{count:,} {kind}" for kind, count in counted.items() if count)
    several = " over all runs" if len(others) > 1 else ""
    first = f"{different.height:,} of {packages.height:,} packages differ from the reference"
    return f"{first}: {said}{several}." if said else f"All {packages.height:,} packages are the reference's."
