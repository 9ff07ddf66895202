"""Several steps of a run: laid over each other in every picture, or a measure followed over all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from components.charts import curves
from components.evaluation.evaluation_question import (
    Question,
    asked_of,
    class_matrix_of,
    matrix_of,
    promised,
    thresholds_of,
)
from components.evaluation.judged import Judged, numbers
from reads import evaluated
from runlake.analysis.classification import calibration, pr_curve, roc_curve, summarise
from runlake.analysis.curves import draw
from runlake.analysis.regression import fit
from runlake.figures.curves import panels_figure
from runlake.figures.layout import Axes, Line, Panel, Section
from runlake.figures.shades import ramp
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.compare.slots import Slot
    from state import Judging

WORDS = {"first": "first step", "last": "last step", "best": "best step"}
MOST = 12
_COLUMNS, _PANEL_PX = 2, 190


@dataclass(frozen=True, slots=True)
class Logged:
    """Where an evaluation was logged.

    Attributes:
        name: of the evaluation.
        steps: of each run by its id, rising.
        digests: of the bytes by run id and step.
    """

    name: str
    steps: Mapping[str, tuple[float, ...]]
    digests: Mapping[tuple[str, float], str]

    @property
    def every(self) -> list[float]:
        """All steps of all runs, rising."""
        return sorted({step for steps in self.steps.values() for step in steps})


@dataclass(frozen=True, slots=True)
class Aim:
    """What is measured at each step; "" asks for the class that curves are of by themselves."""

    of_class: str = ""
    micro: bool = False
    rule: str = ""
    target: float = 0.0
    threshold: float | None = None
    groups: tuple[str, ...] = ()


def choose(knobs: Judging, run: Slot, logged: Logged) -> list[float]:
    """Draw which steps of the run lie over each other, and return them, rising; none where nobody chose any."""
    steps = logged.steps[run.run_id]
    texts = {f"{step:.15g}": step for step in steps}
    key, wanted = knobs.key("steps"), knobs.steps.get()
    st.session_state[key] = [one for one in wanted if one in WORDS or one in texts]
    st.multiselect(
        "Steps over each other",
        [*WORDS, *texts],
        key=key,
        format_func=lambda one: WORDS.get(one, f"step {one}"),
        placeholder="Steps over each other",
        max_selections=MOST,
        label_visibility="collapsed",
        on_change=lambda: knobs.steps.set(tuple(st.session_state[key])),
        width=260,
    )
    chosen = {texts[one] for one in wanted if one in texts}
    chosen |= {steps[0]} if "first" in wanted else set()
    chosen |= {steps[-1]} if "last" in wanted else set()
    if "best" in wanted and (best := _best(run, logged)) is not None:
        chosen.add(best)
    return sorted(chosen)[:MOST]


def looks(run: Slot, steps: Sequence[float]) -> list[Slot]:
    """Give each step a look of its own: the later the stronger."""
    colors = ramp(len(steps), theme(st.context.theme.type))
    return [
        replace(run, label=f"step {step:.15g}", color=color, dash="solid")
        for step, color in zip(steps, colors, strict=True)
    ]


def _best(run: Slot, logged: Logged) -> float | None:
    """Find the step of the highest average precision or, without scores, accuracy; of numbers, the lowest RMSE."""
    found = _followed([run], logged, Aim())
    if not found:
        return None
    measures = found[0].measures
    for name, sign in (("Average precision", 1.0), ("Accuracy", 1.0), ("RMSE", -1.0)):
        values = sign * np.array(measures.get(name, ()))
        if np.isfinite(values).any():
            return found[0].steps[int(np.nanargmax(np.where(np.isfinite(values), values, np.nan)))]
    return None


def show(runs: Sequence[Slot], logged: Logged, aim: Aim, knobs: Judging) -> None:
    """Draw the measures over the steps, one line for each run."""
    found = _followed(runs, logged, aim)
    if found is None:
        return
    names = list(dict.fromkeys(name for one in found for name in one.measures))
    panels = tuple(Panel(name, tuple(_lines(found, name)), named=len(found) <= 6) for name in names)
    if not panels:
        st.caption("No step can be measured.")
        return
    axes = Axes(columns=_COLUMNS, panel_px=_PANEL_PX)
    figure = panels_figure([Section("", panels)], axes=axes, tokens=theme(st.context.theme.type))
    figure.update_layout(dragmode=False)
    alt = in_order(f"{', '.join(names)} over steps: {', '.join(run.label for run in runs)}")
    st.plotly_chart(figure, theme=None, key=knobs.key("figure.Steps"), config=curves.CONFIG, alt=alt)
    left_out = sum(one.left_out for one in found)
    but = f", but for {left_out:,} that were left out" if left_out else ""
    rest = " F1 and accuracy are at the chosen threshold, or of the predictions as they were made." * ("F1" in names)
    st.caption(f"Of every step at which the evaluation was logged{but}.{rest}")


def _lines(found: Sequence[evaluated.Followed], name: str) -> list[Line]:
    lines = []
    for one in found:
        steps = np.array(one.steps)
        values = np.array(one.measures.get(name, [float("nan")] * len(steps)), dtype=np.float64)
        lines.append(Line(one.run.label, draw(steps, values, step=steps), one.run.color, one.run.dash))
    return lines


def _followed(runs: Sequence[Slot], logged: Logged, aim: Aim) -> list[evaluated.Followed] | None:
    wanted = [(run, logged.steps[run.run_id]) for run in runs if logged.steps.get(run.run_id)]
    digests = tuple(logged.digests[run.run_id, step] for run, steps in wanted for step in steps)
    return evaluated.followed(wanted, logged.name, (aim, digests), partial(measured, aim))


def measured(aim: Aim, one: Judged) -> dict[str, float]:
    """Measure one evaluation; {} where what is asked for is not in it."""
    if one.evaluation.task == "regression":
        found = fit(*numbers(one))
        return {"RMSE": found.rmse, "MAE": found.mae, "R²": found.r2, "Bias": found.bias}
    if aim.groups:
        if len(aim.groups) != len(one.classes):
            return {}
        one = one.grouped(aim.groups)
    of_class = aim.of_class or one.usual_class
    if of_class not in one.classes:
        return {}
    question = _question(aim, of_class, one)
    measures: dict[str, float] = {}
    if one.has_scores:
        counts = thresholds_of(one, question)
        measures = {"Average precision": pr_curve(counts).average_precision, "ROC AUC": roc_curve(counts).auc}
    measures["F1"] = float(summarise(class_matrix_of(one, question)).f1[1])
    measures["Accuracy"] = summarise(matrix_of(one, question)).accuracy
    if one.has_scores:
        fitted = calibration(asked_of(one, question))
        measures |= {"Brier score": fitted.brier, "Calibration error (ECE)": fitted.expected_error}
    return measures


def _question(aim: Aim, of_class: str, one: Judged) -> Question:
    question = Question("Steps", of_class, aim.micro)
    if not one.has_scores:
        return question
    if not aim.rule:
        return question if aim.threshold is None else replace(question, cuts={one.key: aim.threshold})
    (found,) = promised([one], question, aim.rule, aim.target).values()
    return question if found.problem is not None else replace(question, cuts={one.key: found.threshold})
