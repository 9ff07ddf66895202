"""Picture of calibration: observed shares over mean scores, and below it how the scores are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.calibration import HISTOGRAM_BINS
from runlake.figures.classification.shown import NAME, Part, framed, missing, reference, unit_axis
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from runlake.analysis.classification import Calibration
    from runlake.figures.classification.shown import Shown

_PLOT_PX = 460
_HISTOGRAM_SHARE, _GAP_SHARE = 0.22, 0.07
_MIDDLES = (np.arange(HISTOGRAM_BINS) + 0.5) / HISTOGRAM_BINS


def calibration_figure(runs: Sequence[Shown[Calibration]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw what came true over what was said; on the dotted diagonal both agree.

    Whiskers are the 95 % interval of each bin. The plot below counts scores in bins of equal width, which are
    not those of the curve where these hold equally many. A dashed line stands at the threshold of a run.
    """
    traces = [reference((0, 1), (0, 1), tokens.muted)]
    for run in runs:
        if run.result.problem is not None:
            traces.append(missing(run, run.result.problem))
            continue
        traces += [_bins(run), _histogram(run, alone=len(runs) == 1)]
    for run in runs:
        if run.threshold is not None and 0 <= run.threshold <= 1:
            traces.append(reference((run.threshold,) * 2, (0, 1), run.color, dash="dash"))
    axes: dict[str, Part] = {
        "xaxis": unit_axis("score") | {"anchor": "y2"},
        "yaxis": unit_axis("observed share") | {"domain": [_HISTOGRAM_SHARE + _GAP_SHARE, 1]},
        "yaxis2": {
            "domain": [0, _HISTOGRAM_SHARE],
            "title": {"text": "examples"},
            "nticks": 3,
            "rangemode": "tozero",
            "anchor": "x",
        },
    }
    figure = framed(traces, axes, [], tokens, rows=len(runs), plot_px=_PLOT_PX)
    return figure.update_layout(bargap=0.08)


def _bins(run: Shown[Calibration]) -> Part:
    result = run.result
    filled = result.count > 0
    observed = result.observed[filled]
    low, high = result.low[filled], result.high[filled]
    name = f"{literal(run.name, limit=NAME)} · Brier {result.brier:.4f} · ECE {result.expected_error:.4f}"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "legendgroup": name,
        "x": result.mean_score[filled],
        "y": observed,
        "customdata": np.column_stack((low, high, result.count[filled])),
        "error_y": {
            "array": high - observed,
            "arrayminus": observed - low,
            "color": run.color,
            "thickness": 1,
            "width": 3,
        },
        "hovertemplate": (
            "observed %{y:.4f} (95 % interval %{customdata[0]:.3f} to %{customdata[1]:.3f})<br>mean score %{x:.4f}"
            f"<br>%{{customdata[2]:,}} examples<extra>{literal(run.name, limit=NAME)}</extra>"
        ),
        "line": {"color": run.color, "width": 2, "dash": run.dash},
        "marker": {"color": run.color, "size": 7},
    }


def _histogram(run: Shown[Calibration], *, alone: bool) -> Part:
    group = f"{literal(run.name, limit=NAME)} · Brier {run.result.brier:.4f} · ECE {run.result.expected_error:.4f}"
    common: Part = {
        "x": _MIDDLES,
        "y": run.result.histogram,
        "yaxis": "y2",
        "showlegend": False,
        "legendgroup": group,
        "hovertemplate": f"%{{y:,}} examples<br>score about %{{x:.3f}}<extra>{literal(run.name, limit=NAME)}</extra>",
    }
    if alone:
        return common | {"type": "bar", "marker": {"color": run.color, "line": {"width": 0}}}
    # Bars of several runs would hide each other; outlines do not.
    line = {"color": run.color, "width": 1.5, "dash": run.dash, "shape": "hvh"}
    return common | {"type": "scatter", "mode": "lines", "line": line}
