"""What the widgets say, as conditions of the filter language, so that the same words work on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlake.query.expression import GAP, LAST, METRIC_ASPECTS, And, Field, FieldKind, In, Match, Or, Style, Text, Under

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from runlake.query.expression import Node

_KINDS = {str(kind): kind for kind in FieldKind}


def field(column: str, known: Container[str] = ()) -> Field:
    """Return the field that a column of the run table holds.

    Args:
        column: such as `status`, `params.lr` or `metrics.loss.max`.
        known: the columns of whole keys; what is one of them is no aspect of another.

    >>> field("metrics.val/f1.max", known={"metrics.val/f1"}).aspect, field("metrics.val/f1.max").key
    ('max', 'val/f1.max')
    >>> field("metrics.loss.gap", known={"metrics.val/loss"})  # of a metric on two splits, so no key is called so
    Field(kind=<FieldKind.METRIC: 'metrics'>, key='loss', aspect='gap')
    """
    kind, dot, key = column.partition(".")
    if not dot or kind not in _KINDS:
        return Field(FieldKind.ATTRIBUTE, column)
    series, dot, aspect = key.rpartition(".")
    is_aspect = aspect in METRIC_ASPECTS and (aspect == GAP or f"{kind}.{series}" in known)
    if column not in known and kind == FieldKind.METRIC and dot and is_aspect:
        return Field(FieldKind.METRIC, series, "" if aspect == LAST else aspect)
    return Field(_KINDS[kind], key)


def whole(field: Field) -> str:
    """Return the column of a field's key, whatever the aspect of it; the gap between splits is a column of its own.

    >>> whole(Field(FieldKind.METRIC, "val/f1", "max")), whole(Field(FieldKind.ATTRIBUTE, "status"))
    ('metrics.val/f1', 'status')
    """
    if field.kind is FieldKind.ATTRIBUTE:
        return field.key
    return f"{field.kind}.{field.key}.{GAP}" if field.aspect == GAP else f"{field.kind}.{field.key}"


def any_data() -> Field:
    """Return the field that holds the names of all data sets of a run."""
    return Field(FieldKind.DATASET, "", "name")


def any_of(column: str, values: Iterable[str]) -> Node | None:
    """Say that a field is one of some texts; None for no texts."""
    texts = tuple(Text(v) for v in values)
    return In(field(column), texts) if texts else None


def mentions(text: str) -> Node | None:
    """Say that a run has `text` in its name, id or notes, in small or capital letters; None for no text."""
    wanted = text.strip()
    if not wanted:
        return None
    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", wanted) + "%"
    return Or(tuple(Match(field(column), Style.ILIKE, pattern) for column in ("name", "run_id", "notes")))


def under(path: str) -> Node | None:
    """Say that a run's experiment is at `path` or below; None for no path."""
    return Under(field("experiment"), path) if path else None


def all_of(*conditions: Node | None) -> Node | None:
    """Join what is given; None for nothing."""
    given: list[Node] = []
    for condition in conditions:
        if condition is not None:
            given.extend(condition.nodes if isinstance(condition, And) else (condition,))
    return (given[0] if len(given) == 1 else And(tuple(given))) if given else None
