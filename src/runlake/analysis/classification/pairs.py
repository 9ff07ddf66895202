"""The pairs of classes that are confused most: what can be read of a matrix that is too large to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.classification.confusion import Confusion


@dataclass(frozen=True, slots=True)
class Mistake:
    """One cell off the diagonal.

    Attributes:
        true, predicted: names of the classes.
        count: examples of the one that were taken for the other.
        share: of all examples of the true class.
    """

    true: str
    predicted: str
    count: int
    share: float


def confused_pairs(confusion: Confusion, most: int) -> tuple[Mistake, ...]:
    """List the mistakes that were made most often, at most `most`; ties in the order of the classes."""
    found: list[Mistake] = []
    support = confusion.counts.sum(axis=1)
    for row, column in _largest(confusion, most):
        count = int(confusion.counts[row, column])
        found.append(Mistake(confusion.classes[row], confusion.classes[column], count, count / int(support[row])))
    return tuple(found)


def most_confused(matrices: Sequence[Confusion], most: int) -> list[int]:
    """Choose the classes of the most frequent mistakes of several matrices of the same classes.

    Args:
        matrices: at least one, of the same classes in the same order; their counts are added up.
        most: classes, at most.

    Returns:
        Positions, rising; filled up with the classes of most examples where there are fewer mistakes.
    """
    first = matrices[0]
    total = type(first)(sum((one.counts for one in matrices), np.zeros_like(first.counts)), first.classes)
    chosen: list[int] = []
    for pair in _largest(total, most * most):
        new = [at for at in pair if at not in chosen]
        if len(chosen) + len(new) > most:
            break
        chosen += new
    # Between its two steps the loop may have stopped one short; the largest of the others fill up.
    others = [int(at) for at in np.argsort(-total.counts.sum(axis=1), kind="stable") if at not in chosen]
    return sorted([*chosen, *others[: most - len(chosen)]])


def _largest(confusion: Confusion, most: int) -> list[tuple[int, int]]:
    wrong = confusion.counts.copy()
    np.fill_diagonal(wrong, 0)
    rows, columns = np.nonzero(wrong)
    order = np.argsort(-wrong[rows, columns], kind="stable")[:most]
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))
