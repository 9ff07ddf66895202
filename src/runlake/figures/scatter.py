"""Runs as points of two axes with a third as colour, and several such planes side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from runlake.figures.shades import shades
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, style
from runlake.figures.ticks import ticks, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlake.analysis.axes import Axis
    from runlake.analysis.points import Points

Part = dict[str, object]

_RANGE = [-0.03, 1.03]
_PANEL_PX, _GAP = 150, 0.03


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes and the runs between them.

    Attributes:
        x, y: axes.
        points: of the runs.
        brushed: whether x and y are brushed: the places of the left, right, lower and upper edge; None for none.
    """

    x: Axis
    y: Axis
    points: Points
    brushed: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Colour:
    """What gives the colour.

    Attributes:
        title: what it shows, in words.
        axis: whose values the key tells; None where the colour is a rank from worst to best.
        values: axes whose value each point tells under the pointer.
    """

    title: str
    axis: Axis | None = None
    values: tuple[Axis, ...] = ()


def scatter_figure(
    plane: Plane,
    *,
    names: Sequence[str],
    colour: Colour,
    maximize_x: bool = False,
    tokens: Theme = LIGHT,
    height: int = 410,
) -> go.Figure:
    """Draw one plane; fetches nothing, computes nothing.

    Args:
        plane: what is drawn.
        names: (n,) of the runs, for the pointer.
        colour: what it means.
        maximize_x: which way x is better, which decides the corners of the front.
        tokens: of the theme.
        height: pixels.
    """
    texts = _texts(plane, names, colour)
    traces = _dots(plane.points, tokens, size=9, texts=texts, key=_key(colour, tokens))
    if len(plane.points.front):
        traces.append(_front(plane, maximize_x=maximize_x, tokens=tokens))
    figure = style(go.Figure({"data": traces}), tokens, height=height)
    figure.update_xaxes(**_scale(plane.x), showgrid=True).update_yaxes(**_scale(plane.y))
    shapes = [] if plane.brushed is None else [_box(plane.brushed, tokens)]
    return figure.update_layout(
        shapes=shapes,
        showlegend=False,
        dragmode="select",
        hovermode="closest",
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": tokens.muted, "activecolor": tokens.text},
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
    )


def matrix_figure(axes: Sequence[Axis], planes: Sequence[Plane], *, colour: Colour, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the planes of all pairs of axes, each pair once: row below row, the axis of a row against all before it.

    Args:
        axes: two to five.
        planes: in the order (1, 0), (2, 0), (2, 1), (3, 0) and so on.
        colour: what it means.
        tokens: of the theme.
    """
    cells = len(axes) - 1
    height = 80 + _PANEL_PX * max(2, cells)
    traces: list[Part] = []
    layout: Part = {"showlegend": False, "dragmode": False, "hovermode": False}
    layout["margin"] = {"l": 8, "r": 8, "t": 12, "b": 8}
    pairs = [(row, column) for row in range(1, len(axes)) for column in range(row)]
    for number, ((row, column), plane) in enumerate(zip(pairs, planes, strict=True), start=1):
        suffix = "" if number == 1 else str(number)
        key = _key(colour, tokens) if number == 1 else None
        place: Part = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces += [one | place for one in _dots(plane.points, tokens, size=5, texts=None, key=key)]
        x = _cell_scale(plane.x, at=column, of=cells, is_edge=row == cells)
        y = _cell_scale(plane.y, at=cells - row, of=cells, is_edge=column == 0)
        layout[f"xaxis{suffix}"] = x | {"anchor": f"y{suffix}", "ticks": ""}
        layout[f"yaxis{suffix}"] = y | {"anchor": f"x{suffix}"}
    return style(go.Figure({"data": traces, "layout": layout}), tokens, height=height)


def _cell_scale(axis: Axis, *, at: int, of: int, is_edge: bool) -> Part:
    """Scale one axis of a matrix; only those at the edges are named."""
    size = (1 - _GAP * (of - 1)) / of
    low = at * (size + _GAP)
    scale = _scale(axis, few=True)
    title = {"text": "", **(scale["title"] if is_edge and isinstance(scale["title"], dict) else {})}
    return scale | {"domain": [low, min(1.0, low + size)], "showticklabels": is_edge, "title": title}


def _dots(points: Points, tokens: Theme, *, size: float, texts: Sequence[str] | None, key: Part | None) -> list[Part]:
    """Draw what has no colour below the rest, and the best on top."""
    has = ~np.isnan(points.shade)
    colored = np.flatnonzero(has)[np.argsort(points.shade[has], kind="stable")]
    colors = shades(tokens)
    marker: Part = {
        "color": points.shade[colored].astype(np.float32),
        "colorscale": [(place / (len(colors) - 1), color) for place, color in enumerate(colors)],
        "cmin": 0.0,
        "cmax": 1.0,
        "line": {"width": 0.6, "color": tokens.muted},
    }
    if key is not None:
        marker |= {"showscale": True, "colorbar": key}
    plain: Part = {"color": tokens.border}
    return [
        _dots_of(points, rows, look | {"size": _sizes(points, rows, size), "opacity": 0.85}, texts)
        for rows, look in ((np.flatnonzero(~has), plain), (colored, marker))
        if len(rows)
    ]


def _dots_of(points: Points, rows: NDArray[np.intp], marker: Part, texts: Sequence[str] | None) -> Part:
    told: Part = {"hoverinfo": "skip"}
    if texts is not None:
        told = {"text": [texts[row] for row in rows.tolist()], "hovertemplate": "%{text}<extra></extra>"}
    return told | {
        "type": "scatter",
        "mode": "markers",
        "x": points.x[rows].astype(np.float32),
        "y": points.y[rows].astype(np.float32),
        "marker": marker,
        # What a box does not hold is dimmed otherwise; the next picture says it better.
        "unselected": {"marker": {"opacity": 0.85}},
    }


def _sizes(points: Points, rows: NDArray[np.intp], size: float) -> float | NDArray[np.float32]:
    """Let the area grow with the logarithm of the runs: one stays visible beside a thousand."""
    if not points.is_merged:
        return size
    grown: NDArray[np.float32] = (size * np.sqrt(1 + 0.35 * np.log2(points.count[rows]))).astype(np.float32)
    return grown


def _key(colour: Colour, tokens: Theme) -> Part:
    title = {"text": literal(colour.title, limit=44), "side": "right", "font": {"color": tokens.muted, "size": 12}}
    marks = [] if colour.axis is None else ticks(colour.axis)
    places, texts = (
        ([0.0, 1.0], ["worst", "best"]) if colour.axis is None else _apart([(m.place, m.text) for m in marks])
    )
    return {
        "title": title,
        "thickness": 12,
        "outlinewidth": 0,
        "tickvals": places,
        "ticktext": texts,
        "tickfont": {"color": tokens.muted, "size": 11},
    }


def _apart(marks: Sequence[tuple[float, str]]) -> tuple[list[float], list[str]]:
    """Leave marks out that would overlap."""
    kept = marks[:1] + [after for before, after in pairwise(marks) if after[0] - before[0] > 0.02]  # type: ignore[operator]  # both are lists
    return [place for place, _ in kept], [text for _, text in kept]


def _scale(axis: Axis, *, few: bool = False) -> Part:
    marks = ticks(axis, at_most=3, characters=12) if few else ticks(axis)
    if few and len(marks) > 4:
        marks = [marks[0], *marks[1 : -1 : max(1, len(marks) // 3)], marks[-1]]
    title = f"{axis.name.partition('.')[2] or axis.name}{' (log)' if axis.is_log else ''}"
    return {
        "range": list(_RANGE),
        "tickvals": [mark.place for mark in marks],
        "ticktext": [mark.text for mark in marks],
        "title": {"text": literal(title, limit=20 if few else 60)},
        "zeroline": False,
    }


def _texts(plane: Plane, names: Sequence[str], colour: Colour) -> list[str]:
    told = tuple(dict.fromkeys((plane.x, plane.y, *colour.values)))
    return [
        f"{many:,} runs about here"
        if many > 1
        else "<br>".join(
            [
                literal(names[row]),
                *(f"{literal(axis.name.partition('.')[2])}: {value_text(axis, axis.position[row])}" for axis in told),
            ]
        )
        for row, many in zip(plane.points.first.tolist(), plane.points.count.tolist(), strict=True)
    ]


def _front(plane: Plane, *, maximize_x: bool, tokens: Theme) -> Part:
    rows = plane.points.front
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": plane.x.place[rows].astype(np.float32),
        "y": plane.y.place[rows].astype(np.float32),
        # Corners on the side that is worse: what lies between them is reached by no run.
        "line": {"shape": "vh" if maximize_x else "hv", "color": tokens.warn, "width": 1.8},
        "marker": {"symbol": "circle-open", "size": 12, "color": tokens.warn, "line": {"width": 1.8}},
        "hoverinfo": "skip",
    }


def _box(edges: tuple[float, float, float, float], tokens: Theme) -> Part:
    left, right, low, high = edges
    line = {"color": tokens.primary, "width": 1.5, "dash": "dot"}
    return {"type": "rect", "x0": left, "x1": right, "y0": low, "y1": high, "layer": "below", "line": line}
