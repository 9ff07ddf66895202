"""Figures that users logged: data from elsewhere, so what would fetch something or needs WebGL is taken out or named."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import plotly.graph_objects as go

# They load maps from other hosts.
_FETCHING = ("geo", "map", "choropleth")
# They are drawn in other ways too, which a strict content policy allows.
_PLAIN = {"scattergl": "scatter", "heatmapgl": "heatmap", "scatterpolargl": "scatterpolar"}
# They are drawn by WebGL alone.
_WEBGL = frozenset(
    {"parcoords", "splom", "scatter3d", "surface", "mesh3d", "cone", "streamtube", "isosurface", "volume"}
)


class LoggedFigure(NamedTuple):
    """A figure that can be drawn, or why it can not: exactly one of the two is None."""

    figure: go.Figure | None
    problem: str | None


def logged_figure(content: bytes) -> LoggedFigure:
    """Read the JSON of a Plotly figure; never raises on what is none."""
    try:
        spec = json.loads(content)
        traces, layout = _traces(spec), _layout(spec)
        kinds = {str(trace.get("type", "scatter")) for trace in traces}
        fetching = sorted(kind for kind in kinds if any(part in kind for part in _FETCHING))
        if fetching or kinds & _WEBGL:
            named = ", ".join(fetching or sorted(kinds & _WEBGL))
            why = "they load maps from other hosts" if fetching else "they need WebGL"
            return LoggedFigure(
                None, f"Traces of type {named} are not drawn here: {why}. The figure can be downloaded."
            )
        return LoggedFigure(go.Figure({"data": traces, "layout": layout}, skip_invalid=True), None)
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        return LoggedFigure(None, f"This is no figure of Plotly: {str(problem)[:200]}")


def _traces(spec: Any) -> list[dict[str, Any]]:
    traces = spec["data"] if isinstance(spec, dict) else None
    if not isinstance(traces, list) or not all(isinstance(trace, dict) for trace in traces):
        raise TypeError("it has no list of traces")
    return [
        trace | {"type": _PLAIN.get(trace.get("type", "scatter"), trace.get("type", "scatter"))} for trace in traces
    ]


def _layout(spec: dict[str, Any]) -> dict[str, Any]:
    layout = spec.get("layout")
    kept = layout if isinstance(layout, dict) else {}
    return {name: part for name, part in kept.items() if name not in {"images", "width", "updatemenus", "sliders"}}
