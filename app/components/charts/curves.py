"""Pictures of curves: panels in sections, a caption that says what is left out, and what was logged only once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components import format
from components.charts import chart_export, curve_controls, live_curves
from reads import data
from runlake.analysis.arrange import Arranged, arrange
from runlake.analysis.curves import MAX_POINTS
from runlake.analysis.series import XAxis
from runlake.figures.caption import caption
from runlake.figures.curves import panels_figure
from runlake.figures.layout import Axes, Line, Panel, Section
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import plotly.graph_objects as go

    from components.charts.curve_controls import Choice, Knobs
    from runlake.analysis.series import Series

CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "scrollZoom": False,
    "doubleClick": False,
    "modeBarButtons": [["toImage"]],
}
# Fewer panels have room for more of each.
_LAYOUTS = {1: (1, 380), 2: (2, 300)}
_USUAL = (3, 190)


@dataclass(frozen=True, slots=True)
class Shown:
    """One series with its name and look."""

    name: str
    series: Series
    color: str
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Group:
    """The series of one panel, and the section that the panel is in."""

    title: str
    shown: tuple[Shown, ...]
    section: str = ""
    named: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """How and where pictures are drawn.

    Attributes:
        key: of the picture.
        started: when each run started, for relative time.
        knobs: where a stretch that the reader drags over is kept; None means that nothing can be dragged.
        live: some run is still running, so the picture is refreshed again and again.
        columns, panel_px: of the layout; None chooses by the number of panels.
    """

    key: str
    started: Mapping[str, datetime | None]
    knobs: Knobs | None = None
    live: bool = False
    columns: int | None = None
    panel_px: int | None = None


def others(run_ids: tuple[str, ...], choice: Choice) -> dict[str, Series]:
    """Return what the runs are drawn over, by their ids; nothing where that is no metric."""
    if choice.view.axis is not XAxis.METRIC:
        return {}
    found = data.series(run_ids, (choice.view.over,), str(format.zone()))
    return {run_id: series for (run_id, _), series in found.items()}


def show(
    groups: Sequence[Group], choice: Choice, setting: Setting, *, others: Mapping[str, Series] | None = None
) -> None:
    """Draw one panel per group, and the caption below; the groups of a section follow each other.

    Args:
        groups: of series.
        choice: how to see them.
        setting: how and where to draw.
        others: run_id to the series that is drawn over, where the x axis is a metric.
    """
    series = [[one.series for one in group.shown] for group in groups]
    most = live_curves.MAX_POINTS if setting.live else MAX_POINTS
    arranged = arrange(series, choice.view, started=setting.started, max_points=most, others=others)
    axes = axes_of(arranged.x_title, choice, setting, panels=len(groups))
    alt = in_order(f"Curves of {', '.join(group.title for group in groups)}")
    if setting.live:
        tokens = theme(st.context.theme.type)
        live_curves.show(sections(groups, arranged), axes, tokens, key=f"{setting.key}.live", alt=alt)
    else:
        draw = partial(panels_figure, sections(groups, arranged), axes=axes)
        plotly(draw(tokens=theme(st.context.theme.type)), setting, alt)
        run_ids = dict.fromkeys(one.series.run_id for group in groups for one in group.shown)
        chart_export.show(partial(draw, exact=True), of=alt, key=f"{setting.key}.export", run_ids=list(run_ids))
    if text := caption(arranged, log_y=choice.log_y, can_drag=setting.knobs is not None and not setting.live):
        st.caption(text)


def plotly(figure: go.Figure, setting: Setting, alt: str) -> None:
    """Draw a figure in which a stretch can be dragged over, where the setting has a place for it."""
    if setting.knobs is None:
        figure.update_layout(dragmode=False)
        st.plotly_chart(figure, theme=None, key=setting.key, config=CONFIG | {"displayModeBar": False}, alt=alt)
        return
    # Its name changes with the stretch, so that an old box is not drawn over the new picture.
    key = f"{setting.key}.{setting.knobs.stretch.get()}"
    on_select = partial(curve_controls.take_stretch, setting.knobs, key)
    st.plotly_chart(figure, theme=None, key=key, config=CONFIG, on_select=on_select, selection_mode="box", alt=alt)


def axes_of(x_title: str, choice: Choice, setting: Setting, *, panels: int) -> Axes:
    """Lay out so many panels, over what the reader chose."""
    columns, panel_px = _LAYOUTS.get(panels, _USUAL)
    is_time = choice.view.axis is XAxis.TIME
    return Axes(
        x_title=f"time ({format.zone()})" if is_time else x_title,
        x_is_time=is_time,
        log_x=choice.log_x,
        log_y=choice.log_y,
        x_range=choice.view.stretch,
        columns=setting.columns or columns,
        panel_px=setting.panel_px or panel_px,
    )


def sections(groups: Sequence[Group], arranged: Arranged) -> list[Section]:
    """Put the curves back under the titles, names and colours of their groups."""
    found: list[Section] = []
    for group, curves in zip(groups, arranged.groups, strict=True):
        lines = tuple(
            Line(one.name, curve, one.color, one.dash) for one, curve in zip(group.shown, curves, strict=True)
        )
        panel = Panel(group.title, lines, named=group.named)
        if found and found[-1].title == group.section:
            found[-1] = Section(group.section, (*found[-1].panels, panel))
        else:
            found.append(Section(group.section, (panel,)))
    return found
