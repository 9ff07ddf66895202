"""Counts at every threshold that changes anything: all curves, the slider and the costs are read off them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.predictions import Floats, Ints


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a rule "positive where score >= threshold" gets right and wrong, at each score that occurs.

    Attributes:
        name: of what counts as positive.
        threshold: (m,) strictly falling; the first is infinity, at which nothing is positive. None is left out.
        tp, fp, fn, tn: (m,) counts at each threshold.
        problem: why there is nothing (the arrays are then empty), or None.
    """

    name: str
    threshold: Floats
    tp: Ints
    fp: Ints
    fn: Ints
    tn: Ints
    n: int
    positives: int
    problem: str | None = None

    @property
    def negatives(self) -> int:
        """Number of examples that are not positive."""
        return self.n - self.positives

    @property
    def prevalence(self) -> float:
        """Share of positive examples; NaN where there are no examples."""
        return self.positives / self.n if self.n else float("nan")

    @property
    def precision(self) -> Floats:
        """(m,) share of the examples called positive that are; NaN where none is called so."""
        return share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Floats:
        """(m,) share of the positive examples that are called so; NaN where there are none."""
        return share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> Floats:
        """(m,) harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn)."""
        return share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def specificity(self) -> Floats:
        """(m,) share of the negative examples that are called so; NaN where there are none."""
        return share(self.tn, self.tn + self.fp)

    @property
    def false_positive_rate(self) -> Floats:
        """(m,) share of the negative examples that are called positive; NaN where there are none."""
        return share(self.fp, self.tn + self.fp)

    @property
    def false_negative_rate(self) -> Floats:
        """(m,) share of the positive examples that are called negative; NaN where there are none."""
        return share(self.fn, self.tp + self.fn)

    @property
    def accuracy(self) -> Floats:
        """(m,) share of the examples that are called what they are."""
        return share(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold; see `row_at`."""
        return row_at(self.threshold, threshold)


def at_thresholds(binary: Binary) -> Thresholds:
    """Count at every distinct score, from the strictest threshold to the most lenient.

    One sort of the scores, so a million examples take less than a second. Scores that are NaN or infinite are a `problem`.
    """
    if binary.problem is not None:
        nothing = np.zeros(0, dtype=np.int64)
        return Thresholds(
            binary.name, np.zeros(0), *(nothing,) * 4, n=binary.n, positives=binary.positives, problem=binary.problem
        )
    # Loading scikit-learn takes a second or two, so it waits until something is counted.
    from sklearn.metrics import confusion_matrix_at_thresholds

    counted = confusion_matrix_at_thresholds(y_true=binary.truth, y_score=binary.score, pos_label=True)
    tn, fp, fn, tp = (np.rint(part).astype(np.int64) for part in counted[:4])
    n, positives = binary.n, binary.positives
    return Thresholds(
        name=binary.name,
        threshold=np.concatenate(([np.inf], counted[4])),
        tp=np.concatenate(([0], tp)),
        fp=np.concatenate(([0], fp)),
        fn=np.concatenate(([positives], fn)),
        tn=np.concatenate(([n - positives], tn)),
        n=n,
        positives=positives,
    )


def row_at(thresholds: Floats, threshold: float) -> int:
    """Return the row of the smallest threshold that is not below the asked one: both call the same examples positive.

    Args:
        thresholds: (m,) falling from infinity, m >= 1.
        threshold: any number; NaN reads as infinity.
    """
    at_or_above = len(thresholds) - int(np.searchsorted(thresholds[::-1], threshold, side="left"))
    return max(at_or_above - 1, 0)


def share(part: Ints, whole: Ints) -> Floats:
    """Divide counts; NaN where the whole is 0."""
    result: Floats = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) != 0)
    return result
