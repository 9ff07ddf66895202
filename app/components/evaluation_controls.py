"""How the reader wants to see evaluations: which one, which picture, which class, where to cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

import state
from components import curve_controls, format
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.judged import Judged

CURVES = tuple(name for name in state.PICTURES if name != "Confusion")
_OPENING = {"pr_curve": "Precision–recall", "roc_curve": "ROC", "calibration_curve": "Calibration"}
_TICKS = 200  # places of the slider


@dataclass(frozen=True, slots=True)
class Knobs:
    """Where one page keeps what the reader chose."""

    evaluation: state.Param[str]
    step: state.Param[str]
    picture: state.Param[str]
    of_class: state.Param[str]
    threshold: state.Param[str]
    share: state.Param[str]
    cell: state.Param[tuple[str, ...]]
    cost_fp: state.Param[float]
    cost_fn: state.Param[float]

    def key(self, name: str) -> str:
        """Name a widget of this page that no link carries."""
        return f"{self.evaluation.key}.{name}"


RUN = Knobs(
    state.RUN_EVALUATION,
    state.RUN_STEP,
    state.RUN_PICTURE,
    state.RUN_CLASS,
    state.RUN_THRESHOLD,
    state.RUN_SHARE,
    state.RUN_CELL,
    state.RUN_COST_FP,
    state.RUN_COST_FN,
)
EVALUATE = Knobs(
    state.EVALUATE_EVALUATION,
    state.EVALUATE_STEP,
    state.EVALUATE_PICTURE,
    state.EVALUATE_CLASS,
    state.EVALUATE_THRESHOLD,
    state.EVALUATE_SHARE,
    state.EVALUATE_CELL,
    state.EVALUATE_COST_FP,
    state.EVALUATE_COST_FN,
)


def choose_evaluation(knobs: Knobs, names: Sequence[str]) -> str:
    """Draw the choice of an evaluation by its key, and return it."""
    key, wanted = knobs.key("name"), knobs.evaluation.get()
    st.session_state[key] = wanted if wanted in names else names[0]
    st.selectbox(
        "Evaluation",
        names,
        key=key,
        format_func=in_order,
        label_visibility="collapsed",
        on_change=_take,
        args=(knobs, key),
        width=220,
    )
    return str(st.session_state[key])


def _take(knobs: Knobs, key: str) -> None:
    knobs.evaluation.set(st.session_state[key])
    for param in (knobs.step, knobs.of_class, knobs.threshold, knobs.picture):
        param.reset()
    knobs.cell.reset()


def choose_picture(knobs: Knobs, judged: Sequence[Judged]) -> str:
    """Draw the choice of a picture, and return it; without scores there is only one."""
    if not any(one.has_scores for one in judged):
        return "Confusion"
    key, wanted = knobs.key("picture"), knobs.picture.get()
    usual = "Precision–recall" if len(judged[0].classes) == 2 else "Confusion"
    st.session_state[key] = wanted if wanted in state.PICTURES else _OPENING.get(judged[0].evaluation.view, usual)
    st.segmented_control(
        "Picture",
        state.PICTURES,
        key=key,
        format_func=format.segment,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: knobs.picture.set(st.session_state[key]),
    )
    return str(st.session_state[key])


def choose_class(knobs: Knobs, classes: Sequence[str], positive: str | None) -> str:
    """Draw the choice of the class that curves are of, against the rest, and return it."""
    key, wanted = knobs.key("class"), knobs.of_class.get()
    usual = positive if positive in classes else classes[-1]
    st.session_state[key] = wanted if wanted in classes else usual
    st.selectbox(
        "Class",
        classes,
        key=key,
        format_func=lambda name: f"{in_order(name)} against the rest" if len(classes) > 2 else f"of {in_order(name)}",
        label_visibility="collapsed",
        on_change=_take_class,
        args=(knobs, key),
        width=220,
    )
    return str(st.session_state[key])


def _take_class(knobs: Knobs, key: str) -> None:
    knobs.of_class.set(st.session_state[key])
    knobs.threshold.reset()


def read_threshold(knobs: Knobs) -> float | None:
    """Return the threshold that was chosen; None where none was."""
    try:
        found = float(knobs.threshold.get())
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def choose_threshold(knobs: Knobs, judged: Sequence[Judged], of_class: str) -> float | None:
    """Draw the slider that cuts the scores of all runs at once; None where nobody moved it."""
    parts = [
        one.predictions.scores[:, one.classes.index(of_class)]
        for one in judged
        if one.has_scores and one.predictions and one.predictions.scores is not None
    ]
    scores = np.concatenate(parts)
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        return None
    low, high = (0.0, 1.0) if 0 <= scores.min() <= scores.max() <= 1 else (float(scores.min()), float(scores.max()))
    if low == high:
        return None
    key, chosen = knobs.key("threshold"), read_threshold(knobs)
    middle = 0.5 if (low, high) == (0.0, 1.0) else 0.0 if low < 0 < high else (low + high) / 2
    st.session_state[key] = min(max(middle if chosen is None else chosen, low), high)
    st.slider(
        "Threshold",
        low,
        high,
        key=key,
        step=(high - low) / _TICKS,
        format="%.4g",
        on_change=lambda: knobs.threshold.set(f"{st.session_state[key]:.6g}"),
        width=260,
        label_visibility="collapsed",
    )
    said = f"threshold {st.session_state[key]:.4g}" + ("" if chosen is not None else ", as predicted")
    st.caption(said, width="content")
    return chosen


def choose_share(knobs: Knobs) -> str:
    """Draw the choice of what the cells of a matrix are a share of, and return it."""
    curve_controls.ready(knobs.share)
    st.segmented_control(
        "Cells",
        state.SHARES,
        key=knobs.share.key,
        format_func=format.segment,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return knobs.share.get()


def choose_costs(knobs: Knobs) -> tuple[float, float]:
    """Draw what a false alarm and a miss cost, and return both."""
    curve_controls.ready(knobs.cost_fp, knobs.cost_fn)
    for param, label in ((knobs.cost_fp, "A false alarm costs"), (knobs.cost_fn, "A miss costs")):
        st.number_input(label, min_value=0.0, key=param.key, persist_state="session", step=1.0, format="%g", width=150)
    return knobs.cost_fp.get(), knobs.cost_fn.get()
