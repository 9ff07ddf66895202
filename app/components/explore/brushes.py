"""Brushes: what the reader drags over on an axis, as filters of one column each, so that every page understands them."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

import state
from components import format
from components.apart import apart
from components.runs import expressions
from reads import data
from runlake.analysis.axes import Kind
from runlake.analysis.bundles import LANE
from runlake.errors import QueryError
from runlake.figures.text import shorten
from runlake.formats import in_order
from runlake.query.compile import fields
from runlake.query.expression import (
    Between,
    Compare,
    Field,
    FieldKind,
    In,
    IsNan,
    IsNull,
    Not,
    Number,
    Op,
    Or,
    Text,
)
from runlake.query.language import parse, unparse
from runlake.query.names import as_number, run_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.axes import Axis
    from runlake.query.expression import Literal, Node

_NEAR = 0.006  # of an axis: an edge so near to its end is the end
_LANE_HALF = 0.035
_CHIP_CHARACTERS = 52
_PIXEL_DIGITS = 2  # a pixel is no less than a thousandth of an axis


def nodes() -> dict[str, Node]:
    """Return the brushes by column, in the order they were made; what a link names and cannot be one is passed over."""
    found: dict[str, Node] = {}
    for text in state.EXPLORE_BRUSH.get():
        try:
            node = parse(text)
        except QueryError:
            continue
        columns = {run_column(field) for field in fields(node)}
        if len(columns) == 1:
            found[columns.pop()] = node
    return found


def joined(where: str, brushes: dict[str, Node]) -> str:
    """Return the filter of the page and all brushes as one expression."""
    node = expressions.all_of(parse(where) if where else None, *brushes.values())
    return "" if node is None else unparse(node)


def put(column: str, node: Node | None) -> None:
    """Brush a column, or clear its brush; a callback."""
    kept = {name: one for name, one in nodes().items() if name != column}
    if node is not None:
        kept[column] = node
    state.EXPLORE_BRUSH.set(tuple(unparse(one) for one in kept.values()))


def take(key: str, axes: Sequence[Axis]) -> None:
    """Brush the axis in whose strip the box of a picture of parallel axes is; a callback."""
    boxes: list[dict[str, Any]] = st.session_state[key]["selection"]["box"]
    if boxes:
        place = int(str(boxes[-1].get("xref", "x"))[1:] or 1) - 2
        if 0 <= place < len(axes):
            _drag(axes[place], boxes[-1]["y"])


def take_both(key: str, axes: Sequence[Axis]) -> None:
    """Brush both axes of a plane by the box in it; a callback."""
    boxes: list[dict[str, Any]] = st.session_state[key]["selection"]["box"]
    if boxes:
        for axis, name in zip(axes, ("x", "y"), strict=True):
            _drag(axis, boxes[-1][name])


def _drag(axis: Axis, edges: Sequence[float]) -> None:
    low, high = min(edges), max(edges)
    put(axis.name, between(axis, low, high))


def between(axis: Axis, low: float, high: float) -> Node | None:
    """Return the condition that a run lies between two places of an axis; None where that is no restriction."""
    field = field_of(axis.name)
    if high < LANE / 2:
        return missing(axis)
    if not axis.is_number:
        return _among(axis, [p for p in range(int(axis.high) + 1) if low <= axis.place_of(p) <= high])
    if math.isnan(axis.low):
        return None
    least = None if low <= _NEAR else _rounded(axis, axis.value_at(low), up=True)
    most = None if high >= 1 - _NEAR else _rounded(axis, axis.value_at(high), up=False)
    return ranged(field, least, most)


def ranged(field: Field, least: float | None, most: float | None) -> Node | None:
    """Return the condition that a number is between two ends, of which either may be open."""
    field = as_number(field) if field.kind in (FieldKind.PARAM, FieldKind.SUMMARY) else field
    if least is not None and most is not None:
        return Between(field, Number(min(least, most)), Number(max(least, most)))
    if least is not None:
        return Compare(field, Op.GE, Number(least))
    return None if most is None else Compare(field, Op.LE, Number(most))


def missing(axis: Axis) -> Node:
    """Return the condition that a run has no place on an axis."""
    field = field_of(axis.name)
    parts: list[Node] = [IsNull(field)]
    if field.kind is FieldKind.PARAM:
        parts.append(Compare(field, Op.EQ, Text("null")))
    if axis.is_number:
        number = as_number(field) if field.kind in (FieldKind.PARAM, FieldKind.SUMMARY) else field
        parts += [IsNan(number), In(number, (Number(math.inf), Number(-math.inf)))]
    return Or(tuple(parts)) if len(parts) > 1 else parts[0]


def chosen_texts(axis: Axis, node: Node | None) -> list[str]:
    """Return the categories that a brush names."""
    match node:
        case In(values=values):
            return [value.value for value in values if isinstance(value, Text) and value.value in axis.categories]
        case Not(node=In(values=values)):
            out = {value.value for value in values if isinstance(value, Text)}
            return [text for text in axis.categories if text not in out]
        case _:
            return []


def ends(node: Node | None) -> tuple[float | None, float | None]:
    """Return the least and the greatest number that a brush lets through; None for an open end."""
    match node:
        case Between(low=Number(least), high=Number(most)):
            return least, most
        case Compare(op=Op.GE | Op.GT, value=Number(least)):
            return least, None
        case Compare(op=Op.LE | Op.LT, value=Number(most)):
            return None, most
        case _:
            return None, None


def stretches(axis: Axis, node: Node) -> list[tuple[float, float]]:
    """Return the places between which a brush is drawn; nothing for a condition that no axis can show."""
    if isinstance(node, Or | IsNull):
        return [(LANE - _LANE_HALF, LANE + _LANE_HALF)]
    if not axis.is_number:
        half = min(0.03, 0.3 / max(1.0, axis.high))
        places = [axis.place_of(axis.categories.index(text)) for text in chosen_texts(axis, node)]
        rest = [axis.place_of(axis.high)] if axis.rest and isinstance(node, Not) else []
        return [(place - half, place + half) for place in [*places, *rest]]
    least, most = ends(node)
    if (least is None and most is None) or math.isnan(axis.low):
        return []
    low = 0.0 if least is None else max(0.0, axis.place_of(least))
    high = 1.0 if most is None else min(1.0, axis.place_of(most))
    return [(low - _NEAR, high + _NEAR)] if low <= high else []


def chips(brushes: dict[str, Node]) -> None:
    """Draw the brushes, each with a way to take it back, in the row that is open."""
    for column, node in brushes.items():
        text = shorten(unparse(node), limit=_CHIP_CHARACTERS)
        st.button(
            format.markdown(text),
            key=f"explore.chip.{format.handle(column)}",
            icon=":material/close:",
            on_click=partial(put, column, None),
            help="Takes this brush back.",
        )
    if len(brushes) > 1:
        st.button("Clear all", key="explore.chips.clear", type="tertiary", on_click=state.EXPLORE_BRUSH.reset)


def controls(axes: Sequence[Axis], brushes: dict[str, Node]) -> None:
    """Draw one control per axis that brushes it by typing, for keyboards and exact values."""
    for axis in axes:
        node = brushes.get(axis.name)
        key = f"explore.range.{format.handle(axis.name)}"
        title = in_order(axis.name.partition(".")[2] or axis.name)
        if axis.is_number:
            st.session_state[f"{key}.least"], st.session_state[f"{key}.most"] = ends(node)
            with st.container(horizontal=True, gap="small"):
                for end, word, value in (("least", "from", axis.low), ("most", "to", axis.high)):
                    st.number_input(
                        f"{format.markdown(title)} {word}",
                        key=f"{key}.{end}",
                        value=None,
                        format="%g",
                        placeholder=format.number(value),
                        on_change=partial(_type, axis, key),
                    )
        else:
            st.session_state[key] = chosen_texts(axis, node)
            st.multiselect(
                format.markdown(title),
                axis.categories,
                key=key,
                format_func=apart(axis.categories, in_order),
                placeholder="All",
                on_change=partial(_pick, axis, key),
            )


def field_of(column: str) -> Field:
    """Return the field that a column of the page holds."""
    return expressions.field(column, {f"metrics.{key}" for key in data.keys().metrics})


def _type(axis: Axis, key: str) -> None:
    least, most = st.session_state[f"{key}.least"], st.session_state[f"{key}.most"]
    put(axis.name, ranged(field_of(axis.name), least, most))


def _pick(axis: Axis, key: str) -> None:
    texts = st.session_state[key]
    put(axis.name, In(field_of(axis.name), tuple(Text(text) for text in texts)) if texts else None)


def _among(axis: Axis, places: list[int]) -> Node | None:
    """Return the condition that a text is at one of these places of its axis; None for none or all."""
    field = field_of(axis.name)
    if not places or len(places) > axis.high:
        return None
    if int(axis.high) in places and axis.rest:
        others = tuple(Text(text) for place, text in enumerate(axis.categories) if place not in places)
        return Not(In(field, others))
    values: tuple[Literal, ...] = tuple(Text(axis.categories[place]) for place in places)
    return In(field, values)


def _rounded(axis: Axis, value: float, *, up: bool) -> float:
    """Round an end as finely as a pixel tells: of whole numbers to the next inside."""
    if axis.kind is Kind.INTEGER:
        return float(math.ceil(value) if up else math.floor(value))
    if axis.is_log:
        return float(f"{value:.3g}")
    digits = _PIXEL_DIGITS - math.floor(math.log10(axis.high - axis.low)) if axis.high > axis.low else 17
    return round(value, digits)
