"""Accuracy and F1 of many weightings of the cells of a confusion matrix at once, and of all but one example.

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
    F1 = "F1"


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


def measure(decision: Decision, cells: Cells, weight: Floats, positive: int | None) -> Floats:
    """Measure from the weight of each cell.

    Args:
        decision: what to measure.
        cells: which cells the weights are of.
        weight: (r, c) one row per weighting.
        positive: class whose F1 it is; None means the macro-average.

    Returns:
        (r,) NaN where undefined.
    """
    hit = cells.row == cells.column
    with np.errstate(invalid="ignore"):
        if decision is Decision.ACCURACY:
            return np.asarray(weight[:, hit].sum(axis=1) / weight.sum(axis=1))
        wanted = range(cells.k) if positive is None else [positive]
        # 2 tp + fp + fn is the weight of a row and a column of the matrix together.
        right = np.stack([weight[:, hit & (cells.row == one)].sum(axis=1) for one in wanted], axis=1)
        both = np.stack(
            [weight[:, cells.row == one].sum(axis=1) + weight[:, cells.column == one].sum(axis=1) for one in wanted],
            axis=1,
        )
        met = both > 0
        f1 = np.divide(2 * right, both, out=np.zeros_like(both), where=met)
        return np.asarray(f1.sum(axis=1) / met.sum(axis=1))


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
        blocks.append(measure(decision, cells, weight, positive))
    return np.concatenate(blocks)
