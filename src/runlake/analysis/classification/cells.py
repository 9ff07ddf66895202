"""Measures of many weightings of the cells of a confusion matrix at once, and of all but one example.

Owns the arithmetic below the bootstrap; `intervals` says what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from runlake.analysis.classification.confusion import Confusion
    from runlake.analysis.classification.predictions import Floats, Ints


class Decision(StrEnum):
    """A measure of predicted classes."""

    ACCURACY = "accuracy"
    BALANCED_ACCURACY = "balanced accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F1 = "F1"
    MATTHEWS = "Matthews"


# Measures that are asked of one class, or of all as a macro-average.
OF_A_CLASS = (Decision.PRECISION, Decision.RECALL, Decision.F1)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a confusion matrix that hold an example.

    Attributes:
        row, column: (c,) true and predicted class of each cell.
        count: (c,) examples in each.
        k: number of classes.
    """

    row: Ints
    column: Ints
    count: Ints
    k: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """What each of r weightings comes to by class.

    Attributes:
        right, support, called: (r, k) weight that was predicted right, that is of the class, that was predicted so.
    """

    right: Floats
    support: Floats
    called: Floats


def occupied(confusion: Confusion) -> Cells:
    """Return the cells that hold an example; few of many classes do."""
    row, column = np.nonzero(confusion.counts)
    return Cells(row, column, confusion.counts[row, column], len(confusion.classes))


def resampled(cells: Cells, size: int, random: np.random.Generator, *, stratified: bool) -> Floats:
    """Draw as many examples as there are, `size` times over, and count them by cell.

    Returns:
        (size, c) counts; stratified ones add up to the same in each row of the matrix.
    """
    strata = (
        [np.flatnonzero(cells.row == one) for one in np.unique(cells.row)]
        if stratified
        else [np.arange(len(cells.row))]
    )
    drawn = np.zeros((size, len(cells.row)))
    for at in strata:
        count = cells.count[at]
        drawn[:, at] = random.multinomial(count.sum(), count / count.sum(), size=size)
    return drawn


def tallied(cells: Cells, weight: Floats) -> Tallies:
    """Add the weights of the cells up by class.

    Args:
        cells: which cells the weights are of.
        weight: (r, c) one row per weighting.
    """
    hit = cells.row == cells.column
    return Tallies(
        _sums(weight[:, hit], cells.row[hit], cells.k),
        _sums(weight, cells.row, cells.k),
        _sums(weight, cells.column, cells.k),
    )


def measure(decision: Decision, tallies: Tallies, positive: int | None) -> Floats:
    """Measure each weighting.

    Args:
        decision: what to measure.
        tallies: of r weightings.
        positive: class whose precision, recall or F1 it is; None means the macro-average, in which an undefined
            one counts as 0 and a class that neither occurs nor is predicted is left out, as in scikit-learn.

    Returns:
        (r,) NaN where undefined.
    """
    right, support, called = tallies.right, tallies.support, tallies.called
    if decision is Decision.ACCURACY:
        return _divided(right.sum(axis=1), support.sum(axis=1))
    if decision is Decision.BALANCED_ACCURACY:
        recall = np.divide(right, support, out=np.zeros_like(right), where=support > 0)
        return _divided(recall.sum(axis=1), (support > 0).sum(axis=1))
    if decision is Decision.MATTHEWS:
        return _matthews(tallies)
    part, whole = {
        Decision.PRECISION: (right, called),
        Decision.RECALL: (right, support),
        Decision.F1: (2 * right, support + called),
    }[decision]
    if positive is not None:
        return _divided(part[:, positive], whole[:, positive])
    each = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return _divided(each.sum(axis=1), (support + called > 0).sum(axis=1))


def without_each(decision: Decision, cells: Cells, positive: int | None) -> Floats:
    """Measure again without one example of each cell.

    Returns:
        (c,) NaN where no example is left.
    """
    # A block at a time: a square of ten thousand cells would be 800 MB.
    blocks = []
    for start in range(0, len(cells.count), 512):
        at = np.arange(start, min(start + 512, len(cells.count)))
        weight = np.repeat(cells.count[None].astype(np.float64), len(at), axis=0)
        weight[np.arange(len(at)), at] -= 1
        blocks.append(measure(decision, tallied(cells, weight), positive))
    return np.concatenate(blocks)


def _sums(weight: Floats, group: Ints, k: int) -> Floats:
    """Add columns of one group up: (r, c) to (r, k)."""
    found = np.zeros((len(weight), k))
    if len(group):
        order = np.argsort(group, kind="stable")
        present, starts = np.unique(group[order], return_index=True)
        found[:, present] = np.add.reduceat(weight[:, order], starts, axis=1)
    return found


def _matthews(tallies: Tallies) -> Floats:
    # Shares instead of counts: products of counts would leave the exact range of a double behind.
    n = tallies.support.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows, columns = tallies.support / n, tallies.called / n
        agreed = (tallies.right / n).sum(axis=1) - np.einsum("rk,rk->r", rows, columns)
    spread = np.stack([1 - np.einsum("rk,rk->r", part, part) for part in (rows, columns)])
    # All of one class leaves a spread that is nothing but the error of rounding.
    return _divided(agreed, np.sqrt(np.where(spread > 1e-12, spread, 0.0).prod(axis=0)))


def _divided(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=np.asarray(whole) > 0))
