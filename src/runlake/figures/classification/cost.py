"""Picture of what each threshold costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from runlake.figures.classification.shown import NAME, Part, curve_traces, framed, mark
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from runlake.analysis.classification import Cost
    from runlake.figures.classification.shown import Shown


def cost_figure(runs: Sequence[Shown[Cost]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the expected cost over the threshold, with a star at the cheapest and a circle at the chosen one."""
    traces: list[Part] = []
    for run in runs:
        cost = run.result
        hover = "expected cost %{y:.5~g} per example"
        # A threshold's cost holds for all thresholds below it down to the next score.
        drawn = curve_traces(run, cost.threshold, cost.cost, label=_label(cost), hover=hover, shape="hv")
        if cost.best is not None and math.isfinite(cost.best_threshold):
            line = drawn[0]
            about = f"{hover}<br>threshold %{{customdata:.4~g}}<extra>{literal(run.name, limit=NAME)}</extra>"
            where = cost.best_threshold
            drawn.append(
                mark(run, where, cost.best_cost, about=about, customdata=where, group=str(line["name"]), symbol="star")
            )
        traces += drawn
    x: Part = {"title": {"text": "threshold", "standoff": 8}, "zeroline": False}
    if all(_is_probability(run.result) for run in runs):
        x |= {"range": [-0.01, 1.02], "dtick": 0.2}
    y: Part = {"title": {"text": "expected cost per example"}, "zeroline": False}
    return framed(traces, {"xaxis": x, "yaxis": y}, [], tokens, rows=len(runs))


def _label(cost: Cost) -> str:
    if math.isinf(cost.best_threshold):
        return f"least {cost.best_cost:.4g} where nothing is called positive"
    return f"least {cost.best_cost:.4g} at threshold {cost.best_threshold:.4g}"


def _is_probability(cost: Cost) -> bool:
    finite = cost.threshold[1:]
    return not len(finite) or bool(finite[-1] >= 0 and finite[0] <= 1)
