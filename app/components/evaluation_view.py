"""Evaluations of one run or several: the same question asked of all, in a picture and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import data
from components import (
    evaluation_controls,
    evaluation_examples,
    evaluation_measures,
    evaluation_pictures,
    format,
    regression_view,
    step_choice,
)
from components.evaluation_pictures import Question
from components.judged import Judged, comparable, judge
from components.slots import slots
from runlake.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation_controls import Knobs
    from components.slots import Slot
    from runlake.query import RunDetail

NONE = "No evaluation was logged. run.log takes them, made by runlake.media.classification and its kin."


def of_run(detail: RunDetail) -> None:
    """Draw the evaluations of one run."""
    show(slots((detail.run_id,), {detail.run_id: detail.header}), evaluation_controls.RUN)


def logged(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return which evaluations runs have logged."""
    return data.media(run_ids).filter(pl.col("kind") == "evaluation")


def show(runs: Sequence[Slot], knobs: Knobs) -> None:
    """Draw the controls, the picture, the measures and the examples."""
    found = logged(tuple(run.run_id for run in runs))
    if found.is_empty():
        st.caption(NONE)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # First what most of the runs have.
        by_key = found.group_by("key").agg(pl.col("run_id").n_unique()).sort("run_id", "key", descending=[True, False])
        key = evaluation_controls.choose_evaluation(knobs, by_key["key"].to_list())
        of_key = found.filter(pl.col("key") == key)
        step = step_choice.show(knobs.step, of_key["step"].unique().sort().to_list(), key=knobs.key("step"))
        read, missing = _read(runs, of_key, step)
        judged, others = comparable(read)
        said = [*missing, *others]
        if not judged:
            _say(said)
            return
        if judged[0].evaluation.task == "regression":
            picture = regression_view.choose(knobs)
        else:
            picture = evaluation_controls.choose_picture(knobs, judged)
    if judged[0].evaluation.task == "regression":
        regression_view.show(judged, picture, knobs)
    else:
        _classes(judged, picture, knobs)
    _say(said)


def _read(runs: Sequence[Slot], of_key: pl.DataFrame, step: float) -> tuple[list[Judged], list[str]]:
    """Read of each run what it logged last up to a step, and say in sentences who logged nothing there."""
    read: list[Judged] = []
    missing: list[str] = []
    for run in runs:
        steps = of_key.filter(pl.col("run_id") == run.run_id, pl.col("step") <= step)["step"].to_list()
        if not steps:
            missing.append(f"{run.label}: nothing was logged there.")
            continue
        try:
            read.append(judge(run, data.evaluation(run.run_id, of_key["key"][0], max(steps))))
        except (NotFound, StoreError) as problem:
            missing.append(f"{run.label}: {problem}")
    return read, missing


def _classes(judged: Sequence[Judged], picture: str, knobs: Knobs) -> None:
    first = judged[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        of_class, threshold = first.evaluation.positive or first.classes[-1], None
        if any(one.has_scores for one in judged):
            of_class = evaluation_controls.choose_class(knobs, first.classes, first.evaluation.positive)
            if len(first.classes) == 2 or picture not in {"Confusion", "Calibration"}:
                threshold = evaluation_controls.choose_threshold(knobs, judged, of_class)
    question = Question(picture, of_class, threshold)
    left, right = st.columns([11, 9], gap="large")
    with left:
        evaluation_pictures.show(judged, question, knobs)
    with right:
        evaluation_examples.show(judged, question, knobs)
    evaluation_measures.of_runs(judged, question)
    if len(judged) > 1:
        evaluation_measures.tests(judged, question)
    else:
        evaluation_measures.of_classes(first, question)
    if without := [one.run.label for one in judged if not one.has_scores]:
        st.caption(
            format.markdown(
                f"Without scores there are no curves, no areas below them and no thresholds: {', '.join(without)}."
            )
        )


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        st.caption(format.markdown(sentence))
