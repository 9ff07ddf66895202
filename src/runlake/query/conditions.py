"""One condition of a filter: a field, an operator and what fits beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.errors import QueryError
from runlake.query.expression import (
    Between,
    Compare,
    Field,
    FieldKind,
    FieldType,
    Holds,
    In,
    IsNan,
    IsNull,
    Match,
    Not,
    Number,
    Op,
    Style,
    Text,
    Truth,
    Under,
)
from runlake.query.lexer import TokenKind
from runlake.query.literals import expected, is_value, read
from runlake.query.names import as_number, is_flexible, is_known_attribute, resolve, spell
from runlake.query.pattern import problem, regex

if TYPE_CHECKING:
    from runlake.query.cursor import Cursor
    from runlake.query.expression import Leaf, Literal, Node

_STYLES = {
    "LIKE": Style.LIKE,
    "ILIKE": Style.ILIKE,
    "RLIKE": Style.RLIKE,
    "MATCHES": Style.RLIKE,
    "CONTAINS": Style.CONTAINS,
}
_COMPARISONS = "= != > >= < <="
_OPERATORS = {
    FieldType.NUMBER: f"an operator: {_COMPARISONS} IN BETWEEN IS",
    FieldType.TIME: f"an operator: {_COMPARISONS} IN BETWEEN IS",
    FieldType.TEXT: f"an operator: {_COMPARISONS} IN BETWEEN LIKE ILIKE RLIKE CONTAINS IS",
    FieldType.TEXTS: f"an operator: {_COMPARISONS} IN BETWEEN LIKE ILIKE RLIKE CONTAINS IS",
    FieldType.FLAG: "= != or IS NULL, for a flag",
}
_EXPERIMENT = Field(FieldKind.ATTRIBUTE, "experiment")
_STATUS = Field(FieldKind.ATTRIBUTE, "status")
_STATUSES = ("running", "finished", "failed", "killed", "scheduled")  # the last is MLflow's, and no run has it


def condition(cursor: Cursor) -> Node:
    """Read one condition."""
    field = read_field(cursor)
    if cursor.word("IS"):
        return _state(cursor, field)
    is_negated = cursor.word("NOT")
    worded = _worded(cursor, field)
    if worded is not None:
        return Not(worded) if is_negated else worded
    if is_negated:
        raise cursor.fault(f"IN, BETWEEN, LIKE, ILIKE, RLIKE or CONTAINS after NOT, or the NOT before {spell(field)}")
    if cursor.next.kind is TokenKind.SYMBOL and cursor.next.text in set(Op):
        return _comparison(cursor, field)
    if field.type is FieldType.FLAG:
        return Holds(field)
    raise cursor.fault(_OPERATORS[field.type])


def read_field(cursor: Cursor) -> Field:
    """Read a field."""
    if cursor.next.kind is not TokenKind.NAME:
        raise cursor.fault("a field: metrics.<key>, params.<key>, tags.<key>, an attribute such as status, or the like")
    return resolve(cursor.text, cursor.take())


def _state(cursor: Cursor, field: Field) -> Node:
    is_negated = cursor.word("NOT")
    holds_numbers = field.type is FieldType.NUMBER or is_flexible(field)
    node: Node
    if cursor.word("NULL"):
        node = IsNull(field)
    elif holds_numbers and cursor.word("NAN"):
        node = IsNan(as_number(field) if is_flexible(field) else field)
    else:
        what = "NULL or NAN" if holds_numbers else f"NULL, as {spell(field)} is no number"
        raise cursor.fault(what if is_negated else f"[NOT] {what}")
    return Not(node) if is_negated else node


def _worded(cursor: Cursor, field: Field) -> Leaf | None:
    """Read a condition whose operator is a word, or nothing where none comes next."""
    word = cursor.next.word
    if word not in _STYLES and word not in ("IN", "BETWEEN", "UNDER"):
        return None
    if word in _STYLES and field.type not in (FieldType.TEXT, FieldType.TEXTS):
        raise cursor.fault(f"{_OPERATORS[field.type]} ({spell(field)} is no text)")
    if word == "UNDER" and field != _EXPERIMENT:
        raise cursor.fault(f"{_OPERATORS[field.type]} (UNDER is for experiment alone)")
    if field.type is FieldType.FLAG:
        raise cursor.fault(_OPERATORS[field.type])
    cursor.take()
    match word:
        case "IN":
            return _in(cursor, field)
        case "BETWEEN":
            return _between(cursor, field)
        case "UNDER":
            return _under(cursor, field)
    return _match(cursor, field, _STYLES[word])


def _in(cursor: Cursor, field: Field) -> In:
    if not cursor.symbol("("):
        raise cursor.fault("( and the values")
    values = [_value_of_many(cursor, field, None)]
    while cursor.symbol(",") and not cursor.is_symbol(")"):
        values.append(_value_of_many(cursor, field, values[0]))
    if not cursor.symbol(")"):
        raise cursor.fault("a comma or )")
    return In(_beside(field, values[0]), tuple(values))


def _between(cursor: Cursor, field: Field) -> Between:
    low = _value_of_many(cursor, field, None)
    if not cursor.word("AND"):
        raise cursor.fault("AND and the upper end")
    return Between(_beside(field, low), low, _value_of_many(cursor, field, low))


def _under(cursor: Cursor, field: Field) -> Under:
    token = cursor.next
    path = cursor.string("the path of an experiment in single quotes").strip("/")
    if not path:
        raise QueryError(cursor.text, token.at, "the path of an experiment, not an empty one")
    return Under(field, path)


def _match(cursor: Cursor, field: Field, style: Style) -> Match:
    token = cursor.next
    pattern = cursor.string("a pattern in single quotes")
    if field == _STATUS and style is not Style.RLIKE:
        pattern = pattern.lower()
    if reason := problem(regex(style, pattern)):
        raise QueryError(cursor.text, token.at, f"a pattern that can be used ({reason})")
    return Match(field, style, pattern)


def _comparison(cursor: Cursor, field: Field) -> Compare:
    operator = cursor.take()
    op = Op(operator.text)
    if cursor.next.kind is TokenKind.NAME and not is_value(cursor.next):
        return _two_fields(cursor, field, op)
    value = _value(cursor, field)
    if isinstance(value, Truth) and op not in (Op.EQ, Op.NE):
        raise QueryError(cursor.text, operator.at, "= or != beside true or false")
    return Compare(_beside(field, value), op, value)


def _two_fields(cursor: Cursor, field: Field, op: Op) -> Compare:
    token = cursor.next
    if token.word and not is_known_attribute(token.parts[0]):
        raise cursor.fault(expected(field, token))
    other = read_field(cursor)
    if is_flexible(field) and is_flexible(other):
        return Compare(field, op, other) if op in (Op.EQ, Op.NE) else Compare(as_number(field), op, as_number(other))
    if is_flexible(field) and other.type is FieldType.NUMBER:
        field = as_number(field)
    if is_flexible(other) and field.type is FieldType.NUMBER:
        other = as_number(other)
    if field.type is not other.type or field.type in (FieldType.FLAG, FieldType.TEXTS):
        raise QueryError(
            cursor.text, token.at, f"{expected(field, token)}; {spell(other)} cannot stand beside {spell(field)}"
        )
    return Compare(field, op, other)


def _value(cursor: Cursor, field: Field) -> Literal:
    token = cursor.next
    value = read(cursor.text, token, field)
    cursor.take()
    if field == _STATUS and isinstance(value, Text):
        value = Text(value.value.lower())
        if value.value not in _STATUSES:
            raise QueryError(cursor.text, token.at, "'running', 'finished', 'failed' or 'killed'")
    return value


def _value_of_many(cursor: Cursor, field: Field, first: Literal | None) -> Literal:
    """Read a value that stands beside others of its type."""
    token = cursor.next
    value = _value(cursor, field)
    if isinstance(value, Truth):
        raise QueryError(cursor.text, token.at, "a number or text in single quotes")
    if first is not None and isinstance(first, Number | Text) and type(value) is not type(first):
        raise QueryError(cursor.text, token.at, "a number" if isinstance(first, Number) else "text in single quotes")
    return value


def _beside(field: Field, value: Literal) -> Field:
    """Decide whether a param or a summary is meant as number or as text."""
    return as_number(field) if is_flexible(field) and isinstance(value, Number) else field
