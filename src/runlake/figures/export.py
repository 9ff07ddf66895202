"""A picture for elsewhere: on a ground of its own, with a title and a line that says what it is of."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from runlake.figures.text import literal
from runlake.figures.theme import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.figures.theme import Theme

WIDTH_PX = 1000
_TITLE_PX, _LINE_PX, _PAD_PX = 26, 16, 14
_CHARACTERS, _MOST_LINES = 150, 4
_TITLE = 100
_MOST_NAMES, _LEGEND_PX, _ROW, _KEY = 30, 24, 110, 7  # of the legend: entries, pixels and characters of a row, of a key


def exported_figure(figure: go.Figure, *, title: str, lines: Sequence[str], tokens: Theme) -> go.Figure:
    """Return a copy with a title above it and below that small lines; nothing in it answers to a pointer.

    Args:
        figure: as it was drawn with these tokens.
        title: text, shown as it is.
        lines: texts that say what it is of; long ones are wrapped, and cut after four.
        tokens: whose background it gets.
    """
    wrapped = [part for line in lines for part in textwrap.wrap(line, _CHARACTERS) or [""]]
    if len(wrapped) > _MOST_LINES:
        wrapped[_MOST_LINES - 1 :] = [f"{wrapped[_MOST_LINES - 1][: _CHARACTERS - 2]} …"]
    above = _PAD_PX + _TITLE_PX + _LINE_PX * len(wrapped)
    small = "<br>".join(literal(line, limit=_CHARACTERS + 2) for line in wrapped)
    copy = go.Figure(figure)
    margin, usual = copy.layout.margin, style(go.Figure(), tokens).layout.template.layout.margin
    names = _legend(copy)
    below = _PAD_PX + (_LEGEND_PX * -(-sum(len(name) + _KEY for name in names) // _ROW) if names else 0)
    return copy.update_layout(
        width=WIDTH_PX,
        height=(copy.layout.height or 420) + above + below,
        autosize=False,
        paper_bgcolor=tokens.background,
        plot_bgcolor=tokens.background,
        title={
            "text": f"<b>{literal(title, limit=_TITLE)}</b>",
            "font": {"size": 15, "color": tokens.text},
            "subtitle": {"text": small, "font": {"size": 10, "color": tokens.muted}},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": _PAD_PX, "t": _PAD_PX},
        },
        showlegend=bool(names),
        legend={
            "orientation": "h",
            "x": 0,
            "xref": "container",
            "y": 0,
            "yref": "container",
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": 12, "color": tokens.text},
        },
        margin={
            "t": (usual.t if margin.t is None else margin.t) + above,
            "b": (usual.b if margin.b is None else margin.b) + below,
            "l": max(_PAD_PX, usual.l if margin.l is None else margin.l),
            "r": max(_PAD_PX, usual.r if margin.r is None else margin.r),
        },
    )


def _legend(figure: go.Figure) -> list[str]:
    """Let each name stand in the legend once, as what tells the lines apart on the page stays there; return them."""
    names: list[str] = []
    for trace in figure.data:
        trace.showlegend = bool(trace.name) and trace.name not in names
        if trace.showlegend:
            names.append(trace.name)
    return names if 1 < len(names) <= _MOST_NAMES else []
