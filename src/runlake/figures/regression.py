"""Pictures of predicted numbers: against the true ones, and what is left between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlake.figures.classification import Shown

    Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

HEIGHT_PX = 460
# More points than this are not told apart by an eye, and cost the browser a second.
MOST_POINTS = 4000


def predicted_figure(runs: Sequence[Shown[Pair]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw predicted (n,) over true numbers (n,); on the dotted line both are equal."""
    low, high = _range([part for run in runs for part in run.result])
    line = {
        "type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high], "hoverinfo": "skip",
        "showlegend": False, "line": {"color": tokens.muted, "width": 1, "dash": "dot"},
    }  # fmt: skip
    points = [_points(run, run.result[0], run.result[1], "true %{x:.5~g}<br>predicted %{y:.5~g}") for run in runs]
    return _framed([line, *points], "true", "predicted", tokens)


def residual_figure(runs: Sequence[Shown[Pair]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw residuals, predicted minus true, over predicted numbers."""
    points = [
        _points(run, run.result[1], run.result[1] - run.result[0], "predicted %{x:.5~g}<br>residual %{y:.5~g}")
        for run in runs
    ]
    figure = _framed(points, "predicted", "residual (predicted − true)", tokens)
    return figure.add_hline(y=0, line={"color": tokens.muted, "width": 1, "dash": "dot"})


def chosen(x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Choose which points to draw: all up to `most`; of more, the ends of both and an even share of the others."""
    if len(x) <= most:
        return np.arange(len(x))
    ends = max(1, most // 40)
    by_x, by_y = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    even = by_x[np.linspace(0, len(x) - 1, most - 4 * ends).astype(np.intp)]
    return np.unique(np.concatenate([by_x[:ends], by_x[-ends:], by_y[:ends], by_y[-ends:], even]))


def _points(run: Shown[Pair], x: NDArray[np.float64], y: NDArray[np.float64], hover: str) -> dict[str, object]:
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    drawn = chosen(x, y)
    few = f" · {len(drawn):,} of {len(x):,} points" if len(drawn) < len(x) else ""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": literal(run.name) + few,
        "x": x[drawn],
        "y": y[drawn],
        "hovertemplate": f"{hover}<extra>{literal(run.name)}</extra>",
        "marker": {"color": run.color, "size": 6, "opacity": 0.85},
    }


def _range(parts: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    values = np.concatenate(parts) if parts else np.zeros(0)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def _framed(traces: Sequence[dict[str, object]], x: str, y: str, tokens: Theme) -> go.Figure:
    layout = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    figure = style(go.Figure({"data": list(traces), "layout": layout}), tokens, height=HEIGHT_PX)
    return figure.update_layout(
        showlegend=True,
        hovermode="closest",
        legend={"orientation": "h", "y": -0.18, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"l": 8, "r": 16, "t": 12, "b": 60},
    )
