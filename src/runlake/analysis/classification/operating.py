"""Thresholds that keep a promise: the most recall at a precision that was asked for, and the like."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats
    from runlake.analysis.classification.thresholds import Thresholds


class Rule(StrEnum):
    """What is promised; what is left free is made as good as can be."""

    PRECISION = "precision at least"
    RECALL = "recall at least"
    FALSE_POSITIVE_RATE = "false positive rate at most"
    F1 = "greatest F1"


@dataclass(frozen=True, slots=True)
class Operating:
    """A threshold and what it does.

    Attributes:
        threshold: exact, so that a score equal to it is positive; infinity calls nothing positive; NaN where no
            threshold keeps the promise.
        precision: NaN where nothing is called positive.
        problem: why there is none, or None.
    """

    rule: Rule
    target: float
    threshold: float
    precision: float
    recall: float
    false_positive_rate: float
    f1: float
    problem: str | None = None


def operate(thresholds: Thresholds, rule: Rule, target: float = 0.0) -> Operating:
    """Find the threshold that keeps a promise best.

    - precision at least `target`: the most recall; of equal ones the higher precision.
    - recall at least `target`: the highest precision; of equal ones the more recall.
    - false positive rate at most `target`: the most recall; of equal ones the fewer false alarms.
    - greatest F1: the strictest of equal ones; `target` does not matter.

    Args:
        thresholds: counts at all thresholds.
        rule: what is promised.
        target: a share from 0 to 1; reaching it exactly keeps the promise.

    Raises:
        InvalidValue: target is not a share.
    """
    if not 0 <= target <= 1:
        raise InvalidValue("target", target, "a share from 0 to 1, such as 0.9")
    problem = thresholds.problem or _undefined(thresholds, rule)
    if problem is None:
        row = _row(thresholds, rule, target)
        if row is not None:
            return _at(thresholds, row, rule, target)
        most = float(np.nanmax(thresholds.precision))
        problem = f"no threshold has a precision of {target:g}; the highest is {most:.4g}"
    return Operating(rule, target, *(math.nan,) * 5, problem=problem)


def _undefined(thresholds: Thresholds, rule: Rule) -> str | None:
    if not thresholds.positives:
        return "no example is positive, so recall is not defined"
    if rule is Rule.FALSE_POSITIVE_RATE and not thresholds.negatives:
        return "no example is negative, so there are no false positives to count"
    return None


def _row(thresholds: Thresholds, rule: Rule, target: float) -> int | None:
    if rule is Rule.F1:
        return int(np.argmax(thresholds.f1))
    if rule is Rule.FALSE_POSITIVE_RATE:
        kept = thresholds.false_positive_rate <= target
        return _first_best(kept, thresholds.tp.astype(np.float64))
    precision = np.nan_to_num(thresholds.precision, nan=-1.0)
    if rule is Rule.PRECISION:
        # Rows of equal recall follow each other from few false alarms to many, so the first is the most precise.
        return _first_best(precision >= max(target, 0.0), thresholds.tp.astype(np.float64))
    backwards = _first_best((thresholds.recall >= target)[::-1], precision[::-1])
    return None if backwards is None else len(precision) - 1 - backwards


def _first_best(kept: np.ndarray[tuple[int], np.dtype[np.bool_]], value: Floats) -> int | None:
    rows = np.flatnonzero(kept)
    return int(rows[np.argmax(value[rows])]) if len(rows) else None


def _at(thresholds: Thresholds, row: int, rule: Rule, target: float) -> Operating:
    rate = thresholds.false_positive_rate
    return Operating(
        rule,
        target,
        float(thresholds.threshold[row]),
        float(thresholds.precision[row]),
        float(thresholds.recall[row]),
        float(rate[row]),
        float(thresholds.f1[row]),
    )
