"""Pictures of curves over thresholds: precision-recall, ROC, error trade-off, gains and lift."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.outline import outline
from runlake.figures.classification.shown import (
    NAME,
    Part,
    curve_traces,
    framed,
    mark,
    missing,
    note,
    reference,
    targets,
    unit_axis,
)
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from runlake.analysis.classification import DetCurve, Lift, PrCurve, RocCurve
    from runlake.analysis.classification.predictions import Floats
    from runlake.figures.classification.shown import Shown

_ISO_F1 = (0.2, 0.4, 0.6, 0.8)
_DET_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999)


def pr_figure(runs: Sequence[Shown[PrCurve]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw precision over recall, as steps: the area below a curve is its average precision.

    Thin lines join points of equal F1; a dotted line at the prevalence is what chance reaches.
    """
    traces = [_iso_f1(f1, tokens) for f1 in _ISO_F1]
    notes = [note(f"F1 {f1:g}", f1 / (2 - f1), 1.0, tokens.muted, anchor=("center", "bottom")) for f1 in _ISO_F1]
    drawn = [run for run in runs if len(run.result.threshold)]
    for prevalence in sorted({round(run.result.prevalence, 4) for run in drawn}):
        traces.append(reference((0, 1), (prevalence, prevalence), tokens.muted))
        side = "bottom" if prevalence < 0.9 else "top"
        notes.append(note(f"prevalence {prevalence:.3g}", 0.0, prevalence, tokens.muted, anchor=("left", side)))
    for run in runs:
        curve = run.result
        label = f"AP {curve.average_precision:.4f}"
        hover = "precision %{y:.4f}<br>recall %{x:.4f}"
        # A threshold's precision holds from the recall before it up to its own.
        traces += curve_traces(run, curve.recall, curve.precision, label=label, hover=hover, shape="vh")
    axes = {"xaxis": unit_axis("recall"), "yaxis": unit_axis("precision")}
    return framed(traces, axes, notes, tokens, rows=len(runs))


def roc_figure(runs: Sequence[Shown[RocCurve]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the true positive rate over the false positive rate; the dotted diagonal is chance."""
    traces = [reference((0, 1), (0, 1), tokens.muted)]
    for run in runs:
        curve = run.result
        hover = "true positive rate %{y:.4f}<br>false positive rate %{x:.4f}"
        label = f"AUC {curve.auc:.4f}"
        traces += curve_traces(run, curve.false_positive_rate, curve.true_positive_rate, label=label, hover=hover)
    axes = {"xaxis": unit_axis("false positive rate"), "yaxis": unit_axis("true positive rate (recall)")}
    return framed(traces, axes, [], tokens, rows=len(runs))


def det_figure(runs: Sequence[Shown[DetCurve]], *, tokens: Theme = LIGHT) -> go.Figure:
    """Draw the false negative rate over the false positive rate on normal deviate scales.

    Scores that are normal in both classes give a straight line there. Rates of 0 and 1 are infinitely far
    away on these scales, so the curve ends at the last threshold before them. On the dotted line both are equal.
    """
    ends = (_deviate(_DET_TICKS[0]), _deviate(_DET_TICKS[-1]))
    traces = [reference(ends, ends, tokens.muted)]
    for run in runs:
        traces += _det_traces(run)
    low, high = _range_of(traces[1:]) or ends
    axes = {
        "xaxis": _deviate_axis("false positive rate", low, high),
        "yaxis": _deviate_axis("false negative rate", low, high),
    }
    return framed(traces, axes, [], tokens, rows=len(runs))


def lift_figure(runs: Sequence[Shown[Lift]], *, gains: bool = False, tokens: Theme = LIGHT) -> go.Figure:
    """Draw lift, or the cumulative gain, over the share of examples taken with the highest scores first.

    Args:
        runs: what to draw.
        gains: draw the share of the positives found instead of its ratio to chance.
        tokens: LIGHT or DARK.
    """
    traces = [reference((0, 1), (0, 1) if gains else (1, 1), tokens.muted)]
    for run in runs:
        curve = run.result
        hover = "gain %{y:.4f}<br>" if gains else "lift %{y:.4~g}<br>"
        height = curve.gain if gains else curve.lift
        traces += curve_traces(run, curve.contacted, height, label="", hover=f"{hover}of the examples %{{x:.2%}}")
    y: Part = unit_axis("share of the positives found") if gains else {"title": {"text": "lift"}, "rangemode": "tozero"}
    x = unit_axis("share of the examples, highest scores first") | {"tickformat": ".0%"}
    return framed(traces, {"xaxis": x, "yaxis": y}, [], tokens, rows=len(runs))


def _iso_f1(f1: float, tokens: Theme) -> Part:
    # At recall r, precision p gives that F1 where p = f r / (2 r - f), which is at most 1 from r = f / (2 - f) on.
    # Most of the bend is near there, so the places are closer together.
    recall = np.geomspace(f1 / (2 - f1), 1, 80)
    return reference(recall, f1 * recall / (2 * recall - f1), tokens.border, dash="solid")


def _det_traces(run: Shown[DetCurve]) -> list[Part]:
    curve = run.result
    fpr, fnr = curve.false_positive_rate, curve.false_negative_rate
    inside = np.flatnonzero((fpr > 0) & (fpr < 1) & (fnr > 0) & (fnr < 1))
    if not len(inside):
        return [missing(run, curve.problem or "no threshold errs on both sides, so there is no trade-off")]
    # Log-odds are nearly proportional to deviates and quick to work out for all points, of which few are drawn.
    kept = inside[outline(_log_odds(fpr[inside]), _log_odds(fnr[inside]))]
    name = f"{literal(run.name, limit=NAME)} · EER {curve.equal_error_rate:.4f}"
    about = (
        "false negative rate %{customdata[1]:.4~f}<br>false positive rate %{customdata[0]:.4~f}"
        f"<br>threshold %{{customdata[2]:.4~g}}<extra>{literal(run.name, limit=NAME)}</extra>"
    )
    line: Part = {
        "type": "scatter",
        "mode": "lines" if len(kept) > 1 else "markers",
        "name": name,
        "legendgroup": name,
        "x": _deviates(fpr[kept]),
        "y": _deviates(fnr[kept]),
        "customdata": np.column_stack((fpr[kept], fnr[kept], curve.threshold[kept])),
        "hovertemplate": about,
        "line": {"color": run.color, "width": 2, "dash": run.dash},
        "marker": {"color": run.color},
    }
    known = np.column_stack((fpr[kept], fnr[kept], curve.threshold[kept]))
    traces = [line, *targets(run, line, _deviates(fpr[kept]), _deviates(fnr[kept]), known)]
    row = None if run.threshold is None else curve.at(run.threshold)
    if row is None or row not in inside:
        return traces
    point = mark(run, _deviate(fpr[row]), _deviate(fnr[row]), about=about, customdata=0.0, group=name)
    return [*traces, point | {"customdata": [[fpr[row], fnr[row], curve.threshold[row]]]}]


def _range_of(traces: Sequence[Part]) -> tuple[float, float] | None:
    """From the lowest to the highest place on either axis, with some room; None where nothing is drawn."""
    places = np.concatenate([np.zeros(0), *(np.asarray(t[axis], dtype=np.float64) for t in traces for axis in "xy")])
    places = places[np.isfinite(places)]
    return (float(places.min()) - 0.3, float(places.max()) + 0.3) if len(places) else None


def _deviate_axis(title: str, low: float, high: float) -> Part:
    return {
        "title": {"text": f"{title} (%)", "standoff": 8},
        "range": [low, high],
        "tickvals": _deviates(np.array(_DET_TICKS)),
        "ticktext": [f"{tick * 100:g}" for tick in _DET_TICKS],
        "tickangle": 0,
        "zeroline": False,
    }


def _deviates(rates: Floats) -> Floats:
    return np.array([_deviate(rate) for rate in rates.tolist()])


def _deviate(rate: float) -> float:
    return NormalDist().inv_cdf(rate)


def _log_odds(rates: Floats) -> Floats:
    return np.asarray(np.log(rates / (1 - rates)), dtype=np.float64) / math.pi
