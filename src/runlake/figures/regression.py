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

    from runlake.analysis.residuals import Quantiles, Spread
    from runlake.figures.classification import Shown

    Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
    Place = tuple[Shown[Pair], NDArray[np.float64], NDArray[np.float64]]

HEIGHT_PX = 460
HIGHLIGHT_PX = 15
# More points than this are not told apart by an eye, and cost the browser a second.
MOST_POINTS = 4000


def predicted_figure(
    runs: Sequence[Shown[Pair]], *, marked: Sequence[int | None] = (), tokens: Theme = LIGHT
) -> go.Figure:
    """Draw predicted (n,) over true numbers (n,); on the dotted line both are equal.

    Args:
        runs: true and predicted numbers of each.
        marked: of each, the row of an example that is ringed; None for none.
        tokens: LIGHT or DARK.
    """
    low, high = _range([part for run in runs for part in run.result])
    line = {
        "type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high], "hoverinfo": "skip",
        "showlegend": False, "line": {"color": tokens.muted, "width": 1, "dash": "dot"},
    }  # fmt: skip
    places = [(run, run.result[0], run.result[1]) for run in runs]
    points = [_points(*place, "true %{x:.5~g}<br>predicted %{y:.5~g}") for place in places]
    return _framed([line, *points, *_marks(places, marked, tokens)], "true", "predicted", tokens)


def residual_figure(
    runs: Sequence[Shown[Pair]], *, marked: Sequence[int | None] = (), tokens: Theme = LIGHT
) -> go.Figure:
    """Draw residuals, predicted minus true, over predicted numbers; the arguments are those of `predicted_figure`."""
    places = [(run, run.result[1], run.result[1] - run.result[0]) for run in runs]
    points = [_points(*place, "predicted %{x:.5~g}<br>residual %{y:.5~g}") for place in places]
    points += _marks(places, marked, tokens)
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


def spread_figure(runs: Sequence[Shown[Spread]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw how many residuals lie in each bin; bars of one run, outlines of several, which would hide each other."""
    traces = [_outline(run) if len(runs) > 1 else _bars(run) for run in runs]
    figure = _framed(traces, "residual (predicted − true)", "examples", tokens)
    figure.add_vline(x=0, line={"color": tokens.muted, "width": 1, "dash": "dot"})
    return figure.update_layout(bargap=0.04, yaxis={"rangemode": "tozero"})


def quantile_figure(runs: Sequence[Shown[Quantiles]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw residuals in order over normal quantiles; on the line of its colour a run's residuals would be normal."""
    traces: list[dict[str, object]] = []
    for run in runs:
        found, name = run.result, literal(run.name)
        few = f" · {len(found.observed):,} of {found.n:,} points" if len(found.observed) < found.n else ""
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name + few,
                "legendgroup": name,
                "x": found.expected,
                "y": found.observed,
                "customdata": found.row,
                "hovertemplate": f"residual %{{y:.5~g}}<br>normal quantile %{{x:.3f}}<extra>{name}</extra>",
                "marker": {"color": run.color, "size": 6, "opacity": 0.85},
            }
        )
        if found.n > 1:
            ends = np.array([found.expected[0], found.expected[-1]])
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": ends,
                    "y": found.mean + found.deviation * ends,
                    "hoverinfo": "skip",
                    "showlegend": False,
                    "legendgroup": name,
                    "line": {"color": run.color, "width": 1, "dash": "dot"},
                }
            )
    return _framed(traces, "standard normal quantile", "residual (predicted − true)", tokens)


def _bars(run: Shown[Spread]) -> dict[str, object]:
    edges, count = run.result.edges, run.result.count
    return {
        "type": "bar",
        "name": literal(run.name),
        "x": (edges[1:] + edges[:-1]) / 2,
        "y": count,
        "width": np.diff(edges),
        "customdata": np.column_stack((edges[:-1], edges[1:])),
        "hovertemplate": "%{y:,} examples<br>%{customdata[0]:.5~g} to %{customdata[1]:.5~g}"
        f"<extra>{literal(run.name)}</extra>",
        "marker": {"color": run.color, "line": {"width": 0}},
    }


def _outline(run: Shown[Spread]) -> dict[str, object]:
    edges, count = run.result.edges, run.result.count
    return {
        "type": "scatter",
        "mode": "lines",
        "name": literal(run.name),
        "x": edges,
        "y": np.append(count, count[-1:]),
        "hovertemplate": f"%{{y:,}} examples<br>from %{{x:.5~g}}<extra>{literal(run.name)}</extra>",
        "line": {"color": run.color, "width": 2, "shape": "hv", "dash": run.dash},
    }


def _points(run: Shown[Pair], x: NDArray[np.float64], y: NDArray[np.float64], hover: str) -> dict[str, object]:
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    drawn = rows[chosen(x[rows], y[rows])]
    few = f" · {len(drawn):,} of {len(rows):,} points" if len(drawn) < len(rows) else ""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": literal(run.name) + few,
        "x": x[drawn],
        "y": y[drawn],
        "customdata": drawn,
        "hovertemplate": f"{hover}<extra>{literal(run.name)}</extra>",
        "marker": {"color": run.color, "size": 6, "opacity": 0.85},
    }


def _marks(places: Sequence[Place], marked: Sequence[int | None], tokens: Theme) -> list[dict[str, object]]:
    """Ring the point of one example in each run."""
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [x[row]],
            "y": [y[row]],
            "customdata": [row],
            "hoverinfo": "skip",
            "showlegend": False,
            "marker": {
                "color": "rgba(0,0,0,0)",
                "size": HIGHLIGHT_PX,
                "line": {"color": tokens.text, "width": 2},
            },
        }
        for (_, x, y), row in zip(places, marked, strict=False)
        if row is not None and 0 <= row < len(x) and np.isfinite(x[row]) and np.isfinite(y[row])
    ]


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
