"""Curves of runs that are still running, drawn so that a refresh moves the lines and nothing else.

Plotly builds its picture anew whenever a figure changes, which flickers and drops what the pointer shows;
ECharts keeps its canvas. Layout, colours, reduction and smoothing are those of `figures`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from runlake.figures.layout import STROKES, TITLE_PX, places_of
from runlake.figures.text import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.curves import Curve, Floats
    from runlake.figures.layout import Axes, Line, Panel, Place, Section
    from runlake.figures.theme import Theme

MAX_POINTS = 400
_LEFT, _WIDTH = 4.0, 95.0  # percent of the canvas
_TOP_PX = 8  # a title at the very edge would be cut
_TYPES = {"solid": "solid", "dash": "dashed", "dot": "dotted"}
_SYMBOLS = {"solid": "circle", "dash": "diamond", "dot": "rect"}
_BAD = (("nan_x", "pin", 0.03), ("below_x", "arrow", 0.03), ("above_x", "arrow", 0.97))


def show(sections: Sequence[Section], axes: Axes, tokens: Theme, *, key: str, alt: str) -> None:
    """Draw the sections; the picture keeps its place on the page while `key` stays."""
    option, height = spec(sections, axes, tokens)
    st.echarts_chart(option, height=height, key=key, alt=alt)


def spec(sections: Sequence[Section], axes: Axes, tokens: Theme) -> tuple[dict[str, Any], int]:
    """Write the sections as an ECharts option, plain data, and return it with its height in pixels."""
    panels = [panel for section in sections for panel in section.panels]
    places, height = places_of(sections, axes)
    option: dict[str, Any] = {
        "animation": False,
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": "plain"},
        "legend": {"show": False},
        "title": [],
        "grid": [],
        "xAxis": [],
        "yAxis": [],
        "series": [],
    }
    for index, (panel, place) in enumerate(zip(panels, places, strict=True)):
        option["title"] += _titles(panel, place, tokens, height)
        option["grid"].append(_grid(place, height))
        option["xAxis"].append(_x_axis(index, axes, tokens))
        option["yAxis"] += _y_axes(index, axes, tokens)
        for line in panel.lines:
            option["series"] += _series(line, index, marked=panel.has_markers(line))
    return option, height + _TOP_PX


def _top(place: Place, height: int) -> int:
    return round((1 - place.top) * height) + _TOP_PX


def _grid(place: Place, height: int) -> dict[str, Any]:
    return {
        "left": f"{_LEFT + place.left * _WIDTH:.3f}%",
        "width": f"{(place.right - place.left) * _WIDTH:.3f}%",
        "top": _top(place, height),
        "height": round((place.top - place.bottom) * height),
    }


def _titles(panel: Panel, place: Place, tokens: Theme, height: int) -> list[dict[str, Any]]:
    top = _top(place, height)
    left = f"{_LEFT + place.left * _WIDTH:.3f}%"
    names = (
        "".join(f"   {STROKES[line.dash]} {shorten(line.name, limit=24)}" for line in panel.lines)
        if panel.named
        else ""
    )
    style = {"fontSize": 12, "fontWeight": "bold", "color": tokens.text}
    titles = [{"text": shorten(panel.title, limit=56) + names, "left": left, "top": top - TITLE_PX, "textStyle": style}]
    if place.heading:
        heading = {"fontSize": 14, "fontWeight": "bold", "color": tokens.muted}
        titles.append({"text": place.heading, "left": left, "top": max(0, top - 2 * TITLE_PX), "textStyle": heading})
    return titles


def _x_axis(index: int, axes: Axes, tokens: Theme) -> dict[str, Any]:
    kind = "time" if axes.x_is_time else "log" if axes.log_x else "value"
    axis: dict[str, Any] = {
        "gridIndex": index,
        "type": kind,
        "name": shorten(axes.x_title, limit=56),
        "nameLocation": "middle",
    }
    axis |= {"nameGap": 24, "splitLine": {"show": False}, "splitNumber": 5, "scale": True}
    axis |= {"nameTextStyle": {"color": tokens.muted, "fontSize": 11}, "axisLabel": {"color": tokens.muted}}
    if axes.x_range is not None:
        axis |= {"min": axes.x_range[0], "max": axes.x_range[1]}
    return axis


def _y_axes(index: int, axes: Axes, tokens: Theme) -> list[dict[str, Any]]:
    label = {"color": tokens.muted}
    shown: dict[str, Any] = {
        "gridIndex": index,
        "type": "log" if axes.log_y else "value",
        "scale": True,
        "splitNumber": 4,
    }
    shown |= {"axisLabel": label, "splitLine": {"lineStyle": {"color": tokens.grid}}, "name": ""}
    # Marks live on an axis of their own, at the edge.
    return [shown, {"gridIndex": index, "type": "value", "min": 0, "max": 1, "show": False, "name": ""}]


def _series(line: Line, index: int, *, marked: bool) -> list[dict[str, Any]]:
    curve = line.curve
    smoothed = len(curve.trend_x) > 0
    raw = _line(line, index, curve.x, curve.y, opacity=0.3 if smoothed else 1.0)
    raw |= {"showSymbol": marked, "symbolSize": 4, "symbol": _SYMBOLS.get(line.dash, "circle")}
    if curve.scattered:
        raw["lineStyle"] |= {"opacity": 0}
    series = [raw]
    if smoothed:
        raw["tooltip"] = {"show": False}
        series.append(_line(line, index, curve.trend_x, curve.trend_y, opacity=1.0) | {"showSymbol": False})
    return series + _marks(line, curve, index)


def _line(line: Line, index: int, x: Floats, y: Floats, *, opacity: float) -> dict[str, Any]:
    return {
        "type": "line",
        "name": line.name,
        "xAxisIndex": index,
        "yAxisIndex": 2 * index,
        "data": [[_number(a), _number(b)] for a, b in zip(x.tolist(), y.tolist(), strict=True)],
        "lineStyle": {"color": line.color, "width": 1.8, "type": _TYPES.get(line.dash, "solid"), "opacity": opacity},
        "itemStyle": {"color": line.color, "opacity": opacity},
        "connectNulls": False,
    }


def _marks(line: Line, curve: Curve, index: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "name": line.name,
            "xAxisIndex": index,
            "yAxisIndex": 2 * index + 1,
            "data": [[_number(x), height] for x in getattr(curve, attribute).tolist()],
            "symbol": symbol,
            "symbolRotate": 180 if attribute == "below_x" else 0,
            "symbolSize": 8,
            "itemStyle": {"color": line.color},
            "tooltip": {"show": False},
        }
        for attribute, symbol, height in _BAD
        if len(getattr(curve, attribute))
    ]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
