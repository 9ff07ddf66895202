"""A distribution: counts between edges as bars."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from runlake.figures.theme import FONT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.figures.theme import Theme

HEIGHT_PX = 260


def histogram_figure(counts: Sequence[float], edges: Sequence[float], *, tokens: Theme) -> go.Figure:
    """Draw n counts between n + 1 rising edges."""
    ends = list(itertools.pairwise(edges))
    bar = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in ends],
        "y": list(counts),
        "width": [high - low for low, high in ends],
        "customdata": [list(pair) for pair in ends],
        "hovertemplate": "%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y:,}<extra></extra>",
        "marker": {"color": tokens.primary, "line": {"width": 0}},
    }
    axis = {"gridcolor": tokens.grid, "linecolor": tokens.border, "zeroline": False}
    return go.Figure(
        data=[bar],
        layout={
            "height": HEIGHT_PX,
            "margin": {"l": 56, "r": 12, "t": 8, "b": 40},
            "font": {"family": FONT, "color": tokens.text, "size": 12},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "bargap": 0,
            "dragmode": False,
            "xaxis": axis | {"title": {"text": "value"}, "showgrid": False},
            "yaxis": axis | {"title": {"text": "count"}, "rangemode": "tozero"},
        },
    )
