"""Runs as lines across parallel axes, in SVG: what WebGL would draw needs a looser content policy and tells no brush.

Each axis lies in a strip of its own, a subplot without lines: what is dragged over in it is a brush on that axis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from runlake.analysis.bundles import LANE
from runlake.figures.shades import SHADES, see_through, shade_of, shades
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, series_colour, series_dash, style
from runlake.figures.ticks import ticks, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlake.analysis.axes import Axis
    from runlake.analysis.bundles import Bundles, Parallel

Part = dict[str, object]

_TOP, _FOOT, _LANE_FOOT = 1.04, -0.05, -0.2
_WIDTH_PX, _CHARACTER_PX = 1250, 7.6
_EDGE = 0.06  # of the distance between two axes, left free at the sides
# How opaque the best stroke is while there are no more of them between two axes; the worst is so much fainter.
_OPACITY = ((30, 0.95), (100, 0.85), (250, 0.7), (500, 0.55))
_LEAST_OPAQUE, _WORST = 0.4, 0.45
# A stroke of so many times the mean number of lines is so much more opaque, and so wide.
_DENSITY = ((0.0, 1.0, 1.0), (2.0, 1.4, 1.5), (5.0, 1.8, 2.2))
_FADED = ((500, 0.2), (10_000_000, 0.09))
_BRUSH_PX = 7.0
_MARGIN = {"t": 46, "b": 6, "pad": 0}
_LEAST_LEFT_PX, _MOST_LEFT_PX, _TICK_CHARACTER_PX = 84, 140, 6.4
_HIDDEN: Part = {"visible": False, "automargin": False}


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture of parallel axes says besides its lines.

    Attributes:
        objective: name of the axis that gives the colour; "" for none.
        maximize: whether the greatest value of it is the best; None where nobody has said so.
        brushes: axis name to the stretches of places that it is brushed to.
        tokens: of the theme.
        height: pixels.
    """

    objective: str = ""
    maximize: bool | None = None
    brushes: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    tokens: Theme = LIGHT
    height: int = 410


_USUAL = Look()


def parallel_figure(lines: Parallel, *, names: Sequence[str], look: Look = _USUAL) -> go.Figure:
    """Draw the lines, the (n,) names of which show under the pointer; fetches nothing, computes nothing."""
    axes, tokens = lines.axes, look.tokens
    left, right = -_EDGE, max(1, len(axes) - 1) + _EDGE
    vertical = [_FOOT if np.isnan(lines.lane) else _LANE_FOOT, _TOP]
    traces = [*_faded(lines.faded, tokens), *_strokes(lines.strokes, tokens), *_single(lines)]
    layout: Part = {"xaxis": _HIDDEN | {"range": [left, right]}, "yaxis": _HIDDEN | {"range": vertical}}
    shapes, notes = _lane(lines, tokens)
    for place, axis in enumerate(axes):
        edges = [max(left, place - 0.5), min(right, place + 0.5)]
        domain = [(edge - left) / (right - left) for edge in edges]
        layout[f"xaxis{place + 2}"] = _HIDDEN | {"range": edges, "domain": domain, "anchor": f"y{place + 2}"}
        layout[f"yaxis{place + 2}"] = _HIDDEN | {"range": vertical, "anchor": f"x{place + 2}"}
        traces.append(_marks(lines, place, names, tokens))
        shapes += _axis_shapes(lines, place, axis, look)
        notes += _axis_notes(place, axis, look, room_px=_WIDTH_PX / len(axes))
    layout |= {"shapes": shapes, "annotations": notes, "showlegend": False, "hovermode": "closest"}
    layout |= {"dragmode": "select", "selectdirection": "v", "margin": {"l": _left_px(axes), "r": 62} | _MARGIN}
    layout |= {"modebar": {"bgcolor": "rgba(0,0,0,0)", "color": tokens.muted, "activecolor": tokens.text}}
    return style(go.Figure({"data": traces, "layout": layout}), tokens, height=look.height)


def _left_px(axes: Sequence[Axis]) -> int:
    """Return the room that the marks of the first axis take: beyond the edge they would be cut off."""
    longest = max((len(text) for axis in axes[:1] for text in axis.categories), default=0)
    return int(min(_MOST_LEFT_PX, max(_LEAST_LEFT_PX, 24 + _TICK_CHARACTER_PX * longest)))


def opacity(strokes: float) -> float:
    """Return how opaque the best of so many strokes between two axes is."""
    return next((alpha for most, alpha in _OPACITY if strokes <= most), _LEAST_OPAQUE)


def _strokes(strokes: Bundles, tokens: Theme) -> Iterator[Part]:
    """Draw the worst first and the best on top; what has no objective lies below all."""
    if not len(strokes.gap):
        return
    shade, alpha = shade_of(strokes.rank), opacity(len(strokes.gap) / (strokes.gap.max() + 1))
    relative = strokes.count / max(1.0, strokes.count.mean())
    density = np.searchsorted([least for least, *_ in _DENSITY], relative, side="right") - 1
    colors = (*shades(tokens), tokens.muted)
    for one in range(-1, SHADES):
        for level, (_, stronger, width) in enumerate(_DENSITY):
            chosen = (shade == one) & (density == level)
            if chosen.any():
                faint = _WORST + (1 - _WORST) * max(0, one) / (SHADES - 1)
                yield _lines(strokes, chosen, see_through(colors[one], min(0.95, alpha * faint * stronger)), width)


def _faded(faded: Bundles, tokens: Theme) -> list[Part]:
    if not len(faded.gap):
        return []
    alpha = next(alpha for most, alpha in _FADED if len(faded.gap) <= most)
    return [_lines(faded, np.ones(len(faded.gap), dtype=np.bool_), see_through(tokens.muted, alpha), 1.0)]


def _lines(strokes: Bundles, chosen: NDArray[np.bool_], color: str, width: float) -> Part:
    """Draw strokes as one trace with a gap after each."""
    gap, start, end = strokes.gap[chosen], strokes.start[chosen], strokes.end[chosen]
    y = np.column_stack([start, end, np.full(len(gap), np.nan)]).astype(np.float32)
    return {
        "type": "scatter",
        "mode": "lines",
        # Small whole numbers take a byte each on their way to the browser.
        "x": np.column_stack([gap, gap + 1, gap + 1]).astype(np.uint8).ravel(),
        "y": y.ravel(),
        "connectgaps": False,
        "hoverinfo": "skip",
        "line": {"color": color, "width": width, "simplify": False},
    }


def _single(lines: Parallel) -> Iterator[Part]:
    places = lines.places
    for number_, row in enumerate(lines.few):
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": np.arange(len(lines.axes)),
            "y": places[row].astype(np.float32),
            "hoverinfo": "skip",
            "line": {"color": series_colour(number_), "width": 2, "dash": series_dash(number_)},
        }


def _marks(lines: Parallel, place: int, names: Sequence[str], tokens: Theme) -> Part:
    """Mark where lines cross an axis: each of few, of many only for the pointer, which then reads the value."""
    axis = lines.axes[place]
    heights = lines.places[:, place]
    title = literal(_short(axis.name), limit=40)
    if lines.few:
        rows = list(lines.few)
        texts = [f"{literal(names[row])}<br>{title}: {value_text(axis, axis.position[row])}" for row in rows]
        look = {"size": 6, "color": [series_colour(number_) for number_ in range(len(rows))]}
        y = heights[rows]
    else:
        y, first, count = np.unique(np.round(heights[lines.kept], 2), return_index=True, return_counts=True)
        position = axis.position[lines.kept][first]
        texts = [
            f"{title}: {value_text(axis, one)}{f'<br>{many:,} runs about here' if many > 1 else ''}"
            for one, many in zip(position, count, strict=True)
        ]
        look = {"size": 7, "opacity": 0, "color": tokens.muted}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.full(len(y), place, dtype=np.uint8),
        "y": y.astype(np.float32),
        "xaxis": f"x{place + 2}",
        "yaxis": f"y{place + 2}",
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": look,
        # Streamlit dims what a box does not hold; the next picture says it better.
        "unselected": {"marker": {"opacity": look.get("opacity", 1)}},
        "cliponaxis": False,
    }


def _axis_shapes(lines: Parallel, place: int, axis: Axis, look: Look) -> list[Part]:
    tokens = look.tokens
    foot = 0.0 if np.isnan(lines.lane) else LANE
    shapes = [_line(place, place, foot, 1, tokens.muted, 1.2)]
    if axis.name == look.objective and not lines.few:
        shapes += [
            _line(place, place, low, high, color, 6.0) for color, low, high in _spans(axis, lines.rank, shades(tokens))
        ]
    for low, high in look.brushes.get(axis.name, ()):
        box = _line(place, place, low, high, tokens.primary, 1.5)
        shapes.append(
            box
            | {"type": "rect", "xsizemode": "pixel", "xanchor": place, "x0": -_BRUSH_PX, "x1": _BRUSH_PX}
            | {"fillcolor": see_through(tokens.primary, 0.25)}
        )
    return shapes


def _spans(axis: Axis, rank: NDArray[np.float64], colors: Sequence[str]) -> Iterator[tuple[str, float, float]]:
    """Return where on the axis each shade is: it is the key to the colours."""
    shade = shade_of(rank)
    for one, color in enumerate(colors):
        of = axis.place[(shade == one) & ~np.isnan(axis.place)]
        if len(of):
            yield color, float(of.min()), max(float(of.max()), float(of.min()) + 0.004)


def _axis_notes(place: int, axis: Axis, look: Look, *, room_px: float) -> list[Part]:
    tokens = look.tokens
    limit = max(8, int(room_px / _CHARACTER_PX))
    title = f"<b>{literal(_short(axis.name), limit=limit)}</b><br>{_about(axis, look)}"
    notes = [_note(place, 1, title, tokens.text, size=12) | {"yref": "paper", "yanchor": "bottom", "yshift": 4}]
    for tick in ticks(axis):
        text = tick.text
        if axis.name == look.objective and look.maximize is not None and tick.place == float(look.maximize):
            text = f"best {text}"
        beside = {"xanchor": "right", "xshift": -7, "bgcolor": see_through(tokens.background, 0.78), "borderpad": 1}
        notes.append(_note(place, tick.place, text, tokens.text, size=11) | beside)
    return notes


def _about(axis: Axis, look: Look) -> str:
    """Say what kind of axis it is, and of the objective which end is the better one."""
    words = ["log"] * axis.is_log
    if axis.name == look.objective:
        words.append({True: "higher is better ▲", False: "lower is better ▼", None: "colour"}[look.maximize])
    else:
        words.append("" if axis.name.startswith("params.") else "metric")
    return f'<span style="font-size:11px;color:{look.tokens.muted}">{" · ".join(w for w in words if w) or " "}</span>'


def _lane(lines: Parallel, tokens: Theme) -> tuple[list[Part], list[Part]]:
    """Draw the lane of what has no value, where some run has none."""
    if np.isnan(lines.lane):
        return [], []
    shape = _line(0, len(lines.axes) - 1, lines.lane, lines.lane, tokens.border, 1.0)
    shape["line"] = {"color": tokens.muted, "width": 1, "dash": "dot"}
    note = _note(0, lines.lane, "no value", tokens.muted, size=11) | {"xanchor": "right", "xshift": -7}
    return [shape], [note]


def _line(x0: float, x1: float, y0: float, y1: float, color: str, width: float) -> Part:
    line = {"color": color, "width": width}
    return {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "above", "line": line}


def _note(x: float, y: float, text: str, color: str, *, size: int) -> Part:
    font = {"size": size, "color": color}
    return {"x": x, "y": y, "xref": "x", "yref": "y", "text": text, "showarrow": False, "font": font}


def _short(name: str) -> str:
    return name.partition(".")[2] or name
