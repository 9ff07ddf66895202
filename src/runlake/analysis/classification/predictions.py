"""What a classifier said about examples whose class is known: the one input of all that is worked out here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Array = TypeVar("Array", Floats, Ints)

# Stands for "no prediction": the scores of the example hold a NaN.
NO_CLASS = -1


@dataclass(frozen=True, slots=True)
class Predictions:
    """Examples with their true class and what was predicted; made by `predictions`, which checks them.

    Attributes:
        labels: (n,) true class of each example, a position in `classes`.
        classes: name of each class; k of them.
        scores: (n, k) one score per class, the higher the more likely; they need not be probabilities.
        predicted: (n,) predicted class of each example, a position in `classes`; `NO_CLASS` where there is none.
        ids: (n,) name of each example, each once.
    """

    labels: Ints
    classes: tuple[str, ...]
    scores: Floats | None = None
    predicted: Ints | None = None
    ids: tuple[str, ...] | None = None

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.labels)

    def code_of(self, name: str) -> int:
        """Return the position of a class.

        Raises:
            InvalidValue: there is no class of that name.
        """
        if name not in self.classes:
            raise InvalidValue("class", name, f"one of {_listed(self.classes)}")
        return self.classes.index(name)


def predictions(
    labels: ArrayLike,
    classes: Sequence[str],
    *,
    scores: ArrayLike | None = None,
    predicted: ArrayLike | None = None,
    ids: Sequence[str] | None = None,
) -> Predictions:
    """Check and freeze what was predicted; the arrays are copied.

    Args:
        labels: (n,) positions in `classes`.
        classes: at least 2 names, each once.
        scores: (n, k); for two classes also (n,), the score of the second: from 0 to 1 throughout it is read as
            a probability, else as a decision value, where 0 divides the classes. NaN is allowed.
        predicted: (n,) positions in `classes`; with scores alone it is the class of the highest.
        ids: (n,) names of the examples.

    Raises:
        InvalidValue: a shape, a position or a name is not as said above, or scores and predicted are both missing.
    """
    names = tuple(classes)
    if len(names) < 2 or len(set(names)) < len(names):
        raise InvalidValue("classes", names, "at least two names, each once")
    truth = _codes(labels, len(names), "labels")
    if scores is None and predicted is None:
        raise InvalidValue("scores and predicted", None, "at least one of the two; pass what the classifier returned")
    return Predictions(
        labels=truth,
        classes=names,
        scores=None if scores is None else _scores(scores, len(truth), len(names)),
        predicted=None if predicted is None else _codes(predicted, len(names), "predicted", n=len(truth)),
        ids=None if ids is None else _ids(ids, len(truth)),
    )


def hard(
    predictions: Predictions, threshold: float | None = None, positive: str | None = None
) -> tuple[Ints, str | None]:
    """Return the predicted class of each example, and a problem where some have none.

    Without a threshold this is `predicted` where it was given, else the class of the highest score, the first of
    equal ones. With a threshold it is the positive class where its score is at or above it.

    Args:
        predictions: two classes where there is a threshold.
        threshold: smallest score of the positive class that counts as positive; infinity makes none positive.
        positive: name of the positive class; None means the second.

    Returns:
        (n,) positions in `classes`, `NO_CLASS` where a score is NaN.

    Raises:
        InvalidValue: a threshold is given and there are no scores or not two classes.
    """
    if threshold is None and predictions.predicted is not None:
        without = int(np.count_nonzero(predictions.predicted == NO_CLASS))
        said = f"{without:,} of {predictions.n:,} examples have no prediction and are left out" if without else None
        return predictions.predicted, said
    scores = predictions.scores
    if scores is None:
        raise InvalidValue("scores", None, "scores of the classes, without which no threshold can be applied")
    if threshold is None:
        codes = scores.argmax(axis=1).astype(np.int64) if predictions.n else np.zeros(0, dtype=np.int64)
        known = ~np.isnan(scores).any(axis=1)
    else:
        column = _positive_of_two(predictions, positive)
        codes = np.where(scores[:, column] >= threshold, column, 1 - column).astype(np.int64)
        known = ~np.isnan(scores[:, column])
    missing = int(np.count_nonzero(~known))
    if not missing:
        return codes, None
    return np.where(
        known, codes, NO_CLASS
    ), f"{missing:,} of {predictions.n:,} examples have NaN scores and are left out"


def _positive_of_two(predictions: Predictions, positive: str | None) -> int:
    if len(predictions.classes) != 2:
        raise InvalidValue(
            "threshold", f"{len(predictions.classes)} classes", "two classes; leave the threshold out for more"
        )
    return 1 if positive is None else predictions.code_of(positive)


def _codes(values: ArrayLike, k: int, what: str, *, n: int | None = None) -> Ints:
    found = np.asarray(values)
    if found.ndim != 1 or (n is not None and len(found) != n):
        raise InvalidValue(
            what, found.shape, "one position per example" if n is None else f"one position for each of {n} labels"
        )
    if len(found) and found.dtype.kind not in "iub":
        raise InvalidValue(what, found.dtype.name, "whole numbers that are positions in classes; look names up first")
    if len(found) and not 0 <= int(found.min()) <= int(found.max()) < k:
        raise InvalidValue(what, f"{found.min()} to {found.max()}", f"positions in classes, 0 to {k - 1}")
    return _frozen(found.astype(np.int64))


def _scores(values: ArrayLike, n: int, k: int) -> Floats:
    found = np.array(values, dtype=np.float64)
    if found.ndim == 1 and k == 2:
        is_probability = bool(np.all((found >= 0) & (found <= 1) | np.isnan(found)))
        found = np.column_stack((1 - found if is_probability else -found, found))
    if found.shape != (n, k):
        raise InvalidValue("scores", found.shape, f"one row per label and one column per class, {(n, k)}")
    return _frozen(found)


def _ids(values: Sequence[str], n: int) -> tuple[str, ...]:
    ids = tuple(map(str, values))
    if len(ids) != n or len(set(ids)) < n:
        raise InvalidValue(
            "ids", f"{len(ids)} ids, {len(set(ids))} different", f"one id for each of {n} labels, each once"
        )
    return ids


def _frozen(values: Array) -> Array:
    values.setflags(write=False)
    return values


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
