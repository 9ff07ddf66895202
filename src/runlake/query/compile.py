"""A filter to one Polars expression; the only place that says what a filter means.

Conditions are true, false or unknown, as in SQL: a field that a run does not have makes them unknown,
NOT keeps that, and a run matches where the whole is true. NaN is unequal to everything and in no order.
"""

from __future__ import annotations

import math
import operator
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from runlake.errors import InvalidValue
from runlake.query.expression import (
    Ago,
    And,
    Between,
    Compare,
    Field,
    FieldType,
    In,
    IsNan,
    IsNull,
    Match,
    Moment,
    Not,
    Number,
    Op,
    Or,
    Text,
    Today,
    Truth,
    Under,
    fields,
)
from runlake.query.pattern import regex

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runlake.query.expression import Leaf, Literal, Node

    Constant = float | str | bool | datetime

__all__ = ["fields", "predicate"]

_OPERATORS: dict[Op, Callable[[Any, Any], pl.Expr]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.LT: operator.lt,
    Op.LE: operator.le,
}


def predicate(node: Node, *, now: datetime) -> pl.Expr:
    """Compile a filter over a frame that has the column of each of `fields(node)`, null where a run lacks it.

    Args:
        node: what `parse` made.
        now: what `now`, `today` and `-7d` count from; aware.

    Returns:
        A Boolean without nulls: whether the run matches.

    Raises:
        InvalidValue: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise InvalidValue("now", now, "a time with a zone")
    return _node(node, now.astimezone(UTC)).fill_null(False)


def _node(node: Node, now: datetime) -> pl.Expr:
    match node:
        case And(nodes):
            return pl.all_horizontal([_node(inner, now) for inner in nodes])
        case Or(nodes):
            return pl.any_horizontal([_node(inner, now) for inner in nodes])
        case Not(inner):
            return ~_node(inner, now)
        case IsNull(field):
            return pl.col(field.column).is_null()
        case Compare(field, op, Field() as other):
            return _two_fields(field, op, other)
        case Compare(field, Op.NE, value) if field.type is FieldType.TEXTS:
            return ~_node(Compare(field, Op.EQ, value), now)
        case _ if node.field.type is FieldType.TEXTS:
            # A value that is no number, compared as one, is null here, which `any` takes as not found.
            return pl.col(node.field.column).list.eval(_test(node, _scalar(node, pl.element()), now)).list.any()
        case _:
            return _test(node, _scalar(node, _column(node.field)), now)


def _column(field: Field) -> pl.Expr:
    column = pl.col(field.column)
    return column.cast(pl.Float64) if field.type is FieldType.NUMBER else column


def _scalar(node: Leaf, value: pl.Expr) -> pl.Expr:
    """Bring one value to the type of what it is compared with."""
    if node.field.type is FieldType.FLAG:
        return value
    match node:
        case Compare(_, _, Number()) | Between(_, Number(), _) | In(_, (Number(), *_)):
            return value.cast(pl.Float64, strict=False)
        case Compare(_, _, Truth()):
            # Values are text here, whoever wrote them: true, True.
            return value.str.to_lowercase().replace_strict({"true": True, "false": False}, default=None)
    return value


def _test(node: Leaf, tested: pl.Expr, now: datetime) -> pl.Expr:
    """Test one value against what is no field; null where it is missing."""
    match node:
        case Compare(_, op, value) if not isinstance(value, Field):
            return _compare(tested, op, _constant(value, now))
        case Between(_, low, high):
            return _compare(tested, Op.GE, _constant(low, now)) & _compare(tested, Op.LE, _constant(high, now))
        case In(_, values):
            return _one_of(tested, [_constant(value, now) for value in values])
        case Match(_, style, pattern):
            return tested.str.contains(regex(style, pattern))
        case Under(_, path):
            return (tested == path) | tested.str.starts_with(f"{path}/")
        case IsNan():
            return tested.is_nan()
    return tested


def _constant(value: Literal, now: datetime) -> Constant:
    match value:
        case Ago(seconds):
            return now - timedelta(seconds=seconds)
        case Today():
            return now.replace(hour=0, minute=0, second=0, microsecond=0)
        case Moment(at):
            return at
        case Number(constant) | Text(constant) | Truth(constant):
            return constant


def _compare(tested: pl.Expr, op: Op, value: Constant) -> pl.Expr:
    if isinstance(value, float) and math.isnan(value):
        return pl.when(tested.is_not_null()).then(op is Op.NE)
    compared = _OPERATORS[op](tested, pl.lit(value))
    # To Polars NaN is the greatest number and equal to itself.
    return compared & tested.is_not_nan() if isinstance(value, float) and op in (Op.GT, Op.GE) else compared


def _one_of(tested: pl.Expr, values: list[Constant]) -> pl.Expr:
    comparable = [value for value in values if not (isinstance(value, float) and math.isnan(value))]
    return tested.is_in(comparable) if comparable else pl.when(tested.is_not_null()).then(False)


def _two_fields(field: Field, op: Op, other: Field) -> pl.Expr:
    left, right = _column(field), _column(other)
    compared = _OPERATORS[op](left, right)
    if field.type is not FieldType.NUMBER:
        return compared
    known = left.is_not_null() & right.is_not_null()
    unordered = left.is_nan() | right.is_nan()
    return pl.when(known & unordered).then(op is Op.NE).otherwise(compared)
