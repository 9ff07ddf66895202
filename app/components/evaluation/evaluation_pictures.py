"""Pictures of evaluations of classes: one figure for all runs, with the threshold marked on it."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.charts import chart_export, curves
from components.evaluation import evaluation_controls, evaluation_matrix, evaluation_threshold
from components.evaluation.evaluation_question import asked_of, thresholds_of
from runlake.analysis.classification import (
    Bins,
    Thresholds,
    calibration,
    cheapest,
    det_curve,
    lift,
    pr_curve,
    roc_curve,
)
from runlake.figures.classification import (
    Shown,
    calibration_figure,
    cost_figure,
    det_figure,
    lift_figure,
    pr_figure,
    roc_figure,
)
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import plotly.graph_objects as go

    from components.evaluation.evaluation_question import Question
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Calibration
    from state import Judging

_CURVES: dict[str, tuple[Callable[[Thresholds], Any], Callable[..., go.Figure]]] = {
    "Precision–recall": (pr_curve, pr_figure),
    "ROC": (roc_curve, roc_figure),
    "DET": (det_curve, det_figure),
    "Lift": (lift, lift_figure),
}
# Points that can be clicked, of all curves together: each is an element of the page.
_PICKS, _LEAST_PICKS = 1600, 60


def show(judged: Sequence[Judged], question: Question, knobs: Judging) -> None:
    """Draw the picture."""
    if question.picture == "Confusion":
        evaluation_matrix.show(judged, question, knobs)
        return
    drawn = [one for one in judged if one.has_scores]
    if question.picture == "Calibration":
        kind, count = evaluation_controls.choose_bins(knobs)
        found = [calibration(asked_of(one, question), bins=Bins(kind), n_bins=count) for one in drawn]
        _draw(calibration_figure, drawn, found, question, knobs)
        _explain(found, kind, count)
        return
    if question.picture == "Cost":
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            *prices, rate = evaluation_controls.choose_costs(knobs)
            costs = [cheapest(thresholds_of(one, question), *prices, prevalence=rate) for one in drawn]
            _take_cheapest(drawn, costs[0].best_threshold if costs[0].best is not None else None, knobs)
        _draw(cost_figure, drawn, costs, question, knobs)
    else:
        make, draw = _CURVES[question.picture]
        _draw(draw, drawn, [make(thresholds_of(one, question)) for one in drawn], question, knobs)


def _draw(
    draw: Callable[..., go.Figure],
    drawn: Sequence[Judged],
    results: Sequence[Any],
    question: Question,
    knobs: Judging,
) -> None:
    """Draw curves, whose points cut the scores where they are clicked; those of bins have none."""
    names = ", ".join(one.run.label for one in drawn)
    what = "all classes" if question.micro else question.of_class
    alt = in_order(f"{question.picture} of {what}: {names}")
    figure = draw(_shown(drawn, results, question), tokens=theme(st.context.theme.type))
    if question.picture == "Calibration":
        st.plotly_chart(figure, theme=None, key=knobs.key(f"figure.{question.picture}"), config=curves.CONFIG, alt=alt)
    else:
        figure.update_layout(dragmode=False)
        # Its name changes with the threshold, so that a point that was clicked once can be clicked again.
        key = knobs.key(f"figure.{question.picture}.{knobs.threshold.get()}.{knobs.rule.get()}")
        on_select = partial(evaluation_threshold.take_point, knobs, key)
        st.plotly_chart(
            figure, theme=None, key=key, config=curves.CONFIG, on_select=on_select, selection_mode="points", alt=alt
        )
        st.caption("A click on a curve cuts the scores there.")
    chart_export.show(
        # The points that can be clicked stand on the curves a second time.
        partial(draw, [replace(one, picks=0) for one in _shown(drawn, results, question)]),
        of=alt, key=knobs.key(f"export.{question.picture}"), run_ids=[one.run.run_id for one in drawn],
    )  # fmt: skip


def _shown(judged: Sequence[Judged], results: Sequence[Any], question: Question) -> list[Shown[Any]]:
    picks = max(_PICKS // max(len(judged), 1), _LEAST_PICKS)
    return [
        Shown(one.run.label, result, one.run.color, one.run.dash, question.cut(one), picks)
        for one, result in zip(judged, results, strict=True)
    ]


def _explain(found: Sequence[Calibration], kind: str, count: int) -> None:
    """Say what the numbers in the legend are, and split the Brier score of a single one."""
    said = (
        f"ECE: mean distance of observed share and mean score over {count} bins "
        f"{'of equal width' if kind == 'uniform' else 'of equally many scores'}, weighing by their examples. "
        "Whiskers: Wilson's 95 % intervals."
    )
    if len(found) == 1 and found[0].problem is None:
        (one,) = found
        said += (
            f" Brier score {one.brier:.4f} = reliability {one.reliability:.4f} − resolution {one.resolution:.4f} + "
            f"uncertainty {one.uncertainty:.4f} {'+' if one.within >= 0 else '−'} {abs(one.within):.4f} within bins."
        )
    st.caption(said)


def _take_cheapest(judged: Sequence[Judged], threshold: float | None, knobs: Judging) -> None:
    if threshold is None or math.isinf(threshold):
        return
    st.button(
        f"Cut at {threshold:.4g}",
        key=knobs.key("cheapest"),
        icon=":material/content_cut:",
        help=f"The threshold that costs {'the first run' if len(judged) > 1 else 'this run'} least.",
        on_click=evaluation_threshold.take,
        args=(knobs, threshold),
    )
