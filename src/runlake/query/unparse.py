"""A filter as text: one spelling for each meaning, which parses back to the same tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.query.expression import (
    And,
    Between,
    Compare,
    Field,
    Holds,
    In,
    IsNan,
    IsNull,
    Match,
    Not,
    Or,
    Under,
)
from runlake.query.literals import write, write_text
from runlake.query.names import spell

if TYPE_CHECKING:
    from runlake.query.expression import Leaf, Node


def unparse(node: Node) -> str:
    """Write a filter; `parse` reads the same tree back."""
    match node:
        case Or(nodes):
            return " OR ".join([_within(inner, Or) for inner in nodes])
        case And(nodes):
            return " AND ".join([_within(inner, Or, And) for inner in nodes])
        case Not(Match() | In() | Between() | Under() | IsNull() | IsNan() as inner):
            return _leaf(inner, "NOT ")
        case Not(inner):
            return f"NOT {_within(inner, Or, And)}"
        case _:
            return _leaf(node)


def _within(node: Node, *loose: type[And] | type[Or]) -> str:
    """Write a node, in parentheses where it binds more loosely than what is around it."""
    return f"({unparse(node)})" if isinstance(node, loose) else unparse(node)


def _leaf(node: Leaf, negation: str = "") -> str:
    name = spell(node.field)
    match node:
        case Compare(_, op, value):
            return f"{name} {op} {spell(value) if isinstance(value, Field) else write(value)}"
        case Between(_, low, high):
            return f"{name} {negation}BETWEEN {write(low)} AND {write(high)}"
        case In(_, values):
            return f"{name} {negation}IN ({', '.join(map(write, values))})"
        case Match(_, style, pattern):
            return f"{name} {negation}{style} {write_text(pattern)}"
        case Under(_, path):
            return f"{name} {negation}UNDER {write_text(path)}"
        case IsNull():
            return f"{name} IS {negation}NULL"
        case IsNan():
            return f"{name} IS {negation}NAN"
        case Holds():
            return name
