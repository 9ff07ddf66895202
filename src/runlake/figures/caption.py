"""What a picture of curves leaves out or changes, said in words below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.analysis.series import XAxis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.arrange import Arranged
    from runlake.analysis.curves import Curve


def caption(arranged: Arranged, *, log_y: bool = False, can_drag: bool = True) -> str:
    """Say how the curves were reduced and smoothed and what no axis can show; "" where all is drawn as logged.

    Args:
        arranged: what is drawn.
        log_y: the y axis is logarithmic.
        can_drag: the reader can drag over a stretch to see all of it.
    """
    sentences = [
        _reduction(arranged.curves, stretched=arranged.view.stretch is not None, can_drag=can_drag),
        _smoothing(arranged),
        _gaps(arranged.curves),
        _lost_on_log(arranged.curves) if log_y else "",
        _over(arranged),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _reduction(curves: Sequence[Curve], *, stretched: bool, can_drag: bool) -> str:
    reduced = [curve for curve in curves if not curve.exact]
    if not reduced:
        return "Every point of this stretch is drawn." if stretched and curves else ""
    most = max(reduced, key=lambda curve: curve.points)
    return (
        f"Downsampled: of {'up to ' if len(reduced) > 1 else ''}{most.points:,} points, the lowest and the highest of each stretch are drawn "
        f"({len(most.x):,} points), so that no spike is lost{'; drag over a stretch to see more of it' * can_drag}."
    )


def _smoothing(arranged: Arranged) -> str:
    used = sorted(half_life for half_life in arranged.half_lives if half_life > 0)
    if not used:
        return ""
    steps = " to ".join(dict.fromkeys(f"{half_life:.3g}" for half_life in (used[0], used[-1])))
    return (
        f"Smoothed: mean of the points so far, the weight of a point halves every {steps} steps "
        f"({arranged.view.smooth_percent:g} % of the steps); the points as logged are faint."
    )


def _gaps(curves: Sequence[Curve]) -> str:
    nans, infinities = sum(c.nan_count for c in curves), sum(c.inf_count for c in curves)
    parts = [f"{nans:,} NaN (×)"] * bool(nans) + [f"{infinities:,} infinite (▲▼)"] * bool(infinities)
    return f"{' and '.join(parts)} marked at the edge." if parts else ""


def _lost_on_log(curves: Sequence[Curve]) -> str:
    lost = sum(curve.not_positive for curve in curves)
    return f"{_points(lost)} at or below zero cannot be on a logarithmic axis." if lost else ""


def _over(arranged: Arranged) -> str:
    if arranged.view.axis is not XAxis.METRIC:
        return ""
    sentences = ["Each point stands at the value of the same call, else at the last one at or before its step."]
    if arranged.left_out:
        sentences.append(f"{_points(arranged.left_out)} without such a value left out.")
    if scattered := sum(curve.scattered for curve in arranged.curves):
        what = "one curve" if scattered == 1 else f"{scattered:,} curves"
        sentences.append(f"In {what} x goes back, so the points stand without a line.")
    return " ".join(sentences)


def _points(count: int) -> str:
    return f"{count:,} {'point' if count == 1 else 'points'}"
