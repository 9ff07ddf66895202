"""What differs between runs, field by field, against the first of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import export, format, matching, search_box, table
from components.charts import curve_controls
from components.compare import diff_summary, field_text
from components.compare.field_text import SECTIONS
from reads import compared, data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.slots import Slot
    from runlake.query import Comparison

_ALL = "All"
_TABLE_PX = 1000


def show(runs: Sequence[Slot]) -> None:
    """Draw the search, the sections and the table.

    Raises:
        QueryError: the search does not parse.
    """
    if len(runs) < 2:
        st.caption("Add a second run to see how they differ.")
        return
    run_ids, many = tuple(run.run_id for run in runs), len(runs) > state.AT_HAND
    fields = compared.variety(run_ids).fields if many else _first(data.differences(run_ids))
    curve_controls.ready(state.COMPARE_ALL)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Differences**", width="content")
        search_box.show("Search fields", param=state.COMPARE_SEARCH)
        everything = state.COMPARE_ALL.get()
        section = _sections(fields, only_different=not everything)
        st.toggle("Equal rows too", key=state.COMPARE_ALL.key, persist_state="session")
    if many:
        found = diff_summary.written(compared.variety(run_ids), only_different=not everything)
    else:
        found = written(data.differences(run_ids), only_different=not everything)
    if section != _ALL:
        found = found.filter(pl.col("section") == section)
    kept = matching.matches(found["field"].to_list(), state.COMPARE_SEARCH.get())
    shown = found.filter(pl.Series(kept, dtype=pl.Boolean))
    if shown.is_empty():
        st.caption(
            "Nothing matches."
            if found.height
            else "These runs do not differ."
            if not everything
            else "Nothing is recorded."
        )
        return
    _table(shown, runs, many=many)


def _table(shown: pl.DataFrame, runs: Sequence[Slot], *, many: bool) -> None:
    labels = {"section": "Section", "field": "Field"} | {run.run_id: run.label for run in runs}
    widths = {"section": 95, "field": 200} | {run.run_id: max(175, _TABLE_PX // len(runs)) for run in runs}
    said = "In brackets: the change against the reference, absolute and in percent of it."
    if many:
        labels, widths = diff_summary.LABELS, diff_summary.WIDTHS
        said = f"Of {len(runs):,} runs. Values: how many different ones there are, none counted as one. Up to {state.AT_HAND} runs stand side by side."
    table.show(
        shown,
        labels=labels,
        widths=widths,
        right=diff_summary.RIGHT if many else (),
        most_px=640,
        missing="not recorded",
        alt="Differences between the runs",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said, width="stretch")
        export.differences(shown, labels, of=[run.run_id for run in runs])


def _first(comparison: Comparison) -> pl.DataFrame:
    """Return each field once, with whether it differs."""
    return comparison.cells.filter(pl.col("run") == 0)


def _sections(fields: pl.DataFrame, *, only_different: bool) -> str:
    rows = fields.filter("differs") if only_different else fields
    counts = {SECTIONS[name]: count for name, count in rows.group_by("section").len().iter_rows()}
    options = [_ALL, *(title for title in SECTIONS.values() if title in counts)]
    chosen = st.segmented_control(
        "Section",
        options,
        default=_ALL,
        key="compare.section",
        required=True,
        label_visibility="collapsed",
        format_func=lambda title: format.segment(title if title == _ALL else f"{title} {counts.get(title, 0):,}"),
    )
    return chosen if chosen in options else _ALL


def written(comparison: Comparison, *, only_different: bool) -> pl.DataFrame:
    """Write the comparison as texts: section, field, then one column per run id."""
    cells = comparison.cells.filter("differs") if only_different else comparison.cells
    texts = cells.with_columns(
        pl.Series("shown", [cell(row) for row in cells.iter_rows(named=True)], dtype=pl.String),
        field_text.name(),
        pl.col("section").replace_strict(SECTIONS),
    )
    rows = texts.group_by("section", "field", maintain_order=True).agg("shown")
    runs = [pl.col("shown").list.get(place).alias(run_id) for place, run_id in enumerate(comparison.run_ids)]
    return rows.select("section", "field", *runs)


def cell(row: dict[str, Any]) -> str | None:
    """Write one value, and for a number how it differs from the reference.

    >>> base = {"text": "0.5", "number": 0.5, "type": "float", "run": 1, "change": "changed", "field": "lr"}
    >>> cell(base | {"delta": 0.1, "percent": 25.0}), cell(base | {"delta": -0.1, "percent": None})
    ('0.5 (+0.1, +25 %)', '0.5 (−0.1)')
    >>> cell(base | {"field": "duration_s", "number": 90.0, "delta": 30.0, "percent": 50.0})
    '1 min 30 s (+30.0 s, +50 %)'
    """
    if row["text"] is None:
        return None
    text, delta = field_text.text(row), row["delta"]
    if row["run"] == 0 or row["change"] == "same":
        return text
    if row["change"] == "type":
        return f"{text} ({row['type']})"
    if delta is None or not math.isfinite(delta) or delta == 0:
        return text
    percent = row["percent"]
    share = f", {signed(percent)} %" if percent is not None and math.isfinite(percent) else ""
    change = _sign(delta) + format.duration(abs(delta)) if row["field"] == "duration_s" else signed(delta)
    return f"{text} ({change}{share})"


def signed(value: float) -> str:
    """Show a change with its sign, to three digits.

    >>> signed(0.01234567), signed(-25.0), signed(27.7345)
    ('+0.0123', '−25', '+27.7')
    """
    return format.signed(float(f"{value:.3g}"))


def _sign(value: float) -> str:
    return "+" if value > 0 else "−"
