"""A filter decided for one run at a time, slowly and plainly: what the compiled one is compared with."""

from __future__ import annotations

import math
import operator
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlake.query.expression import (
    Ago,
    And,
    Between,
    Compare,
    Field,
    In,
    IsNan,
    IsNull,
    Match,
    Moment,
    Node,
    Not,
    Number,
    Op,
    Or,
    Style,
    Today,
    Truth,
    Under,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 2, 3, 4, 5, 6, 789, UTC)
OPERATORS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.LT: operator.lt,
    Op.LE: operator.le,
}
Row = dict[Field, Any]


def evaluate(node: Node, row: Row) -> bool | None:
    """Decide a filter for one run in three-valued logic."""
    match node:
        case And(nodes):
            found = {evaluate(inner, row) for inner in nodes}
            return False if False in found else None if None in found else True
        case Or(nodes):
            found = {evaluate(inner, row) for inner in nodes}
            return True if True in found else None if None in found else False
        case Not(inner):
            held = evaluate(inner, row)
            return None if held is None else not held
        case IsNull(field):
            return row[field] is None
        case Compare(field, op, Field() as other):
            return None if row[field] is None or row[other] is None else OPERATORS[op](row[field], row[other])
    value = row[node.field]
    if value is None or not isinstance(value, list):
        return None if value is None else fits(node, value)
    if isinstance(node, Compare) and node.op is Op.NE:
        return not any(one is not None and fits(Compare(node.field, Op.EQ, node.value), one) is True for one in value)
    return any(one is not None and fits(node, one) is True for one in value)


def fits(node: Node, value: Any) -> bool | None:  # noqa: C901 - one case per kind of condition
    match node:
        case Compare(_, op, Truth(truth)) if isinstance(value, str):
            known = {"true": True, "false": False}.get(value.lower())
            return None if known is None else OPERATORS[op](known, truth)
        case Compare(_, op, literal):
            return compared(value, op, literal)
        case Between(_, low, high):
            above, below = compared(value, Op.GE, low), compared(value, Op.LE, high)
            return above and below
        case In(_, literals):
            return any(compared(value, Op.EQ, literal) for literal in literals)
        case Match(_, Style.RLIKE, pattern):
            return re.search(pattern, value) is not None
        case Match(_, Style.CONTAINS, pattern):
            return pattern in value
        case Match(_, Style.ILIKE, pattern):
            return like(pattern.lower(), value.lower())
        case Match(_, _, pattern):
            return like(pattern, value)
        case Under(_, path):
            return bool(value == path or value.startswith(path + "/"))
        case IsNan():
            return math.isnan(value)
    return bool(value)


def compared(value: Any, op: Op, literal: Any) -> bool | None:
    match literal:
        case Ago(seconds):
            return OPERATORS[op](value, NOW - timedelta(seconds=seconds))
        case Today():
            return OPERATORS[op](value, datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC))
        case Moment(at):
            return OPERATORS[op](value, at)
        case Number(number) if isinstance(value, str):
            try:
                return OPERATORS[op](float(value), number)
            except ValueError:
                return None
    return OPERATORS[op](value, literal.value)


def like(pattern: str, value: str) -> bool:
    if not pattern:
        return not value
    if pattern[0] == "\\" and pattern[1:2] in ("%", "_", "\\"):
        return value[:1] == pattern[1] and like(pattern[2:], value[1:])
    if pattern[0] == "%":
        return any(like(pattern[1:], value[at:]) for at in range(len(value) + 1))
    return bool(value) and pattern[0] in ("_", value[0]) and like(pattern[1:], value[1:])
