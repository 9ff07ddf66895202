"""What is asked of all evaluations on a page, and what follows from it for each. Pure, no widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reads.evaluated import Asked
from runlake.analysis.classification import (
    Rule,
    Thresholds,
    against_rest,
    at_thresholds,
    binary,
    confusion,
    hard,
    micro_average,
    operate,
)
from runlake.analysis.classification.confusion import Confusion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Binary, Operating

RULES = {
    "precision": Rule.PRECISION,
    "recall": Rule.RECALL,
    "fpr": Rule.FALSE_POSITIVE_RATE,
    "f1": Rule.F1,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of all evaluations.

    Attributes:
        picture: one of `state.PICTURES`.
        of_class: the class that curves are of, against the rest.
        micro: curves are of all classes at once instead.
        cuts: where the scores of each evaluation are cut, by its key; without one the predictions are as they were
            made.
    """

    picture: str
    of_class: str
    micro: bool = False
    cuts: Mapping[str, float] = field(default_factory=dict)

    def cut(self, one: Judged) -> float | None:
        """Return where the scores of an evaluation are cut; None for the predictions as they were made."""
        return self.cuts.get(one.key)


def asked_of(one: Judged, question: Question) -> Binary:
    """Ask of each example whether it is of the class in question; the evaluation has scores."""
    assert one.predictions is not None
    return micro_average(one.predictions) if question.micro else binary(one.predictions, question.of_class)


def thresholds_of(one: Judged, question: Question) -> Thresholds:
    """Count at every threshold of the class in question; the evaluation has scores."""
    return at_thresholds(asked_of(one, question))


def matrix_of(one: Judged, question: Question) -> Confusion:
    """Return the confusion matrix of an evaluation, at the threshold where there are two classes and scores."""
    if one.counts is not None:
        return one.counts
    assert one.predictions is not None  # it is one of the two
    cut = question.cut(one)
    if cut is None or len(one.classes) != 2 or not one.has_scores:
        return confusion(one.predictions)
    return confusion(one.predictions, cut, question.of_class)


def class_matrix_of(one: Judged, question: Question) -> Confusion:
    """Return the matrix of one class against the rest: at the threshold of its scores where there is one."""
    cut = question.cut(one)
    if cut is None or len(one.classes) == 2 or not one.has_scores or question.micro:
        return against_rest(matrix_of(one, question), question.of_class)
    counts = thresholds_of(one, question)
    if counts.problem is not None:
        return against_rest(matrix_of(one, question), question.of_class)
    at = counts.at(cut)
    two = [[counts.tn[at], counts.fp[at]], [counts.fn[at], counts.tp[at]]]
    return Confusion.from_counts(two, (f"not {question.of_class}", question.of_class))


def ask(one: Judged, question: Question) -> Asked:
    """Put together what the measures of an evaluation follow from."""
    asked = asked_of(one, question) if one.has_scores else None
    return Asked(one, asked, matrix_of(one, question), class_matrix_of(one, question), question.cut(one))


def promised(judged: Sequence[Judged], question: Question, rule: str, target: float) -> dict[str, Operating]:
    """Find for each evaluation with scores the threshold that keeps a promise, by its key."""
    return {one.key: operate(thresholds_of(one, question), RULES[rule], target) for one in judged if one.has_scores}


def decided(one: Judged, question: Question) -> Judged:
    """Write the predictions at the threshold down as they are, so that they can be compared with those at another."""
    from dataclasses import replace

    cut = question.cut(one)
    if cut is None or len(one.classes) != 2 or not one.has_scores or one.predictions is None:
        return one
    codes, _ = hard(one.predictions, cut, question.of_class)
    return replace(one, predictions=replace(one.predictions, predicted=codes))
