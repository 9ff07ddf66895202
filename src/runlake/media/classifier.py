"""Evaluations of what predicts classes: labels beside scores, beside hard predictions, or as ready counts.

Each function keeps the same table; its name says which picture the page opens with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidType, InvalidValue
from runlake.media.base import Media, array_of, library_of
from runlake.media.columns import column_of, columns_of
from runlake.media.evaluation import NUMBERS, evaluation, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.capture.frames import Column

MOST_CLASSES = 10_000


def classification(
    labels: Any,
    scores: Any = None,
    *,
    predicted: Any = None,
    classes: Sequence[object] | None = None,
    positive: object = None,
    ids: Any = None,
    examples: Any = None,
    caption: str | None = None,
    view: str | None = None,
) -> Media:
    """Keep label, scores and prediction of each example.

    Args:
        labels: true classes, shape (n,): names, or positions in `classes`.
        scores: probabilities or other scores of shape (n,), for the positive one of two classes, or
            (n, k), one column for each class.
        predicted: predicted classes, shape (n,); None follows from the scores.
        classes: names of the k classes in the order of the scores; None takes those of labels and
            predictions, sorted.
        positive: which of two classes the curves are of; None takes the second.
        ids: names of the examples, shape (n,), by which runs are compared on the same ones.
        examples: further columns of n rows, to look at the examples: a frame or a mapping.
        caption: shown above it.
        view: pr_curve, roc_curve, calibration_curve or confusion_matrix: the picture to open with.

    Raises:
        InvalidType, InvalidValue: lengths, classes and scores do not fit together.
    """
    true, guessed = listed(labels), None if predicted is None else listed(predicted)
    if not true or (guessed is not None and len(guessed) != len(true)):
        found = f"{len(true)} labels" + ("" if guessed is None else f" and {len(guessed)} predictions")
        raise InvalidValue("classification", found, "at least one label, and a prediction for each or none")
    names = _classes(classes, [*true, *(guessed or ())])
    columns = [column_of("label", _named(true, names, classes, "labels"), "labels")]
    if guessed is not None:
        columns.append(column_of("predicted", _named(guessed, names, classes, "predicted"), "predicted"))
    chosen = _positive(positive, names)
    if scores is not None:
        columns += _scores(scores, len(true), names, chosen)
    elif guessed is None:
        raise InvalidValue("classification", None, "scores, predictions or both")
    facts = {"classes": names, "positive": chosen, "view": view}
    return evaluation("classification", columns, len(true), facts, ids=ids, examples=examples, caption=caption)


def confusion_matrix(
    labels: Any = None,
    predicted: Any = None,
    *,
    counts: Any = None,
    classes: Sequence[object] | None = None,
    ids: Any = None,
    examples: Any = None,
    caption: str | None = None,
) -> Media:
    """Keep labels and predictions, or the counts alone where there is nothing more.

    Args:
        labels, predicted: classes, shape (n,).
        counts: a ready matrix instead, shape (k, k): row = label, column = prediction.
        classes: names of the k classes in the order of the counts.
        ids, examples, caption: as for `classification`.

    Raises:
        InvalidType, InvalidValue: as for `classification`, or the counts are no square of whole numbers.
    """
    if counts is None:
        return classification(
            labels,
            predicted=predicted,
            classes=classes,
            ids=ids,
            examples=examples,
            caption=caption,
            view="confusion_matrix",
        )
    array = array_of(counts)
    matrix = [list(row) for row in (counts if array is None else array.tolist())]
    names = _classes(range(len(matrix)) if classes is None else classes, ())
    if not matrix or any(len(row) != len(matrix) for row in matrix) or len(names) != len(matrix):
        found = f"{len(matrix)} rows for {len(names)} classes"
        raise InvalidValue("confusion_matrix: counts", found, "as many rows and columns as classes")
    flat = [int(count) if isinstance(count, float) and count.is_integer() else count for row in matrix for count in row]
    if not all(type(count) is int and count >= 0 for count in flat):
        raise InvalidValue("confusion_matrix: counts", "other values", "whole numbers of 0 or more")
    columns = [
        column_of("label", [name for name in names for _ in names], "classes"),
        column_of("predicted", [name for _ in names for name in names], "classes"),
        column_of("count", flat, "counts"),
    ]
    facts = {"classes": names, "view": "confusion_matrix", "examples": sum(flat)}
    return evaluation("counts", columns, len(flat), facts, caption=caption)


def pr_curve(labels: Any, scores: Any, **options: Any) -> Media:
    """Keep what a precision-recall curve is made of; options as for `classification`."""
    return classification(labels, scores, **options, view="pr_curve")


def roc_curve(labels: Any, scores: Any, **options: Any) -> Media:
    """Keep what a receiver operating characteristic is made of; options as for `classification`."""
    return classification(labels, scores, **options, view="roc_curve")


def calibration_curve(labels: Any, scores: Any, **options: Any) -> Media:
    """Keep what a reliability diagram is made of; options as for `classification`."""
    return classification(labels, scores, **options, view="calibration_curve")


def _classes(given: Sequence[object] | None, found: Sequence[Any]) -> list[str]:
    if given is None:
        seen = set(found)
        if any(value is None or value != value for value in seen):  # NaN is not equal to itself
            raise InvalidValue("classification: labels", None, "a class for each example")
        is_number = all(isinstance(value, bool | int | float) for value in seen)
        names = [_name(value) for value in (sorted(seen) if is_number else sorted(seen, key=str))]
    else:
        if isinstance(given, str):
            raise InvalidType("classification: classes", given, "a list of names")
        names = [_name(value) for value in given]
    if not 1 <= len(names) <= MOST_CLASSES or len(set(names)) < len(names):
        raise InvalidValue("classification: classes", f"{len(names)} names", f"1 to {MOST_CLASSES}, each once")
    return names


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _named(values: list[Any], names: list[str], given: Sequence[object] | None, what: str) -> list[str]:
    """Write classes as names: positions in the classes that were given, unless these are numbers themselves."""
    known = set(names)
    if given is not None and all(type(value) is int for value in values):
        written = {str(value) for value in set(values)}
        if not written <= known and all(0 <= value < len(names) for value in values):
            return [names[value] for value in values]
    found = [_name(value) for value in values]
    if stray := sorted(set(found) - known):
        raise InvalidValue(f"classification: {what}", stray[0], "one of the classes, " + ", ".join(names[:8]))
    return found


def _positive(positive: object, names: list[str]) -> str | None:
    if positive is None:
        return names[1] if len(names) == 2 else None
    if _name(positive) not in names:
        raise InvalidValue("classification: positive", positive, "one of the classes, " + ", ".join(names[:8]))
    return _name(positive)


def _scores(scores: Any, rows: int, names: list[str], positive: str | None) -> list[Column]:
    columns, count = _score_columns(scores)
    if count != rows:
        raise InvalidValue("classification: scores", f"{count} rows", f"{rows}, one for each label")
    if len(columns) == 1:
        if len(names) != 2 or positive is None:
            wanted = (
                "two classes where scores have one column; pass classes=[negative, positive], or one column a class"
            )
            raise InvalidValue("classification: classes", names, wanted)
        called = [positive]
    elif len(columns) == len(names):
        called = names
    else:
        wanted = f"{len(names)} columns, one for each class; pass classes= where some have no example"
        raise InvalidValue("classification: scores", f"{len(columns)} columns", wanted)
    for column in columns:
        if column.kind not in NUMBERS:
            raise InvalidValue("classification: scores", f"values of kind {column.kind}", "numbers")
    return [column._replace(name=f"score/{name}") for column, name in zip(columns, called, strict=True)]


def _score_columns(scores: Any) -> tuple[list[Column], int]:
    """Read scores of shape (n,) or (n, k) as columns."""
    library = library_of(scores, "polars", "pandas", "pyarrow")
    if library is not None and (hasattr(scores, "columns") and not hasattr(scores, "to_list")):
        return columns_of(scores, "classification: scores")
    array = array_of(scores)
    if array is not None:
        if array.ndim not in {1, 2}:
            raise InvalidValue("classification: scores", f"an array of shape {array.shape}", "shape (n,) or (n, k)")
        parts = [array] if array.ndim == 1 else [array[:, at] for at in range(array.shape[1])]
        return [column_of("", part, "classification: scores") for part in parts], len(array)
    if library is None and len(scores) and isinstance(scores[0], list | tuple):
        if len({len(row) for row in scores}) != 1:
            raise InvalidValue("classification: scores", "rows of unequal length", "shape (n, k)")
        parts = [[row[at] for row in scores] for at in range(len(scores[0]))]
        return [column_of("", part, "classification: scores") for part in parts], len(scores)
    return [column_of("", scores, "classification: scores")], len(scores)
