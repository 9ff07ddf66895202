"""Where the scores are cut: by hand, by a point of a curve, or where a promise is kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

import state
from components import format
from components.charts import curve_controls
from components.evaluation import evaluation_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation.evaluation_question import Question
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Operating
    from state import Judging

_TICKS = 200  # places of the slider
_RULES = {
    "": "Threshold by hand",
    "precision": "Precision at least",
    "recall": "Recall at least",
    "fpr": "False positive rate at most",
    "f1": "Greatest F1",
}


def choose(knobs: Judging, judged: Sequence[Judged], question: Question) -> dict[str, float]:
    """Draw how the threshold is chosen, and return it for each evaluation by its key; nothing where nobody chose one."""
    curve_controls.ready(knobs.rule, knobs.target)
    st.selectbox(
        "Threshold",
        state.RULES,
        key=knobs.rule.key,
        format_func=_RULES.__getitem__,
        persist_state="session",
        label_visibility="collapsed",
        width=210,
    )
    rule = knobs.rule.get()
    if not rule:
        chosen = _slide(knobs, judged, question)
        return {} if chosen is None else {one.key: chosen for one in judged if one.has_scores}
    if rule != "f1":
        st.number_input(
            "Share", min_value=0.0, max_value=1.0, key=knobs.target.key, persist_state="session", step=0.01,
            format="%g", label_visibility="collapsed", width=120,
        )  # fmt: skip
    found = evaluation_question.promised(judged, question, rule, knobs.target.get())
    said = [_said(one, found[one.key], several=len(judged) > 1) for one in judged if one.key in found]
    st.caption(" · ".join(said[:4]) + (f" · and {len(said) - 4} more" if len(said) > 4 else ""), width="content")
    return {key: one.threshold for key, one in found.items() if not math.isnan(one.threshold)}


def _said(one: Judged, found: Operating, *, several: bool) -> str:
    name = f"{format.markdown(one.run.label)}: " if several else ""
    if found.problem is not None:
        return f"{name}{format.markdown(found.problem)}"
    if math.isinf(found.threshold):
        return f"{name}nothing is called positive"
    return f"{name}threshold {found.threshold:.4g}"


def read(knobs: Judging) -> float | None:
    """Return the threshold that was chosen by hand; None where none was."""
    try:
        found = float(knobs.threshold.get())
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _slide(knobs: Judging, judged: Sequence[Judged], question: Question) -> float | None:
    """Draw the slider that cuts the scores of all evaluations at once; None where nobody moved it."""
    scores = np.concatenate([evaluation_question.asked_of(one, question).score for one in judged if one.has_scores])
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        return None
    low, high = (0.0, 1.0) if 0 <= scores.min() <= scores.max() <= 1 else (float(scores.min()), float(scores.max()))
    if low == high:
        return None
    key, chosen = knobs.key("threshold"), read(knobs)
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


def take(knobs: Judging, threshold: float) -> None:
    """Cut here; a callback. Every digit is kept: rounded up, it would miss the example that it is the score of."""
    knobs.rule.reset()
    knobs.threshold.set(repr(float(threshold)))


def take_point(knobs: Judging, key: str) -> None:
    """Callback of a picture of curves: cut at the threshold of the point that was clicked."""
    points: list[dict[str, Any]] = st.session_state[key]["selection"]["points"]
    known = points[-1].get("customdata") if points else None
    threshold = known[-1] if isinstance(known, list) else known
    if isinstance(threshold, int | float) and math.isfinite(threshold):
        take(knobs, threshold)
