"""Evaluations of what predicts numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue
from runlake.media.columns import column_of
from runlake.media.evaluation import NUMBERS, evaluation

if TYPE_CHECKING:
    from runlake.media.base import Media


def regression(
    labels: Any, predicted: Any, *, ids: Any = None, examples: Any = None, caption: str | None = None
) -> Media:
    """Keep true and predicted numbers of each example.

    Args:
        labels: true numbers, shape (n,).
        predicted: predicted numbers, shape (n,).
        ids: names of the examples, shape (n,), by which runs are compared on the same ones.
        examples: further columns of n rows, to look at the examples: a frame or a mapping.
        caption: shown above it.

    Raises:
        InvalidType, InvalidValue: they are no numbers, or differ in length.
    """
    if len(labels) != len(predicted) or not len(labels):
        found = f"{len(labels)} labels and {len(predicted)} predictions"
        raise InvalidValue("regression", found, "one prediction for each label, and at least one")
    columns = [
        column_of("label", labels, "regression: labels"),
        column_of("predicted", predicted, "regression: predicted"),
    ]
    for column in columns:
        if column.kind not in NUMBERS:
            raise InvalidValue(f"regression: {column.name}", f"values of kind {column.kind}", "numbers")
    return evaluation("regression", columns, len(labels), {}, ids=ids, examples=examples, caption=caption)
