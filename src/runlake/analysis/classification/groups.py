"""Classes put into groups: a thousand classes become ten, and every measure and picture works for these as well.

A group is named for each class: `groups[i]` is that of `classes[i]`. Groups stand in the order of their first class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.confusion import Confusion
from runlake.analysis.classification.predictions import NO_CLASS, Predictions, hard
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.classification.predictions import Floats, Ints

# Probabilities that were rounded to four digits do not add up to 1 exactly, least of all those of many classes.
_ROUNDING = 1e-2


def by_prefix(classes: Sequence[str], separator: str = "/") -> tuple[str, ...]:
    """Name the group of each class by what stands before the first separator, or the class itself where none does.

    >>> by_prefix(["animal/cat", "animal/dog", "none"])
    ('animal', 'animal', 'none')
    """
    return tuple(name.partition(separator)[0] for name in classes)


def counts_by_group(confusion: Confusion, groups: Sequence[str]) -> Confusion:
    """Add the cells of a matrix up by groups.

    Raises:
        InvalidValue: there is not one group for each class.
    """
    names, to = _codes(confusion.classes, groups)
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (to[:, None], to[None, :]), confusion.counts)
    return Confusion(counts, names, None, confusion.problem)


def predictions_by_group(predictions: Predictions, groups: Sequence[str]) -> Predictions:
    """Ask of each example for its group instead of its class.

    The predicted group is that of the predicted class. The score of a group is the sum of the probabilities of its
    classes; other scores cannot be added up, so that there are none then.

    Raises:
        InvalidValue: there is not one group for each class.
    """
    names, to = _codes(predictions.classes, groups)
    codes, _ = hard(predictions)
    return Predictions(
        labels=to[predictions.labels],
        classes=names,
        scores=_scores(predictions, to, len(names)),
        predicted=np.where(codes >= 0, to[codes], NO_CLASS),
        ids=predictions.ids,
    )


def _scores(predictions: Predictions, to: Ints, k: int) -> Floats | None:
    scores = predictions.scores
    if scores is None:
        return None
    known = scores[~np.isnan(scores).any(axis=1)]
    if len(known) and not (known.min() >= 0 and known.sum(axis=1).max() <= 1 + _ROUNDING):
        return None
    found = np.zeros((len(scores), k))
    for column, group in enumerate(to.tolist()):
        found[:, group] += scores[:, column]
    return np.minimum(found, 1.0)  # a sum of rounded shares may be a hair above


def _codes(classes: Sequence[str], groups: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    if len(groups) != len(classes):
        raise InvalidValue("groups", len(groups), f"one group for each of {len(classes)} classes")
    names = tuple(dict.fromkeys(groups))
    at = {name: place for place, name in enumerate(names)}
    return names, np.array([at[name] for name in groups], dtype=np.int64)
