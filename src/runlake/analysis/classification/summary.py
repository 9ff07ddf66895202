"""Precision, recall and their kin, of each class and of all, from the counts of a confusion matrix alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.thresholds import share

if TYPE_CHECKING:
    from runlake.analysis.classification.confusion import Confusion
    from runlake.analysis.classification.predictions import Floats, Ints


@dataclass(frozen=True, slots=True)
class Average:
    """Precision, recall and F1 of all classes in one number each; NaN where there are no examples."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a confusion matrix comes to.

    Attributes:
        classes: names of the k classes.
        precision: (k,) NaN for a class that was never predicted.
        recall: (k,) NaN for a class that does not occur.
        f1: (k,) NaN for a class that neither occurs nor was predicted.
        support: (k,) examples of each class.
        macro, weighted: means over the classes, alike or by support. As in scikit-learn, an undefined precision
            or recall counts as 0 there, and a class that neither occurs nor was predicted is left out.
        micro: of all decisions at once; with one class per example all three equal the accuracy.
        accuracy: share of examples whose class was predicted.
        balanced_accuracy: mean recall of the classes that occur.
        matthews: Matthews' correlation coefficient (Gorodkin, Comparing two K-category assignments, 2004);
            NaN where all examples have one class or one prediction.
        kappa: agreement beyond chance (Cohen, A coefficient of agreement for nominal scales, 1960); NaN where
            chance alone agrees on all.
        n: number of examples.
    """

    classes: tuple[str, ...]
    precision: Floats
    recall: Floats
    f1: Floats
    support: Ints
    macro: Average
    weighted: Average
    micro: Average
    accuracy: float
    balanced_accuracy: float
    matthews: float
    kappa: float
    n: int


def summarise(confusion: Confusion) -> Summary:
    """Work out all that can be known from the counts."""
    counts = confusion.counts
    right, support, called = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    precision, recall, f1 = share(right, called), share(right, support), share(2 * right, support + called)
    n = int(support.sum())
    accuracy = _ratio(float(right.sum()), n)
    met = support + called > 0
    return Summary(
        classes=confusion.classes,
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
        macro=_average(precision, recall, f1, met.astype(np.float64)),
        weighted=_average(precision, recall, f1, support.astype(np.float64)),
        micro=Average(accuracy, accuracy, accuracy),
        accuracy=accuracy,
        balanced_accuracy=float(recall[support > 0].mean()) if n else float("nan"),
        matthews=_matthews(right, support, called),
        kappa=_kappa(right, support, called),
        n=n,
    )


def _average(precision: Floats, recall: Floats, f1: Floats, weight: Floats) -> Average:
    if not weight.sum():
        return Average(*(float("nan"),) * 3)
    means = (float(np.average(np.nan_to_num(part), weights=weight)) for part in (precision, recall, f1))
    return Average(*means)


def _matthews(right: Ints, support: Ints, called: Ints) -> float:
    # Python's whole numbers: products of three counts leave 64 bits behind at a few million examples.
    n, hits = int(support.sum()), int(right.sum())
    rows, columns = support.tolist(), called.tolist()
    both = hits * n - sum(a * b for a, b in zip(rows, columns, strict=True))
    spread = (n * n - sum(a * a for a in rows)) * (n * n - sum(b * b for b in columns))
    return _ratio(both, math.sqrt(spread))


def _kappa(right: Ints, support: Ints, called: Ints) -> float:
    n, hits = int(support.sum()), int(right.sum())
    by_chance = sum(a * b for a, b in zip(support.tolist(), called.tolist(), strict=True))
    return _ratio(hits * n - by_chance, n * n - by_chance)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
