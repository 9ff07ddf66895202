"""Which class was taken for which: counts, shares, an order to read them in, and the examples behind a cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.predictions import Floats, Ints, hard
from runlake.analysis.classification.seriation import neighbours
from runlake.analysis.classification.thresholds import share
from runlake.analysis.series import natural_order
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from runlake.analysis.classification.predictions import Predictions


class Normalise(StrEnum):
    """What the cells of a matrix are shares of."""

    NONE = "counts"
    TRUE = "by row"
    PREDICTED = "by column"
    ALL = "of all"


class Order(StrEnum):
    """In which order the classes of a matrix stand."""

    GIVEN = "as given"
    NAME = "by name"
    SUPPORT = "most examples first"
    ERRORS = "most mistakes first"
    SIMILARITY = "taken for each other"


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each class was taken for each.

    Attributes:
        counts: (k, k) rows are the true classes, columns the predicted ones.
        classes: names of the k classes.
        threshold: at which the positive class was called so, where one was applied.
        problem: which examples are left out, or None.
    """

    counts: Ints
    classes: tuple[str, ...]
    threshold: float | None = None
    problem: str | None = None

    @classmethod
    def from_counts(cls, counts: ArrayLike, classes: Sequence[str]) -> Confusion:
        """Check and freeze a matrix that was counted elsewhere.

        Args:
            counts: (k, k) whole numbers, none negative; rows are the true classes.
            classes: k names, each once.

        Raises:
            InvalidValue: the matrix is not like that.
        """
        names, found = tuple(classes), np.asarray(counts)
        if not names or len(set(names)) < len(names):
            raise InvalidValue("classes", names, "at least one name, each once")
        if found.shape != (len(names), len(names)):
            raise InvalidValue("counts", found.shape, f"one row and one column for each of {len(names)} classes")
        if found.dtype.kind not in "iuf" or not np.all((found >= 0) & (found == np.rint(found)) & np.isfinite(found)):
            raise InvalidValue(
                "counts", found.tolist(), "whole numbers from 0; shares cannot be turned back into counts"
            )
        return cls(found.astype(np.int64), names)

    @property
    def n(self) -> int:
        """Number of examples counted."""
        return int(self.counts.sum())

    def shares(self, normalise: Normalise) -> Floats:
        """(k, k) cells as shares of their row, their column or all; NaN where the whole is 0; counts as they are."""
        if normalise is Normalise.NONE:
            return self.counts.astype(np.float64)
        wholes = {
            Normalise.TRUE: self.counts.sum(axis=1, keepdims=True),
            Normalise.PREDICTED: self.counts.sum(axis=0, keepdims=True),
            Normalise.ALL: self.counts.sum(keepdims=True),
        }
        return share(self.counts, wholes[normalise])

    def arranged(self, positions: Sequence[int]) -> Confusion:
        """Return the matrix with its classes in another order, such as `order_of` gives, or with some of them alone."""
        at = np.asarray(positions, dtype=np.intp)
        names = tuple(self.classes[i] for i in positions)
        return Confusion(self.counts[np.ix_(at, at)], names, self.threshold, self.problem)


def confusion(predictions: Predictions, threshold: float | None = None, positive: str | None = None) -> Confusion:
    """Count which class was taken for which; see `hard` for what counts as predicted.

    Args:
        predictions: with scores where there is a threshold.
        threshold: of the positive class, for two classes.
        positive: its name; None means the second.

    Raises:
        InvalidValue: a threshold is given and there are no scores or not two classes.
    """
    codes, problem = hard(predictions, threshold, positive)
    known = codes >= 0
    k = len(predictions.classes)
    if not known.any():
        return Confusion(np.zeros((k, k), dtype=np.int64), predictions.classes, threshold, problem)
    from sklearn.metrics import confusion_matrix

    counted = confusion_matrix(predictions.labels[known], codes[known], labels=np.arange(k))
    return Confusion(counted.astype(np.int64), predictions.classes, threshold, problem)


def order_of(matrices: Sequence[Confusion], order: Order) -> list[int]:
    """Choose one order of classes for several matrices, so that they can be compared cell by cell.

    Args:
        matrices: of the same classes in the same order; their counts are added up.
        order: ties stand as given.

    Raises:
        InvalidValue: the classes differ.
    """
    if not matrices:
        return []
    classes = matrices[0].classes
    for matrix in matrices:
        if matrix.classes != classes:
            raise InvalidValue("classes", matrix.classes, f"those of the first matrix in the same order, {classes!r}")
    if order is Order.GIVEN:
        return list(range(len(classes)))
    if order is Order.NAME:
        return [classes.index(name) for name in natural_order(classes)]
    total = sum((matrix.counts for matrix in matrices), np.zeros_like(matrices[0].counts))
    if order is Order.SIMILARITY:
        return neighbours(total)
    support = total.sum(axis=1)
    weight = support if order is Order.SUPPORT else support + total.sum(axis=0) - 2 * np.diagonal(total)
    return [int(at) for at in np.argsort(-weight, kind="stable")]


def confused(
    predictions: Predictions,
    true: str,
    predicted: str,
    threshold: float | None = None,
    positive: str | None = None,
) -> NDArray[np.intp]:
    """Find the examples of one cell, the most confident first: highest score of the predicted class.

    Args:
        predictions: without scores the examples come in the order given.
        true: name of the row.
        predicted: name of the column.
        threshold: as for `confusion`.
        positive: as for `confusion`.

    Returns:
        (m,) positions of the examples.

    Raises:
        InvalidValue: no such class, or as for `confusion`.
    """
    row, column = predictions.code_of(true), predictions.code_of(predicted)
    codes, _ = hard(predictions, threshold, positive)
    found = np.flatnonzero((predictions.labels == row) & (codes == column))
    if predictions.scores is None:
        return found
    # NaN sorts last: a score that is none is no confidence.
    return found[np.argsort(-predictions.scores[found, column], kind="stable")]
