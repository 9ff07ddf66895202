"""What is chosen of one field: values, a range, that nothing is known. As a condition of the filter language, and back.

A filter is a list of conditions that all hold. One of them may be such a choice; whoever chooses again replaces it where
it stands, and leaves the others as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from runlake.query.expression import (
    And,
    Between,
    Compare,
    Field,
    FieldKind,
    In,
    IsNan,
    IsNull,
    Match,
    Node,
    Not,
    Number,
    Op,
    Or,
    Style,
    Text,
    Truth,
    fields,
)
from runlake.query.names import as_number, is_flexible

Value = Text | Number | Truth

# Prose that a person writes and may empty again: what is empty is not written.
PROSE = ("notes", "hypothesis", "expected_outcome", "conclusion")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run may hold in a field: any of these.

    Attributes:
        values: one of them, all of one type and none of them NaN.
        low: the least of a range; None is no end.
        high: the greatest of a range; None is no end.
        nan: NaN.
        bare: a tag that is set but has no value.
        written: anything at all.
        missing: nothing.
    """

    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    nan: bool = False
    bare: bool = False
    written: bool = False
    missing: bool = False

    def __bool__(self) -> bool:
        """Say whether anything is chosen."""
        return self != Choice()

    @property
    def is_range(self) -> bool:
        """Say whether it is a range and nothing else."""
        return bool(self) and self == Choice(low=self.low, high=self.high)


def base(field: Field) -> Field:
    """Return the field without what only its literal decides: whether a param is taken as its number."""
    return replace(field, aspect="") if is_flexible(field) else field


def condition(field: Field, choice: Choice) -> Node | None:
    """Say a choice as a condition; None for no choice.

    >>> from runlake.query.language import unparse
    >>> unparse(condition(Field(FieldKind.PARAM, "lr"), Choice((Number(0.1), Number(0.2)), missing=True)))
    'params.lr IN (0.1, 0.2) OR params.lr IS NULL'
    """
    number = as_number(field) if is_flexible(field) else field
    parts: list[Node] = [*_values(field, number, choice.values)]
    if choice.low is not None and choice.high is not None:
        parts.append(Between(number, Number(choice.low), Number(choice.high)))
    elif choice.low is not None:
        parts.append(Compare(number, Op.GE, Number(choice.low)))
    elif choice.high is not None:
        parts.append(Compare(number, Op.LE, Number(choice.high)))
    if choice.nan:
        parts.append(IsNan(number))
    if choice.bare:
        parts.append(Not(Match(field, Style.LIKE, "%")))
    if choice.written:
        parts.append(Compare(field, Op.NE, Text("")) if _is_prose(field) else Not(IsNull(field)))
    if choice.missing:
        parts.append(IsNull(field))
        parts += [Compare(field, Op.EQ, Text(""))] if _is_prose(field) else []
    return None if not parts else parts[0] if len(parts) == 1 else Or(tuple(parts))


def read(node: Node) -> tuple[Field, Choice] | None:
    """Return the field and what is chosen of it; None for a condition that is no such choice.

    `>` and `<` are read as ends of a range, like `>=` and `<=`.
    """
    named = {base(field) for field in fields(node)}
    parts = node.nodes if isinstance(node, Or) else (node,)
    if len(named) != 1:
        return None
    field = named.pop()
    choice = Choice()
    for part in parts:
        more = _part(field, part)
        if more is None:
            return None
        choice = _both(choice, more)
    return field, choice


def conditions(node: Node | None) -> tuple[Node, ...]:
    """List the conditions that a filter joins by AND."""
    if node is None:
        return ()
    return node.nodes if isinstance(node, And) else (node,)


def places(parts: tuple[Node, ...], field: Field) -> tuple[Choice, tuple[int, ...]]:
    """Find what is chosen of a field among conditions that all hold, and at which places it stands.

    Both ends of a range may stand apart; of other choices the first is taken, and the rest are conditions like others.
    """
    found = Choice()
    at: list[int] = []
    for place, part in enumerate(parts):
        one = read(part)
        if one is None or one[0] != base(field):
            continue
        if not at:
            found, at = one[1], [place]
        elif found.is_range and one[1].is_range:
            found, at = _tighter(found, one[1]), [*at, place]
    return found, tuple(at)


def chosen(node: Node | None, field: Field) -> Choice:
    """Return what a filter chooses of a field."""
    return places(conditions(node), field)[0]


def narrowed(node: Node | None, field: Field, choice: Choice) -> Node | None:
    """Return a filter with another choice of a field, where the old one stood or at the end."""
    parts = list(conditions(node))
    _, at = places(tuple(parts), field)
    wanted = condition(base(field), choice)
    put: list[Node] = [] if wanted is None else [wanted]
    kept = [[part] if place not in at else put if place == at[0] else [] for place, part in enumerate(parts)]
    all_of = [part for some in kept for part in some] + ([] if at else put)
    return None if not all_of else all_of[0] if len(all_of) == 1 else And(tuple(all_of))


def _is_prose(field: Field) -> bool:
    return field.kind is FieldKind.ATTRIBUTE and field.key in PROSE


def _values(field: Field, number: Field, values: tuple[Value, ...]) -> list[Node]:
    if not values:
        return []
    if isinstance(values[0], Truth):
        return [Compare(field, Op.EQ, value) for value in values]
    beside = number if isinstance(values[0], Number) else field
    return [Compare(beside, Op.EQ, values[0]) if len(values) == 1 else In(beside, values)]


def _part(field: Field, part: Node) -> Choice | None:
    match part:
        case Compare(op=Op.EQ, value=Text("")) if _is_prose(field):
            return Choice(missing=True)
        case Compare(op=Op.NE, value=Text("")) if _is_prose(field):
            return Choice(written=True)
        case Compare(op=Op.EQ, value=Text() | Number() | Truth() as value) if not _is_nan(value):
            return Choice((value,))
        case Compare(op=Op.GE | Op.GT, value=Number(low)):
            return Choice(low=low)
        case Compare(op=Op.LE | Op.LT, value=Number(high)):
            return Choice(high=high)
        case Between(_, Number(low), Number(high)):
            return Choice(low=low, high=high)
        case In(_, values):
            known = tuple(v for v in values if isinstance(v, Text | Number) and not _is_nan(v))
            return Choice(known) if len(known) == len(values) else None
        case _:
            return _special(part)


def _special(part: Node) -> Choice | None:
    match part:
        case IsNan():
            return Choice(nan=True)
        case IsNull():
            return Choice(missing=True)
        case Not(IsNull()):
            return Choice(written=True)
        case Not(Match(_, Style.LIKE, "%")):
            return Choice(bare=True)
    return None


def _is_nan(value: Value) -> bool:
    return isinstance(value, Number) and math.isnan(value.value)


def _both(one: Choice, other: Choice) -> Choice:
    return Choice(
        values=tuple(dict.fromkeys((*one.values, *other.values))),
        low=one.low if other.low is None else other.low,
        high=one.high if other.high is None else other.high,
        nan=one.nan or other.nan,
        bare=one.bare or other.bare,
        written=one.written or other.written,
        missing=one.missing or other.missing,
    )


def _tighter(one: Choice, other: Choice) -> Choice:
    lows = [c.low for c in (one, other) if c.low is not None]
    highs = [c.high for c in (one, other) if c.high is not None]
    return Choice(low=max(lows, default=None), high=min(highs, default=None))
