"""Evaluations of one run or several: the same question asked of all, in a picture and in numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import format, step_choice
from components.compare.slots import slots
from components.evaluation import (
    evaluation_controls,
    evaluation_examples,
    evaluation_groups,
    evaluation_measures,
    evaluation_pictures,
    evaluation_steps,
    evaluation_threshold,
    regression_view,
)
from components.evaluation.evaluation_question import Question
from components.evaluation.evaluation_steps import Aim, Logged
from components.evaluation.judged import Judged, comparable, judge
from reads import data
from runlake.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.slots import Slot
    from runlake.query import RunDetail
    from state import Judging

NONE = "No evaluation was logged. run.log takes them, made by runlake.media.classification and its kin."


def of_run(detail: RunDetail) -> None:
    """Draw the evaluations of one run."""
    show(slots((detail.run_id,), {detail.run_id: detail.header}), state.RUN_JUDGING)


def logged(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return which evaluations runs have logged."""
    return data.media(run_ids).filter(pl.col("kind") == "evaluation")


def show(runs: Sequence[Slot], knobs: Judging) -> None:
    """Draw the controls, the picture, the measures and the examples."""
    found = logged(tuple(run.run_id for run in runs))
    if found.is_empty():
        st.caption(NONE)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # First what most of the runs have.
        by_key = found.group_by("key").agg(pl.col("run_id").n_unique()).sort("run_id", "key", descending=[True, False])
        key = evaluation_controls.choose_evaluation(knobs, by_key["key"].to_list())
        places = _places(found.filter(pl.col("key") == key))
        read, said = _chosen(runs, places, knobs)
        judged, others = comparable(read)
        said += others
        if not judged:
            _say(said)
            return
        is_regression = judged[0].evaluation.task == "regression"
        with_steps = any(len(steps) > 1 for steps in places.steps.values())
        if is_regression:
            picture = regression_view.choose(knobs, steps=with_steps)
        else:
            picture = evaluation_controls.choose_picture(knobs, judged, steps=with_steps)
    if not is_regression:
        _classes(judged, picture, knobs, runs, places)
    elif picture == "Steps":
        evaluation_steps.show(runs, places, Aim(), knobs)
        regression_view.measures(judged)
    else:
        regression_view.show(judged, picture, knobs)
    _say(said)


def _places(of_key: pl.DataFrame) -> Logged:
    """Say where an evaluation was logged, and what tells its bytes apart."""
    steps: dict[str, tuple[float, ...]] = {}
    digests: dict[tuple[str, float], str] = {}
    for run_id, step, sha256, path, version in of_key.select("run_id", "step", "sha256", "path", "version").iter_rows():
        steps[run_id] = (*steps.get(run_id, ()), step)
        # While a run goes on, the digest of what it has just logged may not be known yet.
        digests[run_id, step] = sha256 or repr((*data.key(), run_id, path, version))
    return Logged(str(of_key["key"][0]), {run_id: tuple(sorted(set(s))) for run_id, s in steps.items()}, digests)


def _chosen(runs: Sequence[Slot], places: Logged, knobs: Judging) -> tuple[list[Judged], list[str]]:
    """Draw the choice of steps, and read what was chosen: one step of all runs, or several of a single one."""
    alone = runs[0] if len(runs) == 1 else None
    if alone is not None and len(places.every) > 1:
        over = evaluation_steps.choose(knobs, alone, places)
        if over:
            return _read(list(zip(evaluation_steps.looks(alone, over), over, strict=True)), places)
    step = step_choice.show(knobs.step, places.every, key=knobs.key("step"))
    # Of each run what it logged last up to there.
    at = [(run, max((s for s in places.steps.get(run.run_id, ()) if s <= step), default=None)) for run in runs]
    missing = [f"{run.label}: nothing was logged there." for run, found in at if found is None]
    read, problems = _read([(run, found) for run, found in at if found is not None], places)
    return read, [*missing, *problems]


def _read(wanted: Sequence[tuple[Slot, float]], places: Logged) -> tuple[list[Judged], list[str]]:
    read: list[Judged] = []
    problems: list[str] = []
    for run, step in wanted:
        try:
            found = data.evaluation(run.run_id, places.name, step)
            read.append(judge(run, found, places.digests[run.run_id, step]))
        except (NotFound, StoreError) as problem:
            problems.append(f"{run.label}: {problem}")
    return read, problems


def _classes(judged: Sequence[Judged], picture: str, knobs: Judging, runs: Sequence[Slot], places: Logged) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        groups: tuple[str, ...] = ()
        if len(judged[0].classes) > 2:
            groups = evaluation_groups.choose(knobs, judged[0].classes)
            judged = [one.grouped(groups) for one in judged] if groups else judged
        question = _ask(judged, picture, knobs)
    if picture == "Steps":
        hand = None if knobs.rule.get() else evaluation_threshold.read(knobs)
        rule, target = knobs.rule.get(), knobs.target.get()
        aim = Aim(question.of_class, question.micro, rule, target if rule else 0.0, hand, groups)
        evaluation_steps.show(runs, places, aim, knobs)
    else:
        left, right = st.columns([11, 9], gap="large")
        with left:
            evaluation_pictures.show(judged, question, knobs)
        with right:
            evaluation_examples.show(judged, question, knobs)
    evaluation_measures.of_runs(judged, question)
    evaluation_measures.over_classes(judged, question)
    if len(judged) > 1:
        evaluation_measures.tests(judged, question)
    _say(_missing(judged))


def _ask(judged: Sequence[Judged], picture: str, knobs: Judging) -> Question:
    """Draw the choice of class and threshold, where there are scores to cut, and return the question."""
    first = judged[0]
    question = Question(picture, first.usual_class)
    if not any(one.has_scores for one in judged):
        return question
    of_class, micro = evaluation_controls.choose_class(knobs, first.classes, first.evaluation.positive)
    question = Question(picture, of_class, micro)
    return replace(question, cuts=evaluation_threshold.choose(knobs, judged, question))


def _missing(judged: Sequence[Judged]) -> list[str]:
    """Say which pictures cannot be drawn of whom, and why."""
    found: list[str] = []
    without = [one for one in judged if not one.has_scores]
    lost = "precision–recall, ROC, DET, lift, cost and calibration, no areas below curves and no thresholds"
    reasons = {
        "only a ready confusion matrix was logged": [one for one in without if one.counts is not None],
        "only predicted classes were logged": [
            one for one in without if one.predictions is not None and not _had_scores(one)
        ],
        "scores that are no probabilities cannot be added up to those of groups": [
            one for one in without if _had_scores(one)
        ],
    }
    for reason, ones in reasons.items():
        if ones:
            names = ", ".join(one.run.label for one in ones)
            found.append(f"Without scores there are no curves: no {lost}. {names}: {reason}.")
    return found


def _had_scores(one: Judged) -> bool:
    return bool(one.groups) and any(name.startswith("score/") for name in one.evaluation.frame.columns)


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        st.caption(format.markdown(sentence))
