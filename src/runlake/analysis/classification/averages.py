"""One number for many classes: ROC AUC and average precision as micro-, macro- and weighted averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.binary import binary, micro_average
from runlake.analysis.classification.ranking import Ranking, measure, ranked
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.predictions import Floats, Ints, Predictions


@dataclass(frozen=True, slots=True)
class OverClasses:
    """One measure of each class against the rest, and its averages.

    Attributes:
        each: (k,) NaN for a class that does not occur, or that is the only one.
        macro: mean over the classes that have a number.
        weighted: the same, each weighing by its examples.
        micro: of all answers at once, n times k of them.
    """

    each: Floats
    macro: float
    weighted: float
    micro: float


@dataclass(frozen=True, slots=True)
class Averages:
    """How well scores rank the examples of many classes.

    Attributes:
        classes: names of the k classes.
        support: (k,) examples of each.
        roc_auc: each class against the rest.
        average_precision: each class against the rest.
        pairs: mean over all pairs of classes of how well their examples are told apart, which does not depend on how
            many there are of each (Hand and Till, A Simple Generalisation of the Area Under the ROC Curve for
            Multiple Class Classification Problems, 2001).
        weighted_pairs: the same, each pair weighing by its examples.
        left_out: classes that do not occur.
        problem: why there is nothing, or None.
    """

    classes: tuple[str, ...]
    support: Ints
    roc_auc: OverClasses
    average_precision: OverClasses
    pairs: float
    weighted_pairs: float
    left_out: int
    problem: str | None = None


def averages(predictions: Predictions, *, told: Callable[[float], object] | None = None) -> Averages:
    """Rank the examples by the score of each class in turn; a thousand classes of ten thousand examples take seconds.

    Args:
        predictions: with scores; those that are NaN or infinite are a `problem`.
        told: called with the share that is done; what it raises ends the work.

    Raises:
        InvalidValue: there are no scores.
    """
    scores = predictions.scores
    if scores is None:
        raise InvalidValue("scores", None, "scores of the classes; predicted classes alone do not rank anything")
    k = len(predictions.classes)
    support = np.bincount(predictions.labels, minlength=k)
    bad = int((~np.isfinite(scores)).any(axis=1).sum())
    problem = (
        "there are no examples"
        if not predictions.n
        else f"{bad:,} of {predictions.n:,} examples have scores that are NaN or infinite"
        if bad
        else None
    )
    if problem is not None:
        nothing = OverClasses(np.full(k, np.nan), *(float("nan"),) * 3)
        return Averages(
            predictions.classes,
            support,
            nothing,
            nothing,
            float("nan"),
            float("nan"),
            int((support == 0).sum()),
            problem,
        )
    beaten, precision = np.full((k, k), np.nan), np.full(k, np.nan)
    for code in range(k):
        if support[code]:
            beaten[code] = _beaten(scores[:, code], predictions.labels, code, support)
            precision[code] = _precision(binary(predictions, predictions.classes[code]))
        if told is not None:
            told((code + 1) / k)
    everything = micro_average(predictions)
    area = _of_rest(beaten, support)
    return Averages(
        classes=predictions.classes,
        support=support,
        roc_auc=_over(area, support, _measure(everything, Ranking.ROC_AUC)),
        average_precision=_over(precision, support, _measure(everything, Ranking.AVERAGE_PRECISION)),
        pairs=_of_pairs(beaten, np.ones_like(support)),
        weighted_pairs=_of_pairs(beaten, support),
        left_out=int((support == 0).sum()),
    )


def _beaten(score: Floats, labels: Ints, code: int, support: Ints) -> Floats:
    """Share of pairs of an example of the class and one of each other class that are in order; ties count half."""
    own = np.sort(score[labels == code])
    below, up_to = np.searchsorted(own, score, side="left"), np.searchsorted(own, score, side="right")
    above = len(own) - (below + up_to) / 2
    total = np.bincount(labels, weights=above, minlength=len(support))
    found = np.divide(total, len(own) * support, out=np.full(len(support), np.nan), where=support > 0)
    found[code] = np.nan
    return np.asarray(found)


def _precision(asked: Binary) -> float:
    return _measure(asked, Ranking.AVERAGE_PRECISION)


def _measure(asked: Binary, ranking: Ranking) -> float:
    groups = ranked(asked)
    return float(measure(ranking, groups.positive[None], groups.negative[None])[0])


def _of_rest(beaten: Floats, support: Ints) -> Floats:
    """Area of each class against the rest: the mean over the other classes, by their examples."""
    weight = np.where(np.isnan(beaten), 0.0, support[None, :])
    total = weight.sum(axis=1)
    found: Floats = np.full(len(total), np.nan)
    np.divide((np.nan_to_num(beaten) * weight).sum(axis=1), total, out=found, where=total > 0)
    return found


def _over(each: Floats, support: Ints, micro: float) -> OverClasses:
    known = ~np.isnan(each)
    if not known.any():
        return OverClasses(each, float("nan"), float("nan"), micro)
    return OverClasses(each, float(each[known].mean()), float(np.average(each[known], weights=support[known])), micro)


def _of_pairs(beaten: Floats, weight: Ints) -> float:
    one, other = np.triu_indices(len(beaten), 1)
    both = (beaten[one, other] + beaten[other, one]) / 2
    known = ~np.isnan(both)
    weights = (weight[one] + weight[other])[known]
    return float(np.average(both[known], weights=weights)) if known.any() else float("nan")
