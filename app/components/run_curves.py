"""All curves of one run: searched, in sections by the path of their keys, a page of panels at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import data
import state
from components import curve_controls, curves, format, matching, result_table, run_header, search_box, table
from runlake.analysis.series import by_last_part, natural_order, sections
from runlake.figures.theme import series_colour, series_dash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.query import RunDetail

PANELS = 12
_OVERVIEW_PANELS = 6
_PAGE = "run.curves.page"
_HELD_OUT = ("val", "test", "eval")


def show(detail: RunDetail) -> None:
    """Draw the controls and the curves that match.

    Raises:
        QueryError: the search does not parse.
    """
    if detail.summaries.is_empty():
        st.caption("No metric was logged.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        search_box.show("Search metrics")
        choice = curve_controls.show(curve_controls.RUN)
        curve_controls.ready(state.RUN_TOGETHER)
        st.toggle(
            "Same names together",
            key=state.RUN_TOGETHER.key,
            persist_state="session",
            help="Draws train/loss and val/loss in one panel.",
        )
        curve_controls.show_stretch(curve_controls.RUN)
    kept = matching.matching(detail.summaries["key"].to_list(), state.RUN_SEARCH.get())
    several = _logged(detail, kept, once=False)
    panels = grouped(several, together=state.RUN_TOGETHER.get())
    shown = _page_of(panels)
    if shown:
        _draw(detail, shown, choice, knobs=curve_controls.RUN, key="run.curves")
    _count(len(kept), detail.summaries.height)
    _once(detail, _logged(detail, kept, once=True))


def overview(detail: RunDetail, *, primary: str | None) -> None:
    """Draw the first few curves, the experiment's primary metric before the others."""
    several = _logged(detail, detail.summaries["key"].to_list(), once=False)
    first = sorted(natural_order(several), key=lambda key: _rank(key, primary))[:_OVERVIEW_PANELS]
    if not first:
        st.caption("No metric was logged at more than one step.")
        return
    panels = [("", key, [key]) for key in first]
    plain = curve_controls.choice(curve_controls.RUN)
    _draw(detail, panels, plain, knobs=None, key="run.overview", columns=2)


def _rank(key: str, primary: str | None) -> int:
    """Order what is looked at first: the primary metric, held-out data, then the rest."""
    return 0 if key == primary else 1 if key.lower().startswith(_HELD_OUT) else 2


def grouped(keys: Sequence[str], *, together: bool) -> list[tuple[str, str, list[str]]]:
    """Lay keys out in panels: section, title and keys of each."""
    if together:
        return [("", name, members) for name, members in by_last_part(keys).items()]
    return [(section, key, [key]) for section, members in sections(keys).items() for key in members]


def _logged(detail: RunDetail, keys: Sequence[str], *, once: bool) -> list[str]:
    counts = dict(detail.summaries.select("key", "count").iter_rows())
    return [key for key in keys if (counts[key] == 1) == once]


def _page_of(panels: list[tuple[str, str, list[str]]]) -> list[tuple[str, str, list[str]]]:
    pages = -(-len(panels) // PANELS)
    if pages <= 1:
        return panels
    # Named by the number of pages: after a search, the page that was open may be gone.
    at = st.pagination(pages, key=f"{_PAGE}.{pages}", default=min(int(state.RUN_PART.get()), pages))
    state.RUN_PART.set(float(at))
    return panels[(at - 1) * PANELS : at * PANELS]


def _name(key: str, title: str) -> str:
    """Name a line in a panel of several by what comes before the name that they share."""
    return key if key == title else key.removesuffix(f"/{title}")


def _looks(panels: Sequence[tuple[str, str, list[str]]]) -> dict[str, int]:
    """Give a place in the palette to each name, the same in all panels; a line alone has the first."""
    alone = {key: 0 for _, title, keys in panels for key in keys if key == title}
    shared = natural_order({_name(key, title) for _, title, keys in panels for key in keys if key != title})
    return alone | {name: at for at, name in enumerate(shared)}


def _draw(
    detail: RunDetail,
    panels: Sequence[tuple[str, str, list[str]]],
    choice: curve_controls.Choice,
    *,
    knobs: curve_controls.Knobs | None,
    key: str,
    columns: int | None = None,
) -> None:
    wanted = tuple(one for _, _, keys in panels for one in keys)
    found = data.series((detail.run_id,), wanted, str(format.zone()))
    looks = _looks(panels)
    groups = [
        curves.Group(
            title,
            tuple(
                curves.Shown(name, found[detail.run_id, one], series_colour(looks[name]), series_dash(looks[name]))
                for one in keys
                if (detail.run_id, one) in found
                for name in [_name(one, title)]
            ),
            section=section,
            named=keys != [title],
        )
        for section, title, keys in panels
    ]
    started = {detail.run_id: run_header.moment(detail.header["started_at"])}
    live = detail.header["status"] == "running"
    curves.show([g for g in groups if g.shown], choice, curves.Setting(key, started, knobs, live=live, columns=columns))


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
