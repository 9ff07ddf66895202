"""An evaluation of a run as the measures take it: labels as positions, scores as an array. Pure, no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from runlake.analysis.classification import (
    Confusion,
    Predictions,
    counts_by_group,
    predictions,
    predictions_by_group,
)
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from components.compare.slots import Slot
    from runlake.query import Evaluation

SCORE, EXAMPLE = "score/", "example/"


@dataclass(frozen=True, slots=True)
class Judged:
    """One evaluation of one run.

    Attributes:
        run: the run with its look.
        evaluation: as it was logged.
        predictions: of classes; None for counts and numbers.
        counts: a ready confusion matrix; None for the others.
        problem: why it is neither, in a sentence.
        groups: of each class as it was logged, where classes were put into groups; the rest is then of these.
        digest: of the bytes that the evaluation was read from.
    """

    run: Slot
    evaluation: Evaluation
    predictions: Predictions | None = None
    counts: Confusion | None = None
    problem: str | None = None
    groups: tuple[str, ...] = ()
    digest: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others of a page: its run and its step."""
        return f"{self.run.run_id}.{self.evaluation.step:.15g}"

    @property
    def identity(self) -> tuple[object, ...]:
        """What its measures follow from."""
        return (self.digest, self.key, self.evaluation.key, self.evaluation.classes, self.groups)

    @property
    def has_scores(self) -> bool:
        """Whether there is something to draw a curve of."""
        return self.predictions is not None and self.predictions.scores is not None

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, or of their groups, in their order."""
        return tuple(dict.fromkeys(self.groups)) or self.evaluation.classes

    @property
    def usual_class(self) -> str:
        """The class that curves are of while nobody chose one."""
        positive = self.evaluation.positive
        return positive if positive is not None and positive in self.classes else self.classes[-1]

    def grouped(self, groups: Sequence[str]) -> Judged:
        """Put its classes into groups, one named for each class."""
        return replace(
            self,
            predictions=None if self.predictions is None else predictions_by_group(self.predictions, groups),
            counts=None if self.counts is None else counts_by_group(self.counts, groups),
            groups=tuple(groups),
        )


def judge(run: Slot, evaluation: Evaluation, digest: str = "") -> Judged:
    """Read an evaluation; what does not fit together is said, not raised: it is data."""
    return replace(_judged(run, evaluation), digest=digest)


def _judged(run: Slot, evaluation: Evaluation) -> Judged:
    try:
        if evaluation.task == "counts":
            return Judged(run, evaluation, counts=_counts(evaluation))
        if evaluation.task == "classification":
            return Judged(run, evaluation, predictions=_predictions(evaluation))
    except (InvalidValue, PolarsError, ValueError) as problem:
        return Judged(run, evaluation, problem=f"The evaluation cannot be read: {problem}")
    if evaluation.task == "regression" and {"label", "predicted"} <= set(evaluation.frame.columns):
        return Judged(run, evaluation)
    return Judged(run, evaluation, problem=f"It is of a kind that is not known here: {evaluation.task or 'none'}.")


def comparable(judged: Sequence[Judged]) -> tuple[list[Judged], list[str]]:
    """Keep those that can stand in one picture with the first, and say in sentences which cannot and why."""
    kept: list[Judged] = []
    said: list[str] = []
    for one in judged:
        if one.problem is not None:
            said.append(f"{one.run.label}: {one.problem}")
        elif kept and (one.classes != kept[0].classes or _is_regression(one) != _is_regression(kept[0])):
            said.append(f"{one.run.label}: its classes are others than those of {kept[0].run.label}.")
        else:
            kept.append(one)
    return kept, said


def numbers(one: Judged) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return true and predicted numbers of a regression, (n,) each, NaN where there is none."""
    true, guess = (
        one.evaluation.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in ("label", "predicted")
    )
    return true, guess


def _is_regression(one: Judged) -> bool:
    return one.evaluation.task == "regression"


def _codes(values: pl.Series, classes: Sequence[str]) -> NDArray[np.int64]:
    return values.cast(pl.Enum(list(classes))).to_physical().cast(pl.Int64).to_numpy()


def _predictions(evaluation: Evaluation) -> Predictions:
    frame, classes = evaluation.frame, evaluation.classes
    return predictions(
        _codes(frame["label"], classes),
        classes,
        scores=_scores(evaluation),
        predicted=_codes(frame["predicted"], classes) if "predicted" in frame.columns else None,
        ids=frame["id"].to_list() if "id" in frame.columns else None,
    )


def _scores(evaluation: Evaluation) -> NDArray[np.float64] | None:
    """Return scores (n, k) in the order of the classes; where only one of two has a column, the other follows."""
    frame, classes = evaluation.frame, evaluation.classes
    found = {
        name: frame[SCORE + name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in classes
        if SCORE + name in frame.columns
    }
    if not found:
        return None
    if len(found) == 1 and len(classes) == 2:
        ((name, score),) = found.items()
        is_probability = bool(np.all(np.isnan(score) | ((score >= 0) & (score <= 1))))
        other = 1 - score if is_probability else -score
        return np.column_stack([score if one == name else other for one in classes])
    return np.column_stack([found[name] for name in classes])


def _counts(evaluation: Evaluation) -> Confusion:
    k, frame = len(evaluation.classes), evaluation.frame
    counts = np.zeros((k, k), dtype=np.int64)
    counts[_codes(frame["label"], evaluation.classes), _codes(frame["predicted"], evaluation.classes)] = frame["count"]
    return Confusion.from_counts(counts, evaluation.classes)
