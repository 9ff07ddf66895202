"""All that a table says of a classifier's decisions, each measure with its interval and how that was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.cells import Decision
from runlake.analysis.classification.confusion import Confusion
from runlake.analysis.classification.intervals import Plan, decision_intervals
from runlake.analysis.classification.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.analysis.classification.intervals import Interval
    from runlake.analysis.classification.proportions import Proportion

PLAN = Plan(resamples=2000, stratified=True)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Measures of decisions.

    Attributes:
        n: examples that were decided.
        accuracy: with Wilson's interval.
        balanced_accuracy, macro_f1, matthews: of all classes, with bootstrap intervals by `PLAN`.
        precision, recall: of one class, with Wilson's interval; that of precision takes the number of examples
            that are called positive as given.
        f1: of that class, with a bootstrap interval by `PLAN`.
    """

    n: int
    accuracy: Proportion
    balanced_accuracy: Interval
    macro_f1: Interval
    matthews: Interval
    precision: Proportion
    recall: Proportion
    f1: Interval


def judgement(
    matrix: Confusion, of_class: Confusion, *, plan: Plan = PLAN, told: Callable[[float], object] | None = None
) -> Judgement:
    """Measure decisions.

    Args:
        matrix: of all classes.
        of_class: of one class against the rest, which comes second; `against_rest` makes it.
        plan: how to resample.
        told: called with the share that is done; what it raises ends the work.
    """
    wanted = (Decision.BALANCED_ACCURACY, Decision.F1, Decision.MATTHEWS)
    found = decision_intervals(matrix, wanted, plan, told=told)
    one = decision_intervals(of_class, (Decision.F1,), plan, positive=of_class.classes[1])
    hits = int(of_class.counts[1, 1])
    return Judgement(
        n=matrix.n,
        accuracy=proportion(int(np.trace(matrix.counts)), matrix.n),
        balanced_accuracy=found[Decision.BALANCED_ACCURACY],
        macro_f1=found[Decision.F1],
        matthews=found[Decision.MATTHEWS],
        precision=proportion(hits, int(of_class.counts[:, 1].sum())),
        recall=proportion(hits, int(of_class.counts[1].sum())),
        f1=one[Decision.F1],
    )


def against_rest(matrix: Confusion, name: str) -> Confusion:
    """Ask of a matrix only whether an example is of one class: two classes, `rest` and that.

    Raises:
        ValueError: there is no such class.
    """
    at, counts = matrix.classes.index(name), matrix.counts
    hits, called, support = int(counts[at, at]), int(counts[:, at].sum()), int(counts[at].sum())
    rest = matrix.n - called - support + hits
    two = np.array([[rest, called - hits], [support - hits, hits]], dtype=np.int64)
    return Confusion(two, (f"not {name}", name), matrix.threshold, matrix.problem)
