"""Two classifiers on the same examples: joined by id or by order, and compared where they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.predictions import Predictions, hard
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlake.analysis.classification.predictions import Ints

# Beyond this many discordant examples whole numbers get long, and logarithms are exact to nine digits.
_WHOLE_NUMBERS = 10_000


@dataclass(frozen=True, slots=True)
class Paired:
    """The examples that two have in common, in one order and with the classes of the first.

    Attributes:
        by: what they were joined by.
        only_first, only_second: examples that the other lacks; they are left out.
    """

    first: Predictions
    second: Predictions
    by: str
    only_first: int = 0
    only_second: int = 0


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's exact test of whether two classifiers are right equally often.

    Attributes:
        n: examples compared.
        only_first_right, only_second_right: the discordant examples, on which the test rests.
        both_right, both_wrong: the others.
        p: two-sided, from the binomial distribution; NaN where there is no example.
        left_out: examples for which one of the two predicted nothing.
        problem: why there is no test, or what to mind; None where all is well.
    """

    n: int
    only_first_right: int
    only_second_right: int
    both_right: int
    both_wrong: int
    p: float
    left_out: int = 0
    problem: str | None = None
    method: str = "McNemar's exact test (two-sided binomial)"


def pair(first: Predictions, second: Predictions) -> Paired:
    """Join two sets of predictions by their ids, or by their order where one of them has none.

    Args:
        first: gives the order of examples and classes.
        second: its classes may stand in another order.

    Raises:
        InvalidValue: the classes differ, an example has two true classes, or there are no ids and the numbers differ.
    """
    if set(first.classes) != set(second.classes):
        odd = sorted(set(first.classes) ^ set(second.classes))
        raise InvalidValue("classes", odd, "the same classes in both; these are in one of the two only")
    if first.ids is not None and second.ids is not None:
        where = {name: at for at, name in enumerate(second.ids)}
        matches = [(at, where[name]) for at, name in enumerate(first.ids) if name in where]
        here, there = np.array(matches, dtype=np.intp).reshape(-1, 2).T
        by = "ids"
    else:
        if first.n != second.n:
            raise InvalidValue("examples", (first.n, second.n), "as many in both, or ids in both to join them by")
        here = there = np.arange(first.n, dtype=np.intp)
        by = "order"
    one, other = _taken(first, here, first.classes), _taken(second, there, first.classes)
    wrong = int((one.labels != other.labels).sum())
    if wrong:
        raise InvalidValue(
            "labels", f"{wrong:,} of {one.n:,} that differ", f"one true class for examples joined by {by}"
        )
    return Paired(one, other, by, first.n - len(here), second.n - len(there))


def mcnemar(pair: Paired, threshold: float | None = None, positive: str | None = None) -> McNemar:
    """Test whether one is right more often than the other (McNemar, 1947; exact as in Fagerland et al., 2013).

    Only examples that one gets right and the other wrong tell them apart; were both equally good, each would be
    right in half of these.

    Args:
        pair: the same examples.
        threshold: as for `confusion`, for both.
        positive: as for `confusion`.

    Raises:
        InvalidValue: as for `confusion`.
    """
    (codes_1, _), (codes_2, _) = hard(pair.first, threshold, positive), hard(pair.second, threshold, positive)
    known = (codes_1 >= 0) & (codes_2 >= 0)
    labels = pair.first.labels[known]
    right_1, right_2 = codes_1[known] == labels, codes_2[known] == labels
    only_1, only_2 = int((right_1 & ~right_2).sum()), int((right_2 & ~right_1).sum())
    problem = None
    if not len(labels):
        problem = "the two have no example in common"
    elif not only_1 + only_2:
        problem = "the two are right and wrong on the same examples, so nothing tells them apart"
    return McNemar(
        n=len(labels),
        only_first_right=only_1,
        only_second_right=only_2,
        both_right=int((right_1 & right_2).sum()),
        both_wrong=int((~right_1 & ~right_2).sum()),
        p=binomial_p(min(only_1, only_2), only_1 + only_2) if len(labels) else math.nan,
        left_out=int((~known).sum()),
        problem=problem,
    )


def binomial_p(fewer: int, n: int) -> float:
    """Chance of a split at least as uneven as `fewer` of n where both sides are equally likely; 1 for n = 0."""
    if 2 * fewer >= n:
        return 1.0
    if n <= _WHOLE_NUMBERS:
        term = total = math.comb(n, fewer)
        for k in range(fewer, 0, -1):
            term = term * k // (n - k + 1)
            total += term
        return min(1.0, float(2 * total / 2**n))
    log_term = math.lgamma(n + 1) - math.lgamma(fewer + 1) - math.lgamma(n - fewer + 1) - n * math.log(2)
    smaller = np.arange(fewer, 0, -1, dtype=np.float64)
    tail = 1.0 + float(np.cumprod(smaller / (n - smaller + 1)).sum())
    return min(1.0, 2 * tail * math.exp(log_term))


def _taken(predictions: Predictions, at: NDArray[np.intp], classes: tuple[str, ...]) -> Predictions:
    """Pick examples and rename classes by position."""
    to: Ints = np.array([classes.index(name) for name in predictions.classes], dtype=np.int64)
    column = np.argsort(to)
    return Predictions(
        labels=to[predictions.labels[at]],
        classes=classes,
        scores=None if predictions.scores is None else predictions.scores[np.ix_(at, column)],
        predicted=None if predictions.predicted is None else to[predictions.predicted[at]],
        ids=None if predictions.ids is None else tuple(predictions.ids[i] for i in at.tolist()),
    )
