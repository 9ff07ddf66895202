"""A distribution: counts between edges as bars."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from runlake.figures.theme import style

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
    layout = {
        "bargap": 0,
        "dragmode": False,
        "xaxis": {"title": {"text": "value"}},
        "yaxis": {"title": {"text": "count"}},
    }
    return style(go.Figure({"data": [bar], "layout": layout}), tokens, height=HEIGHT_PX)
