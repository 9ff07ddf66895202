"""Pictures of evaluations of classes: one figure for all runs, with the threshold marked on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from components import chart_export, curves, evaluation_controls
from runlake.analysis.classification import (
    Confusion,
    Normalise,
    Thresholds,
    at_thresholds,
    binary,
    calibration,
    cheapest,
    confusion,
    det_curve,
    lift,
    pr_curve,
    roc_curve,
)
from runlake.figures.classification import (
    Matrices,
    Shown,
    calibration_figure,
    confusion_figure,
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

    from components.evaluation_controls import Knobs
    from components.judged import Judged

_SHARES = {"Counts": Normalise.NONE, "By label": Normalise.TRUE, "By prediction": Normalise.PREDICTED}
_CURVES: dict[str, tuple[Callable[[Thresholds], Any], Callable[..., go.Figure]]] = {
    "Precision–recall": (pr_curve, pr_figure),
    "ROC": (roc_curve, roc_figure),
    "DET": (det_curve, det_figure),
    "Lift": (lift, lift_figure),
}
_WIDTH_PX = 760


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of all runs.

    Attributes:
        picture: one of `state.PICTURES`.
        of_class: the class that curves are of.
        threshold: where its scores are cut; None for the predictions as they were made.
    """

    picture: str
    of_class: str
    threshold: float | None

    @property
    def positive(self) -> str | None:
        """The class that a threshold is of; None without one."""
        return None if self.threshold is None else self.of_class


def matrix_of(one: Judged, question: Question) -> Confusion:
    """Return the confusion matrix of a run, at the threshold where there are two classes and scores."""
    if one.counts is not None:
        return one.counts
    assert one.predictions is not None  # it is one of the two
    if question.threshold is None or len(one.classes) != 2 or not one.has_scores:
        return confusion(one.predictions)
    return confusion(one.predictions, question.threshold, question.of_class)


def thresholds_of(one: Judged, of_class: str) -> Thresholds:
    """Count at every threshold of a class."""
    assert one.predictions is not None
    return at_thresholds(binary(one.predictions, of_class))


def show(judged: Sequence[Judged], question: Question, knobs: Knobs) -> None:
    """Draw the picture."""
    if question.picture == "Confusion":
        _matrices(judged, question, knobs)
        return
    drawn = [one for one in judged if one.has_scores]
    tokens = theme(st.context.theme.type)
    if question.picture == "Calibration":
        results = [calibration(binary(one.predictions, question.of_class)) for one in drawn if one.predictions]
        draw = partial(calibration_figure, _shown(drawn, results, None))
    elif question.picture == "Cost":
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            costs = evaluation_controls.choose_costs(knobs)
            found = [cheapest(thresholds_of(one, question.of_class), *costs) for one in drawn]
            _take_cheapest(drawn, found[0].best_threshold if found[0].best is not None else None, knobs)
        draw = partial(cost_figure, _shown(drawn, found, question.threshold))
    else:
        make, picture = _CURVES[question.picture]
        results = [make(thresholds_of(one, question.of_class)) for one in drawn]
        draw = partial(picture, _shown(drawn, results, question.threshold))
    names = ", ".join(one.run.label for one in drawn)
    alt = f"{question.picture} of {question.of_class}: {names}"
    st.plotly_chart(
        draw(tokens=tokens), key=knobs.key(f"figure.{question.picture}"), config=curves.CONFIG, alt=in_order(alt)
    )
    key = knobs.key(f"export.{question.picture}")
    chart_export.show(draw, of=alt, key=key, run_ids=[one.run.run_id for one in drawn])


def _shown(judged: Sequence[Judged], results: Sequence[Any], threshold: float | None) -> list[Shown[Any]]:
    return [
        Shown(one.run.label, result, one.run.color, one.run.dash, threshold)
        for one, result in zip(judged, results, strict=True)
    ]


def _take_cheapest(judged: Sequence[Judged], threshold: float | None, knobs: Knobs) -> None:
    if threshold is None or threshold == float("inf"):
        return
    st.button(
        f"Cut at {threshold:.4g}",
        key=knobs.key("cheapest"),
        icon=":material/content_cut:",
        help=f"The threshold that costs {'the first run' if len(judged) > 1 else 'this run'} least.",
        on_click=knobs.threshold.set,
        args=(repr(float(threshold)),),  # every digit: rounded up, it would miss the example that it is the score of
    )


def _matrices(judged: Sequence[Judged], question: Question, knobs: Knobs) -> None:
    shares = _SHARES[evaluation_controls.choose_share(knobs)]
    shown = [Shown(one.run.label, matrix_of(one, question), one.run.color, one.run.dash) for one in judged]
    look = Matrices(normalise=shares, columns=1 if len(shown) == 1 else 2, width_px=_WIDTH_PX)
    draw = partial(confusion_figure, shown, matrices=look)
    alt = f"Confusion matrices of {', '.join(one.run.label for one in judged)}"
    key = knobs.key(f"matrix.{','.join(knobs.cell.get())}")
    st.plotly_chart(
        draw(tokens=theme(st.context.theme.type)),
        key=key,
        config=curves.CONFIG,
        on_select=partial(_take_cell, knobs, key, judged[0].classes),
        selection_mode="points",
        alt=in_order(alt),
    )
    chart_export.show(draw, of=alt, key=knobs.key("export.matrix"), run_ids=[one.run.run_id for one in judged])


def _take_cell(knobs: Knobs, key: str, classes: Sequence[str]) -> None:
    """Callback of the matrices: the texts lie row by row over the cells, so a place tells label and prediction."""
    points: list[dict[str, Any]] = st.session_state[key]["selection"]["points"]
    if points:
        row, column = divmod(int(points[-1]["point_index"]), len(classes))
        if 0 <= row < len(classes):
            knobs.cell.set((classes[row], classes[column]))
