"""Precision-recall, ROC, detection error trade-off and cumulative gains: every threshold kept, none invented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.thresholds import row_at

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats
    from runlake.analysis.classification.thresholds import Thresholds

_NO_POSITIVE = "no example is positive, so recall is not defined"
_NO_NEGATIVE = "no example is negative, so there are no false positives to count"


@dataclass(frozen=True, slots=True)
class PrCurve:
    """Precision over recall.

    Attributes:
        threshold: (m,) falling; the first is infinity.
        precision: (m,) 1 at the first, where nothing is called positive, as scikit-learn has it.
        recall: (m,) rising from 0 to 1.
        average_precision: sum of precision times the step in recall, without interpolation; NaN where undefined.
        problem: why there is no curve, or what to mind about it; None where all is well.
    """

    name: str
    threshold: Floats
    precision: Floats
    recall: Floats
    average_precision: float
    n: int
    positives: int
    prevalence: float
    problem: str | None = None

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""
        return row_at(self.threshold, threshold)


@dataclass(frozen=True, slots=True)
class RocCurve:
    """True positive rate over false positive rate.

    Attributes:
        threshold: (m,) falling; the first is infinity.
        false_positive_rate, true_positive_rate: (m,) rising from 0 to 1.
        auc: area below, by trapezes: the chance that a positive scores above a negative, ties count half;
            NaN where undefined.
        problem: why there is no curve, or None.
    """

    name: str
    threshold: Floats
    false_positive_rate: Floats
    true_positive_rate: Floats
    auc: float
    n: int
    positives: int
    prevalence: float
    problem: str | None = None

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""
        return row_at(self.threshold, threshold)


@dataclass(frozen=True, slots=True)
class DetCurve:
    """False negative rate over false positive rate (Martin et al., The DET Curve in Assessment of Detection Task
    Performance, 1997).

    Attributes:
        threshold: (m,) falling; the first is infinity.
        false_positive_rate: (m,) rising from 0 to 1.
        false_negative_rate: (m,) falling from 1 to 0.
        equal_error_rate: where the two meet, on the line between the two thresholds around it; NaN where undefined.
        problem: why there is no curve, or None.
    """

    name: str
    threshold: Floats
    false_positive_rate: Floats
    false_negative_rate: Floats
    equal_error_rate: float
    n: int
    positives: int
    prevalence: float
    problem: str | None = None

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""
        return row_at(self.threshold, threshold)


@dataclass(frozen=True, slots=True)
class Lift:
    """How many of the positives are found among the examples of highest score.

    Attributes:
        threshold: (m,) falling; the first is infinity.
        contacted: (m,) share of all examples at or above the threshold; 0 to 1.
        gain: (m,) share of the positives among them, which is recall; 0 to 1.
        lift: (m,) gain over contacted, so that 1 is chance; NaN at the first.
        problem: why there is no curve, or None.
    """

    name: str
    threshold: Floats
    contacted: Floats
    gain: Floats
    lift: Floats
    n: int
    positives: int
    prevalence: float
    problem: str | None = None

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""
        return row_at(self.threshold, threshold)


def pr_curve(thresholds: Thresholds) -> PrCurve:
    """Draw precision against recall; without a negative example precision is 1 throughout, which `problem` says."""
    problem = thresholds.problem or (None if thresholds.positives else _NO_POSITIVE)
    counts = _nothing(thresholds) if problem is not None else thresholds
    precision, recall = counts.precision, counts.recall
    precision[:1] = 1.0
    steps = float(np.sum(np.diff(recall) * precision[1:])) if problem is None else float("nan")
    if problem is None and not thresholds.negatives:
        problem = "no example is negative, so precision is always 1"
    return PrCurve(
        thresholds.name,
        counts.threshold,
        precision,
        recall,
        steps,
        counts.n,
        counts.positives,
        counts.prevalence,
        problem,
    )


def roc_curve(thresholds: Thresholds) -> RocCurve:
    """Draw the true positive rate against the false positive rate."""
    problem = _one_class(thresholds)
    counts = _nothing(thresholds) if problem is not None else thresholds
    fpr, tpr = counts.false_positive_rate, counts.recall
    auc = float(np.trapezoid(tpr, fpr)) if problem is None else float("nan")
    return RocCurve(
        thresholds.name, counts.threshold, fpr, tpr, auc, counts.n, counts.positives, counts.prevalence, problem
    )


def det_curve(thresholds: Thresholds) -> DetCurve:
    """Draw the false negative rate against the false positive rate."""
    problem = _one_class(thresholds)
    counts = _nothing(thresholds) if problem is not None else thresholds
    fpr, fnr = counts.false_positive_rate, counts.false_negative_rate
    equal = _crossing(fpr, fnr) if problem is None else float("nan")
    return DetCurve(
        thresholds.name, counts.threshold, fpr, fnr, equal, counts.n, counts.positives, counts.prevalence, problem
    )


def lift(thresholds: Thresholds) -> Lift:
    """Draw the share of positives found against the share of examples looked at, highest scores first."""
    problem = thresholds.problem or (None if thresholds.positives else _NO_POSITIVE)
    counts = _nothing(thresholds) if problem is not None else thresholds
    contacted = (counts.tp + counts.fp) / max(counts.n, 1)
    gain = counts.recall
    ratio = np.divide(gain, contacted, out=np.full(len(gain), np.nan), where=contacted > 0)
    return Lift(
        thresholds.name,
        counts.threshold,
        contacted,
        gain,
        ratio,
        counts.n,
        counts.positives,
        counts.prevalence,
        problem,
    )


def _one_class(thresholds: Thresholds) -> str | None:
    if thresholds.problem is not None or (thresholds.positives and thresholds.negatives):
        return thresholds.problem
    return _NO_NEGATIVE if thresholds.positives else _NO_POSITIVE


def _nothing(thresholds: Thresholds) -> Thresholds:
    none = thresholds.tp[:0]
    return replace(thresholds, threshold=thresholds.threshold[:0], tp=none, fp=none, fn=none, tn=none)


def _crossing(fpr: Floats, fnr: Floats) -> float:
    """The rate at which both are equal; fpr - fnr rises from -1 to 1, so there is one."""
    gap = fpr - fnr
    after = int(np.searchsorted(gap, 0.0))
    before = max(after - 1, 0)
    width = float(gap[after] - gap[before])
    weight = float(-gap[before]) / width if width else 0.0
    return float(fpr[before] + weight * (fpr[after] - fpr[before]))
