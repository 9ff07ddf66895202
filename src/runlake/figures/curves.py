"""Pictures of series: small panels of one or several lines, marks where a value was no number."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from runlake.analysis.curves import compact
from runlake.figures.layout import STROKES, TITLE_PX, Axes, Line, Panel, Place, Section, places_of
from runlake.figures.many import quiet_traces, ribbon_traces
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, faded, style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from runlake.analysis.curves import Floats

Part = dict[str, object]

_LEFT_PX = 56
_USUAL = Axes()
# Beyond this many lines a box with a value for each would cover the picture.
_UNIFIED_LINES = 12
_SYMBOLS = {"solid": "circle", "dash": "diamond", "dot": "square"}
_BAD = (
    ("nan_x", "NaN", "x-thin", 0.03),
    ("below_x", "−∞", "triangle-down", 0.03),
    ("above_x", "+∞", "triangle-up", 0.97),
)


def panels_figure(
    sections: Sequence[Section], *, axes: Axes = _USUAL, tokens: Theme = LIGHT, exact: bool = False
) -> go.Figure:
    """Draw the panels section by section and row by row in one figure; fetches nothing, computes nothing.

    Where it is `exact`, no number is shortened, not even by what nobody can see.
    """
    pack = np.asarray if exact else compact
    panels = [panel for section in sections for panel in section.panels]
    places, height = places_of(sections, axes)
    traces: list[Part] = []
    layout: Part = {}
    notes: list[Part] = []
    for number, (panel, place) in enumerate(zip(panels, places, strict=True), start=1):
        marks = len(panels) + number
        layout |= _axes_of(number, place, panel, axes, marks_axis=marks)
        on = {"xaxis": f"x{_suffix(number)}", "yaxis": f"y{_suffix(number)}"}
        traces += (
            part | on for part in chain(quiet_traces(panel.quiet), ribbon_traces(panel.ribbons, log_y=axes.log_y))
        )
        traces += chain.from_iterable(
            _line_traces(line, number, marks, panel.has_markers(line), pack) for line in panel.lines
        )
        notes += _titles(panel, place, tokens)
    lines = max((len(panel.lines) + len(panel.ribbons) for panel in panels), default=0)
    layout |= {
        "annotations": notes,
        "showlegend": False,
        "dragmode": "select",
        "selectdirection": "h",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": tokens.muted, "activecolor": tokens.text},
        "hovermode": "x unified" if lines <= _UNIFIED_LINES and not any(p.quiet for p in panels) else "closest",
        "margin": {"l": _LEFT_PX, "r": 12, "t": 0, "b": 0, "pad": 0},
    }
    return style(go.Figure({"data": traces, "layout": layout}), tokens, height=height)


def _axes_of(number: int, place: Place, panel: Panel, axes: Axes, *, marks_axis: int) -> dict[str, object]:
    x: Part = {"domain": [place.left, place.right], "anchor": f"y{_suffix(number)}"}
    x |= {"title": {"text": literal(axes.x_title), "standoff": 6}, "nticks": 6, "automargin": False}
    x |= {"type": "date" if axes.x_is_time else "log" if axes.log_x else "linear", "showgrid": False}
    if axes.x_range is not None and x["type"] != "log":
        x["range"] = list(axes.x_range)
    elif axes.x_range is not None and axes.x_range[0] > 0:
        x["range"] = [math.log10(edge) for edge in axes.x_range]
    y: Part = {"domain": [place.bottom, place.top], "anchor": f"x{_suffix(number)}", "nticks": 5}
    y["automargin"] = False
    y |= {"type": "log" if axes.log_y else "linear", "exponentformat": "power", "zeroline": False}
    parts: dict[str, object] = {f"xaxis{_suffix(number)}": x, f"yaxis{_suffix(number)}": y}
    if any(len(getattr(line.curve, name)) for line in panel.lines for name, *_ in _BAD):
        # Marks live on an axis of their own, so that they stay at the edge at any zoom.
        parts[f"yaxis{marks_axis}"] = {
            "overlaying": f"y{_suffix(number)}",
            "anchor": f"x{_suffix(number)}",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        }
    return parts


def _line_traces(
    line: Line, number: int, marks_axis: int, marked: bool, pack: Callable[[Floats], NDArray[Any]]
) -> list[Part]:
    curve, name = line.curve, literal(line.name)
    faint = len(curve.trend_x) > 0
    color = faded(line.color) if faint else line.color
    axis = {"xaxis": f"x{_suffix(number)}", "yaxis": f"y{_suffix(number)}"}
    raw: Part = {
        "type": "scatter",
        "mode": "markers" if curve.scattered else "lines+markers" if marked else "lines",
        "name": name,
        "x": pack(curve.x),
        "y": pack(curve.y),
        "connectgaps": False,
        "line": {"color": color, "width": 1.2 if faint else 1.8, "dash": line.dash},
        "marker": {"size": _size(line), "color": color, "symbol": _SYMBOLS[line.dash]},
        "hovertemplate": "%{y:.6~g}",
        **axis,
    }
    traces = [raw]
    if faint:
        raw |= {"hoverinfo": "skip", "hovertemplate": None}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if curve.has_lone_points else "lines",
                "marker": {"size": 4, "color": line.color},
                "name": name,
                "x": pack(curve.trend_x),
                "y": pack(curve.trend_y),
                "line": {"color": line.color, "width": 2, "dash": line.dash},
                "hovertemplate": "%{y:.6~g}",
                **axis,
            }
        )
    return traces + list(_mark_traces(line, number, marks_axis, pack))


def _size(line: Line) -> int:
    """Give points more room where they alone tell lines apart, or are all that there is."""
    return 6 if line.curve.scattered or len(line.curve.x) == 1 else 4


def _mark_traces(line: Line, number: int, marks_axis: int, pack: Callable[[Floats], NDArray[Any]]) -> list[Part]:
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": literal(line.name),
            "x": pack(xs),
            "y": np.full(len(xs), height),
            "xaxis": f"x{_suffix(number)}",
            "yaxis": f"y{marks_axis}",
            "hovertemplate": label,
            "cliponaxis": False,
            "marker": {"symbol": symbol, "size": 7, "color": line.color, "line": {"width": 1.4, "color": line.color}},
        }
        for attribute, label, symbol, height in _BAD
        if len(xs := getattr(line.curve, attribute))
    ]


def _titles(panel: Panel, place: Place, tokens: Theme) -> list[Part]:
    text = f"<b>{literal(panel.title, limit=56)}</b>"
    if panel.named:
        text += "".join(
            f'   <span style="color:{line.color}">{STROKES[line.dash]} {literal(line.name, limit=24)}</span>'
            for line in panel.lines
        )
    notes = [_note(text, place, tokens.text, size=12, yshift=3)]
    if place.heading:
        notes.append(_note(f"<b>{literal(place.heading)}</b>", place, tokens.muted, size=14, yshift=TITLE_PX + 4))
    if panel.is_bare:
        middle = {"y": (place.top + place.bottom) / 2, "yanchor": "middle"}
        notes.append(_note("no finite value", place, tokens.muted, size=12, yshift=0) | middle)
    return notes


def _note(text: str, place: Place, color: str, *, size: int, yshift: int) -> Part:
    return {
        "text": text,
        "x": place.left,
        "y": place.top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": yshift,
        "showarrow": False,
        "font": {"size": size, "color": color},
    }


def _suffix(number: int) -> str:
    return "" if number == 1 else str(number)
