"""The order of a run table: what a caller asks for, then newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from runlake.query.expression import NUM, Field, FieldKind, FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


@dataclass(frozen=True, slots=True)
class Order:
    """One field to sort by."""

    field: Field
    descending: bool = False


DEFAULT_ORDER = (
    Order(Field(FieldKind.ATTRIBUTE, "started_at"), descending=True),
    Order(Field(FieldKind.ATTRIBUTE, "run_id")),
)


class SortKeys(NamedTuple):
    """Expressions and directions for `sort(by, descending=..., nulls_last=True)`."""

    by: list[pl.Expr]
    descending: list[bool]


def order_fields(orders: Iterable[Order]) -> frozenset[Field]:
    """List the fields whose columns `sort` needs, those of DEFAULT_ORDER among them."""
    asked = [order.field for order in (*orders, *DEFAULT_ORDER)]
    return frozenset(asked) | {replace(field, aspect=NUM) for field in asked if _has_number(field)}


def sort_keys(orders: Iterable[Order]) -> SortKeys:
    """Translate orders: in both directions NaN comes after all numbers, and what is missing after that.

    Params and summaries sort as numbers first, then those that are none as text. The values of a tag are joined.
    Ties are broken by DEFAULT_ORDER.
    """
    asked = tuple(orders)
    keys = SortKeys([], [])
    for order in (*asked, *(default for default in DEFAULT_ORDER if default.field not in {o.field for o in asked})):
        for expression, descending in _keys(order):
            keys.by.append(expression)
            keys.descending.append(descending)
    return keys


def sort(frame: Frame, orders: Iterable[Order]) -> Frame:
    """Sort a frame that has the columns of `order_fields(orders)`."""
    keys = sort_keys(orders)
    return frame.sort(keys.by, descending=keys.descending, nulls_last=True)


def _keys(order: Order) -> list[tuple[pl.Expr, bool]]:
    column = pl.col(order.field.column)
    if _has_number(order.field):
        number = pl.col(replace(order.field, aspect=NUM).column)
        return [*_number_keys(number, order.descending), (pl.when(number.is_null()).then(column), order.descending)]
    if order.field.type is FieldType.NUMBER:
        return _number_keys(column, order.descending)
    if order.field.type is FieldType.TEXTS:
        return [(column.list.join(", "), order.descending)]
    return [(column, order.descending)]


def _number_keys(column: pl.Expr, descending: bool) -> list[tuple[pl.Expr, bool]]:
    number = column.cast(pl.Float64)
    return [(number.is_null(), False), (number.is_nan(), False), (number, descending)]


def _has_number(field: Field) -> bool:
    return field.kind in (FieldKind.PARAM, FieldKind.SUMMARY)
