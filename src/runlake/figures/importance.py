"""The importance of parameters as bars, with how far the repeats differ and which way each parameter works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, style

if TYPE_CHECKING:
    from runlake.analysis.association import Correlation
    from runlake.analysis.importance import Effect, Importance

_BAR_PX, _REST_PX = 34, 70
_UP, _DOWN, _NONE = "#3B6BE3", "#D97706", "#6B7A90"


def importance_figure(found: Importance, *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw one bar per parameter, the strongest on top; fetches nothing, computes nothing."""
    effects = found.effects[::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [literal(one.name.partition(".")[2], limit=36) for one in effects],
        "x": [one.drop for one in effects],
        "marker": {"color": [_color(one.correlation) for one in effects]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.drop for one in effects],
            "arrayminus": [one.drop - one.low for one in effects],
            "color": tokens.text,
            "thickness": 1.4,
            "width": 4,
        },
        "text": [_hover(one) for one in effects],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
    figure = style(go.Figure({"data": [bars]}), tokens, height=_REST_PX + _BAR_PX * max(1, len(effects)))
    figure.update_xaxes(title={"text": "loss of R² when the parameter is shuffled"}, zeroline=True, showgrid=True)
    # A category of its own for each bar: two long names may be cut to the same text.
    figure.update_yaxes(tickvals=list(range(len(effects))), ticktext=bars["y"], tickfont={"color": tokens.text})
    figure.data[0].y = list(range(len(effects)))
    notes = [
        {
            "x": 1.0,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 12,
            "y": place,
            "text": _words(one.correlation),
            "showarrow": False,
            "align": "left",
            "font": {"size": 12, "color": tokens.text if one.correlation is not None else tokens.muted},
        }
        for place, one in enumerate(effects)
    ]
    return figure.update_layout(annotations=notes, margin={"l": 8, "r": 250, "t": 8, "b": 8}, dragmode=False)


def _color(correlation: Correlation | None) -> str:
    return {1: _UP, -1: _DOWN, 0: _NONE}[_sign(correlation)]


def _sign(correlation: Correlation | None) -> int:
    """Return which way the metric goes where the parameter grows; 0 where the interval does not tell."""
    return 0 if correlation is None else int(correlation.low > 0) - int(correlation.high < 0)


def _words(correlation: Correlation | None) -> str:
    """Say the sign in words too: colour alone is not for everybody."""
    if correlation is None:
        return "no order, so no sign"
    way = {1: "▲ rises with it", -1: "▼ falls with it", 0: "◆ no clear sign"}[_sign(correlation)]
    return f"{way}  ρ {correlation.rho:+.2f} [{correlation.low:+.2f}, {correlation.high:+.2f}]"


def _hover(one: Effect) -> str:
    text = f"{literal(one.name)}<br>loss of R² {one.drop:.3f} (repeats {one.low:.3f} to {one.high:.3f})"
    return text if one.correlation is None else f"{text}<br>rank correlation over {one.correlation.n:,} runs"
