"""All curves of one run: searched, a metric with its splits or a key to a panel, a page of panels at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import format, matching, search_box, table
from components.charts import curve_controls, curves
from components.run import curve_panels, result_table, run_header
from reads import data
from runlake.analysis.series import natural_order
from runlake.query.splits import declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.run.curve_panels import Panel
    from runlake.query import RunDetail
    from runlake.query.splits import Splits

PANELS = 12
_OVERVIEW_PANELS = 6
_PAGE = "run.curves.page"
_BY = {"metric": "By metric", "key": "By key"}


def show(detail: RunDetail) -> None:
    """Draw the controls and the curves that match.

    Raises:
        QueryError: the search does not parse.
    """
    if detail.summaries.is_empty():
        st.caption("No metric was logged.")
        return
    keys = detail.summaries["key"].to_list()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        search_box.show("Search metrics")
        curve_controls.ready(state.RUN_BY)
        st.segmented_control(
            "Panels",
            list(_BY),
            key=state.RUN_BY.key,
            format_func=lambda by: format.segment(_BY[by]),
            required=True,
            persist_state="session",
            label_visibility="collapsed",
            help="One panel for each metric, with train, validation and test as its lines, or one for each key.",
        )
        choice = curve_controls.show(curve_controls.RUN, keys)
        curve_controls.show_stretch(curve_controls.RUN)
    kept = matching.matching(keys, state.RUN_SEARCH.get())
    shown = _page_of(panels_of(detail, kept, by=state.RUN_BY.get()))
    if shown:
        _draw(detail, shown, choice, knobs=curve_controls.RUN, key="run.curves")
    _count(len(kept), detail.summaries.height)
    curve_controls.say(curve_controls.RUN, choice)
    _once(detail, _logged(detail, kept, once=True))


def overview(detail: RunDetail, *, primary: str | None) -> None:
    """Draw the first few metrics, the experiment's primary one before the others."""
    keys = detail.summaries["key"].to_list()
    panels = panels_of(detail, natural_order(keys), by="metric")
    first = sorted(panels, key=lambda panel: _rank(panel, primary))[:_OVERVIEW_PANELS]
    if not first:
        st.caption("No metric was logged at more than one step.")
        return
    plain = curve_controls.choice(curve_controls.RUN, keys)
    _draw(detail, [replace(panel, section="") for panel in first], plain, knobs=None, key="run.overview", columns=2)


def rules_of(detail: RunDetail) -> Splits:
    """Return what the run's experiment declares of splits."""
    found = data.experiments().filter(pl.col("path") == detail.header["experiment"])["splits"]
    return declared(found[0] if found.len() else None)


def panels_of(detail: RunDetail, keys: Sequence[str], *, by: str) -> list[Panel]:
    """Lay out the keys of which there is a curve; what was logged once stands beside the splits of its metric only."""
    several = set(_logged(detail, keys, once=False))
    if by == "key":
        return curve_panels.by_key([key for key in keys if key in several])
    panels = curve_panels.by_metric(keys, rules_of(detail))
    return [panel for panel in panels if not several.isdisjoint(panel.keys)]


def _rank(panel: Panel, primary: str | None) -> int:
    """Order what is looked at first: the primary metric, held-out data, then the rest."""
    return 0 if primary in panel.keys else 1 if panel.is_held_out else 2


def _logged(detail: RunDetail, keys: Sequence[str], *, once: bool) -> list[str]:
    counts = dict(detail.summaries.select("key", "count").iter_rows())
    return [key for key in keys if (counts[key] == 1) == once]


def _page_of(panels: list[Panel]) -> list[Panel]:
    pages = -(-len(panels) // PANELS)
    if pages <= 1:
        return panels
    # Named by the number of pages: after a search, the page that was open may be gone.
    at = st.pagination(pages, key=f"{_PAGE}.{pages}", default=min(int(state.RUN_PART.get()), pages))
    state.RUN_PART.set(float(at))
    return panels[(at - 1) * PANELS : at * PANELS]


def _draw(
    detail: RunDetail,
    panels: Sequence[Panel],
    choice: curve_controls.Choice,
    *,
    knobs: curve_controls.Knobs | None,
    key: str,
    columns: int | None = None,
) -> None:
    wanted = tuple(one for panel in panels for one in panel.keys)
    found = data.series((detail.run_id,), wanted, str(format.zone()))
    groups = [
        curves.Group(
            panel.title,
            tuple(
                curves.Shown(line.name, found[detail.run_id, line.key], *line.look)
                for line in panel.lines
                if (detail.run_id, line.key) in found
            ),
            section=panel.section,
            named=len(panel.lines) > 1,
        )
        for panel in panels
    ]
    started = {detail.run_id: run_header.moment(detail.header["started_at"])}
    setting = curves.Setting(key, started, knobs, live=detail.header["status"] == "running", columns=columns)
    others = curves.others((detail.run_id,), choice)
    curves.show([g for g in groups if g.shown], choice, setting, others=others)


def _count(kept: int, of: int) -> None:
    if kept < of:
        st.caption(f"{kept:,} of {of:,} metrics match." if kept else "No metric matches.")


def _once(detail: RunDetail, keys: Sequence[str]) -> None:
    if not keys:
        return
    rows = detail.summaries.filter(pl.col("key").is_in(keys))
    st.caption("Logged once, so there is no curve.")
    shown = pl.DataFrame(
        {
            "key": rows["key"],
            "value": [result_table.exact(value) for value in rows["last_value"]],
            "step": [result_table.exact(step) for step in rows["last_step"]],
        }
    )
    labels = {"key": "Metric", "value": "Value", "step": "Step"}
    table.show(shown, labels=labels, right=["value", "step"], most_px=300, alt="Metrics that were logged once")
