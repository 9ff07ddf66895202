"""Interval of a ROC AUC, and a test of two on the same examples, without resampling.

DeLong, DeLong and Clarke-Pearson, Comparing the Areas under Two or More Correlated Receiver Operating
Characteristic Curves, 1988, by the ranks of Sun and Xu, Fast Implementation of DeLong's Algorithm, 2014.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.binary import binary
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.paired import Paired
    from runlake.analysis.classification.predictions import Floats


@dataclass(frozen=True, slots=True)
class AucInterval:
    """A ROC AUC with DeLong's interval.

    Attributes:
        auc: NaN where undefined.
        standard_error: of the area; NaN where there is none.
        low, high: normal interval, kept within 0 and 1.
        level: share of such intervals that hold the true area.
        problem: why there is no interval, or what to mind; None where all is well.
    """

    auc: float
    standard_error: float
    low: float
    high: float
    level: float
    n: int
    positives: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AucTest:
    """DeLong's test of two ROC AUCs on the same examples.

    Attributes:
        first, second: the areas.
        difference: second minus first.
        standard_error: of the difference.
        low, high: normal interval of the difference at `level`.
        z: difference over its standard error.
        p: two-sided; NaN where there is none.
        n, positives: examples that both have.
        problem: why there is no test, or None.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    low: float
    high: float
    level: float
    z: float
    p: float
    n: int
    positives: int
    problem: str | None = None
    method: str = "DeLong's test for two correlated ROC curves"


def auc_interval(binary: Binary, *, level: float = 0.95) -> AucInterval:
    """Give a ROC AUC DeLong's interval; one sort, so it is quick for a million examples.

    Raises:
        InvalidValue: level is not above 0 and below 1.
    """
    width = _quantile(level)
    problem = binary.sampling_problem or _too_few(binary)
    if problem is not None:
        return AucInterval(*(math.nan,) * 4, level=level, n=binary.n, positives=binary.positives, problem=problem)
    of_positives, of_negatives = _placements(binary)
    auc = float(of_positives.mean())
    error = math.sqrt(_variance(of_positives) + _variance(of_negatives))
    if not error:
        problem = "the classes are told apart without an error, so the interval has no width and says little"
    low, high = max(auc - width * error, 0.0), min(auc + width * error, 1.0)
    return AucInterval(auc, error, low, high, level, binary.n, binary.positives, problem)


def auc_test(pair: Paired, positive: str | None = None, *, level: float = 0.95) -> AucTest:
    """Test whether two classifiers rank the same examples equally well.

    Args:
        pair: both with scores.
        positive: name of the positive class; None means the second of two.
        level: of the interval of the difference.

    Raises:
        InvalidValue: there are no scores or no such class, or level is not above 0 and below 1.
    """
    width = _quantile(level)
    one, other = binary(pair.first, positive), binary(pair.second, positive)
    problem = one.problem or other.problem or _too_few(one)
    if problem is not None:
        nothing = (math.nan,) * 6
        return AucTest(*nothing, level, math.nan, math.nan, one.n, one.positives, problem)
    (positives_1, negatives_1), (positives_2, negatives_2) = _placements(one), _placements(other)
    first, second = float(positives_1.mean()), float(positives_2.mean())
    difference = second - first
    # The variance of a difference is that of the differences, example by example.
    error = math.sqrt(_variance(positives_2 - positives_1) + _variance(negatives_2 - negatives_1))
    if error > 0:
        z = difference / error
        p = math.erfc(abs(z) / math.sqrt(2))
    else:
        z, p = (0.0, 1.0) if difference == 0 else (math.nan, math.nan)
        problem = None if difference == 0 else "the areas differ by the same amount in every example, so nothing varies"
    low, high = difference - width * error, difference + width * error
    return AucTest(first, second, difference, error, low, high, level, z, p, one.n, one.positives, problem)


def _placements(binary: Binary) -> tuple[Floats, Floats]:
    """Share of the negatives below each positive, and of the positives above each negative; ties count half."""
    positive, negative = binary.score[binary.truth], binary.score[~binary.truth]
    return _share_below(positive, negative), 1 - _share_below(negative, positive)


def _share_below(values: Floats, others: Floats) -> Floats:
    ordered = np.sort(others)
    below, up_to = np.searchsorted(ordered, values, side="left"), np.searchsorted(ordered, values, side="right")
    return np.asarray((below + up_to) / (2 * len(others)))


def _variance(placements: Floats) -> float:
    return float(placements.var(ddof=1)) / len(placements)


def _too_few(binary: Binary) -> str | None:
    if binary.positives >= 2 and binary.n - binary.positives >= 2:
        return None
    return (
        f"{binary.positives:,} positive and {binary.n - binary.positives:,} negative examples: two of each are needed"
    )


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        raise InvalidValue("level", level, "a share above 0 and below 1, such as 0.95")
    return NormalDist().inv_cdf((1 + level) / 2)
