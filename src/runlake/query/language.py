"""The filter language: text to a tree of conditions and back.

filter     = all { OR all }            all = term { AND term }
term       = NOT term | "(" filter ")" | condition
condition  = field op (value | field)
           | field [NOT] (IN "(" value { "," value } ")" | BETWEEN value AND value | UNDER path)
           | field [NOT] (LIKE | ILIKE | RLIKE | CONTAINS) pattern
           | field IS [NOT] (NULL | NAN)
           | flag
order      = field [ASC | DESC] { "," field [ASC | DESC] }
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.errors import QueryError
from runlake.query.conditions import condition, read_field
from runlake.query.cursor import Cursor
from runlake.query.expression import And, Not, Or
from runlake.query.names import spell
from runlake.query.order import Order
from runlake.query.unparse import unparse

if TYPE_CHECKING:
    from runlake.query.expression import Node

__all__ = ["MAX_DEPTH", "parse", "parse_order", "unparse"]

# Reading, writing and compiling take up to six frames of the stack per level.
MAX_DEPTH = 100


def parse(text: str) -> Node:
    """Parse a filter.

    Raises:
        QueryError: it is no filter; points at the character and says what could stand there.
    """
    cursor = Cursor(text)
    node = _filter(cursor, 0)
    cursor.end("AND, OR or the end")
    return node


def parse_order(text: str) -> tuple[Order, ...]:
    """Parse an order such as `metrics.f1 desc, name`.

    Raises:
        QueryError: it is no order, or names a field twice.
    """
    cursor = Cursor(text)
    orders: list[Order] = []
    while not orders or cursor.symbol(","):
        at = cursor.next.at
        field = read_field(cursor)
        if any(field == order.field for order in orders):
            raise QueryError(text, at, f"another field, as {spell(field)} is there already")
        is_descending = cursor.word("DESC")
        if not is_descending:
            cursor.word("ASC")
        orders.append(Order(field, is_descending))
    cursor.end("ASC, DESC, a comma or the end")
    return tuple(orders)


def _filter(cursor: Cursor, depth: int) -> Node:
    alternatives: list[list[Node]] = [[_term(cursor, depth)]]
    while True:
        if cursor.word("AND"):
            alternatives[-1].append(_term(cursor, depth))
        elif cursor.word("OR"):
            alternatives.append([_term(cursor, depth)])
        else:
            break
    joined: list[Node] = [nodes[0] if len(nodes) == 1 else And(tuple(nodes)) for nodes in alternatives]
    return joined[0] if len(joined) == 1 else Or(tuple(joined))


def _term(cursor: Cursor, depth: int) -> Node:
    negations = 0
    while cursor.word("NOT"):
        negations += 1
    deeper = depth + negations + cursor.is_symbol("(")
    if deeper > MAX_DEPTH:
        raise cursor.fault(f"at most {MAX_DEPTH} levels of NOT and parentheses")
    if cursor.symbol("("):
        node = _filter(cursor, deeper)
        if not cursor.symbol(")"):
            raise cursor.fault("AND, OR or )")
    else:
        node = condition(cursor)
    for _ in range(negations):
        node = Not(node)
    return node
