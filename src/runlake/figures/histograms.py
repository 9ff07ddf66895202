"""Distributions of several runs on the same edges: laid over each other, or one alone on the scale of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.bins import Binned

HEIGHT_PX = 260


@dataclass(frozen=True, slots=True)
class Shape:
    """One run: its name and look."""

    name: str
    color: str
    dash: str = "solid"


def overlaid_figure(binned: Binned, shapes: Sequence[Shape], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the outline of each; n shapes for n histograms."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": literal(shape.name),
            "x": binned.edges,
            # The last edge closes the last step.
            "y": np.append(counts, counts[-1]),
            "line": {"shape": "hv", "color": shape.color, "dash": shape.dash, "width": 1.8},
            "fill": "tozeroy",
            "fillcolor": _faded(shape.color),
            "hovertemplate": "%{y:,.6~g}",
        }
        for shape, counts in zip(shapes, binned.counts, strict=True)
    ]
    layout = {"xaxis": {"title": {"text": "value"}}, "yaxis": {"title": {"text": "count"}}, "showlegend": True}
    layout |= {
        "dragmode": False,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    }
    return style(go.Figure({"data": traces, "layout": layout}), tokens, height=HEIGHT_PX + 40)


def alone_figure(binned: Binned, place: int, shape: Shape, *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the histogram at one place as bars; its axes reach as far as all of them need."""
    edges, counts = binned.edges, binned.counts[place]
    bars = {
        "type": "bar",
        "name": literal(shape.name),
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": counts,
        "width": np.diff(edges),
        "customdata": np.column_stack([edges[:-1], edges[1:]]),
        "hovertemplate": "%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y:,.6~g}<extra></extra>",
        "marker": {"color": shape.color, "line": {"width": 0}},
    }
    layout = {
        "bargap": 0,
        "dragmode": False,
        "xaxis": {"title": {"text": "value"}, "range": [edges[0], edges[-1]]},
        "yaxis": {"title": {"text": "count"}, "range": [0, max(1.0, float(binned.counts.max())) * 1.05]},
    }
    return style(go.Figure({"data": [bars], "layout": layout}), tokens, height=HEIGHT_PX)


def _faded(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"
