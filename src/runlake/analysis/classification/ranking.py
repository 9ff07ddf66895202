"""Average precision and ROC AUC of many weightings of the same examples at once, and of all but one example.

Owns the arithmetic below the bootstrap; `intervals` says what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.predictions import Floats


class Ranking(StrEnum):
    """A measure of how well scores put positive examples before negative ones."""

    AVERAGE_PRECISION = "average precision"
    ROC_AUC = "ROC AUC"


@dataclass(frozen=True, slots=True)
class Ranked:
    """Examples by falling score, cut into groups of equal score.

    Attributes:
        order: (n,) positions of the examples by falling score.
        truth: (n,) in that order, 1.0 where positive.
        ends: (g,) last position of each group in that order.
        positive, negative: (g,) examples of each kind in each group.
    """

    order: NDArray[np.intp]
    truth: Floats
    ends: NDArray[np.intp]
    positive: Floats
    negative: Floats


def ranked(binary: Binary) -> Ranked:
    """Sort the examples; their scores must be finite and there must be at least one."""
    order = np.argsort(-binary.score, kind="stable")
    score, truth = binary.score[order], binary.truth[order].astype(np.float64)
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    tp = np.cumsum(truth)[ends]
    positive = np.diff(tp, prepend=0.0)
    return Ranked(order, truth, ends, positive, np.diff(ends + 1.0, prepend=0.0) - positive)


def measure(ranking: Ranking, positive: Floats, negative: Floats) -> Floats:
    """Measure rankings from the weight of each kind in each group of equal score.

    Args:
        ranking: what to measure.
        positive, negative: (r, g) one row per weighting, groups by falling score.

    Returns:
        (r,) NaN where a kind that the measure needs has no weight.
    """
    tp, fp = np.cumsum(positive, axis=1), np.cumsum(negative, axis=1)
    with np.errstate(invalid="ignore"):
        if ranking is Ranking.AVERAGE_PRECISION:
            called = tp + fp
            precision = np.divide(tp, called, out=np.zeros_like(tp), where=called > 0)
            return np.asarray(np.einsum("rg,rg->r", positive, precision) / tp[:, -1])
        # A negative is beaten by all positives above it and by half of those beside it.
        beaten = np.einsum("rg,rg->r", negative, tp - positive / 2)
        return np.asarray(beaten / (tp[:, -1] * fp[:, -1]))


def without_each(ranking: Ranking, groups: Ranked) -> tuple[Floats, Floats]:
    """Measure again without one positive, and without one negative, of each group; exact, in time O(g).

    Returns:
        (g,) without a positive and (g,) without a negative of each group; meaningless where the group has none.
    """
    if ranking is Ranking.AVERAGE_PRECISION:
        return _precision_without_each(groups)
    above = np.cumsum(groups.positive) - groups.positive / 2
    below = groups.negative.sum() - np.cumsum(groups.negative) + groups.negative / 2
    p, q = groups.positive.sum(), groups.negative.sum()
    beaten = float(groups.negative @ above)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (beaten - below) / ((p - 1) * q), (beaten - above) / (p * (q - 1))


def _precision_without_each(groups: Ranked) -> tuple[Floats, Floats]:
    step, tp = groups.positive, np.cumsum(groups.positive)
    called: Floats = groups.ends.astype(np.float64) + 1
    p = step.sum()

    def terms(steps: Floats, hits: Floats, below: Floats) -> Floats:
        return np.where(below > 0, steps * hits / np.where(below > 0, below, 1.0), 0.0)

    # Groups above the one that loses an example keep their terms; in those below, its count is one less.
    kept = np.cumsum(terms(step, tp, called)) - terms(step, tp, called)
    less_negative = _from_here_on(terms(step, tp, called - 1))
    less_positive = terms(step, tp - 1, called - 1)
    own = terms(step - 1, tp - 1, called - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        without_positive = (kept + own + _from_here_on(less_positive) - less_positive) / (p - 1)
    return without_positive, (kept + less_negative) / p


def _from_here_on(values: Floats) -> Floats:
    return np.cumsum(values[::-1])[::-1]
