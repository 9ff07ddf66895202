"""Choosing of one field on the Runs page: a condition of the filter box, or what the field's own widget says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import state
from runlake.errors import QueryError
from runlake.query.choice import Choice, conditions, narrowed, places
from runlake.query.expression import FieldKind, Text
from runlake.query.language import parse, unparse

if TYPE_CHECKING:
    from runlake.query.choice import Value
    from runlake.query.expression import Field, Node

_WIDGETS = {"status": state.RUNS_STATUS, "user": state.RUNS_USER}


def choose(field: Field, choice: Choice) -> None:
    """Choose of a field what `choice` says, in place of what was chosen of it; a callback.

    Nothing happens where the box does not parse: there is no filter that could be narrowed.
    """
    try:
        node = _box()
    except QueryError:
        return
    widget = _widget(field)
    if widget is not None and not places(conditions(node), field)[1]:
        texts = tuple(value.value for value in choice.values if isinstance(value, Text))
        is_plain = choice in (Choice(), Choice(choice.values)) and (not widget.choices or {*texts} <= {*widget.choices})
        widget.set(texts if is_plain else ())
        if is_plain:
            return
    box = narrowed(node, field, choice)
    state.RUNS_WHERE.set("" if box is None else unparse(box))


def chosen(field: Field) -> Choice:
    """Return what the box, or the field's own widget, chooses of a field now."""
    try:
        choice, at = places(conditions(_box()), field)
    except QueryError:
        return Choice()
    widget = _widget(field)
    return choice if at or widget is None else Choice(tuple(Text(text) for text in widget.get()))


def _box() -> Node | None:
    box = state.RUNS_WHERE.get().strip()
    return parse(box) if box else None


def _widget(field: Field) -> state.Param[tuple[str, ...]] | None:
    return _WIDGETS.get(field.key) if field.kind is FieldKind.ATTRIBUTE else None


def turned(choice: Choice, special: str) -> Choice:
    """Choose or take back one of what is no value: `nan`, `bare`, `written` or `missing`.

    >>> turned(Choice(missing=True), "written") == Choice(written=True)
    True
    """
    match special:
        case "written":
            return Choice() if choice.written else Choice(written=True)
        case "nan":
            return replace(choice, written=False, nan=not choice.nan)
        case "bare":
            return replace(choice, written=False, bare=not choice.bare)
    return replace(choice, written=False, missing=not choice.missing)


def with_value(choice: Choice, value: Value) -> Choice:
    """Choose a value beside those that are chosen, or take it back."""
    kept = tuple(one for one in choice.values if one != value)
    return replace(choice, written=False, values=kept if value in choice.values else (*kept, value))


def with_range(choice: Choice, low: object, high: object) -> Choice:
    """Choose a range in place of the one that is chosen; an end that is no finite number is open."""
    least, most = _end(low), _end(high)
    if least is not None and most is not None and least > most:
        least, most = most, least
    return replace(choice, written=False, low=least, high=most)


def _end(end: object) -> float | None:
    try:
        number = float(str(end))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
