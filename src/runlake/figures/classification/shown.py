"""One result of one run with the name and the look that it has in a picture, and what all these pictures share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np
import plotly.graph_objects as go

from runlake.analysis.classification.outline import outline
from runlake.figures.text import literal
from runlake.figures.theme import Theme, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.classification.predictions import Floats

Part = dict[str, object]
Result = TypeVar("Result")

PLOT_PX = 340
# Letters of a run's name in a legend, which leaves room for its measures.
NAME = 40
_TOP_PX, _AXIS_PX, _LEGEND_ROW_PX = 22, 52, 20
_LEGEND_ROWS = 12


@dataclass(frozen=True, slots=True)
class Shown(Generic[Result]):
    """What one run has to show.

    Attributes:
        name: of the run, as its user gave it.
        result: what is drawn.
        color, dash: those of the run in every picture.
        threshold: where to set a mark; None for none.
        picks: how many points of a curve can be clicked and pointed at, about; 0 leaves pointing to the line.
    """

    name: str
    result: Result
    color: str
    dash: str = "solid"
    threshold: float | None = None
    picks: int = 0


class AtThresholds(Protocol):
    """A result with one row per threshold."""

    @property
    def threshold(self) -> Floats:
        """(m,) falling from infinity."""

    @property
    def problem(self) -> str | None:
        """Why there is nothing, or what to mind."""

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""


Rows = TypeVar("Rows", bound=AtThresholds)


def curve_traces(
    shown: Shown[Rows], x: Floats, y: Floats, *, label: str, hover: str, shape: str = "linear"
) -> list[Part]:
    """Draw one curve and the mark on it.

    At most 2,000 vertices are drawn: `outline` chooses them so that none is moved and none is missed by the eye.

    Args:
        shown: whose curve.
        x, y: (m,) one vertex per threshold, as the axes scale them; NaN and infinities are passed over.
        label: measure in the legend, beside the name.
        hover: what to say of a vertex above its threshold.
        shape: how vertices are joined.
    """
    result = shown.result
    name = " · ".join(part for part in (literal(shown.name, limit=NAME), label, result.problem) if part)
    if not len(result.threshold):
        return [missing(shown, result.problem or "nothing to draw")]
    seen = (abs(x) < math.inf) & (abs(y) < math.inf)
    x, y, threshold = x[seen], y[seen], result.threshold[seen]
    drawn = outline(x, y)
    about = f"{hover}<br>threshold %{{customdata:.4~g}}<extra>{literal(shown.name, limit=NAME)}</extra>"
    line: Part = {
        "type": "scatter",
        "mode": "lines" if len(drawn) > 1 else "markers",
        "name": name,
        "legendgroup": name,
        "x": x[drawn],
        "y": y[drawn],
        "customdata": threshold[drawn],
        "hovertemplate": about,
        "line": {"color": shown.color, "width": 2, "dash": shown.dash, "shape": shape},
        "marker": {"color": shown.color},
    }
    traces = [line, *targets(shown, line, x, y, threshold)]
    row = None if shown.threshold is None else result.at(shown.threshold)
    if row is None or not seen[row]:
        return traces
    at = int(seen[:row].sum())
    point = mark(shown, float(x[at]), float(y[at]), about=about, customdata=float(threshold[at]), group=name)
    return [*traces, point]


def targets(shown: Shown[Result], line: Part, x: Floats, y: Floats, customdata: Floats) -> list[Part]:
    """Lay points over a line that can be clicked, which a line cannot, and let them answer for it.

    Args:
        shown: with as many picks as there may be points, about.
        line: the trace of the line; it falls silent.
        x, y: (m,) all vertices of the curve.
        customdata: (m,) or (m, c) what each knows; its last column is the threshold, and infinite ones are no targets.
    """
    if not shown.picks:
        return []
    threshold = customdata if customdata.ndim == 1 else customdata[:, -1]
    finite = np.flatnonzero(np.isfinite(threshold))
    at = finite[outline(x[finite], y[finite], max_vertices=max(shown.picks, 8))] if len(finite) else finite
    unseen: Part = {"marker": {"opacity": 0}}
    about = line.pop("hovertemplate")
    line["hoverinfo"] = "skip"
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": x[at],
            "y": y[at],
            "customdata": customdata[at],
            "hovertemplate": about,
            "showlegend": False,
            "legendgroup": line["name"],
            "marker": {"opacity": 0, "size": 10, "color": shown.color},
            "selected": unseen,
            "unselected": unseen,
        }
    ]


def mark(
    shown: Shown[Result], x: float, y: float, *, about: str, customdata: float, group: str, symbol: str = "circle"
) -> Part:
    """Set a mark on a curve; it comes and goes with its line."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [y],
        "customdata": [customdata],
        "hovertemplate": about,
        "legendgroup": group,
        "showlegend": False,
        "cliponaxis": False,
        "marker": {
            "symbol": symbol,
            "size": 14 if symbol == "star" else 11,
            "color": shown.color,
            "line": {"width": 2, "color": "#FFFFFF"},
        },
    }


def missing(shown: Shown[Result], problem: str) -> Part:
    """Name a run in the legend that has nothing to draw, with the reason."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{literal(shown.name, limit=NAME)} · {problem}",
        # One point that is none keeps the name in the legend; a trace without points would not be in it.
        "x": [None],
        "y": [None],
        "line": {"color": shown.color, "width": 2, "dash": shown.dash},
        "hoverinfo": "skip",
    }


def reference(x: Sequence[float] | Floats, y: Sequence[float] | Floats, color: str, *, dash: str = "dot") -> Part:
    """Draw a line to measure curves by; it is not in the legend and says nothing under the pointer."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": color, "width": 1, "dash": dash},
    }


def note(text: str, x: float, y: float, color: str, *, anchor: tuple[str, str] = ("right", "bottom")) -> Part:
    """Write a few words of our own at a place of the plot."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": anchor[0],
        "yanchor": anchor[1],
        "showarrow": False,
        "font": {"size": 11, "color": color},
    }


def framed(
    traces: Sequence[Part],
    axes: dict[str, Part],
    notes: Sequence[Part],
    tokens: Theme,
    *,
    rows: int,
    plot_px: int = PLOT_PX,
) -> go.Figure:
    """Put traces into the common frame: the plot, and below it the legend with one run in each row.

    Args:
        traces: from the back to the front.
        axes: by their names in the layout.
        notes: annotations.
        tokens: LIGHT or DARK.
        rows: runs in the legend; beyond twelve it scrolls.
        plot_px: height of the plot itself.
    """
    legend_px = _LEGEND_ROW_PX * min(max(rows, 1), _LEGEND_ROWS) + 8
    height = _TOP_PX + plot_px + _AXIS_PX + legend_px
    figure = style(go.Figure({"data": list(traces), "layout": axes}), tokens, height=height)
    return figure.update_layout(
        annotations=list(notes),
        hovermode="closest",
        # Runs are told apart by more than colour, so the legend is there for a single one too.
        showlegend=True,
        legend={
            "orientation": "v",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "maxheight": legend_px,
            "tracegroupgap": 0,
        },
        margin={"l": 8, "r": 16, "t": _TOP_PX, "b": _AXIS_PX + legend_px},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": tokens.muted, "activecolor": tokens.text},
    )


def unit_axis(title: str) -> Part:
    """Make an axis from 0 to 1 with a little room for what lies on its ends."""
    return {"title": {"text": title, "standoff": 8}, "range": [-0.01, 1.02], "dtick": 0.2, "zeroline": False}
