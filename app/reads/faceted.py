"""Every cached read that finding runs needs: facets and what is worth one; keyed as in `data`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from reads import data
from runlake.errors import QueryError
from runlake.query.expression import Field, FieldKind, Number
from runlake.query.facets import facets
from runlake.query.language import parse_order
from runlake.query.names import spell
from runlake.query.telling import telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.query import Lake
    from runlake.query.choice import Value
    from runlake.query.facets import Facet

_COMPLETED = 2_000  # values of a field that are looked through for what is typed


def counted(where: str, fields: tuple[Field, ...]) -> tuple[Facet, ...]:
    """Return how many runs have each value of some keys, among those that fit the rest of a filter."""
    return _counted((*data.key(), data.minute(where)), where, fields, data.lake())


@st.cache_resource(show_spinner=False, max_entries=128)
def _counted(key: tuple[str, str, str, int], where: str, fields: tuple[Field, ...], _lake: Lake) -> tuple[Facet, ...]:
    return facets(_lake, where, fields)


def usual(where: str) -> tuple[Field, ...]:
    """Return the keys that tell the runs apart that fit a filter."""
    return _usual((*data.key(), data.minute(where)), where, data.lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _usual(key: tuple[str, str, str, int], where: str, _lake: Lake) -> tuple[Field, ...]:
    return telling(_lake, where)


def known(spelling: str) -> Field | None:
    """Return the field that is written so; None for what is no field, or one that no run has."""
    try:
        orders = parse_order(spelling)
    except QueryError:
        return None
    keys = data.keys()
    field = orders[0].field
    having = {
        FieldKind.METRIC: keys.metrics,
        FieldKind.PARAM: keys.params,
        FieldKind.TAG: keys.tags,
        FieldKind.SUMMARY: keys.summary,
        FieldKind.DATASET: ("", *keys.datasets),
    }.get(field.kind)
    return field if len(orders) == 1 and (having is None or field.key in having) else None


def spelled(kind: FieldKind, keys: tuple[str, ...]) -> list[str]:
    """Write the fields of some keys."""
    aspect = "version" if kind is FieldKind.DATASET else ""
    return [spell(Field(kind, key, aspect)) for key in keys]


def values(field: Field) -> Sequence[tuple[Value, int]]:
    """Return the most common values of a field among all runs, with the number of runs of each."""
    return [(value, count) for value, count in _values(data.key(), field, data.lake()) if not _is_infinite(value)]


@st.cache_resource(show_spinner=False, max_entries=64)
def _values(key: tuple[str, str, str], field: Field, _lake: Lake) -> Sequence[tuple[Value, int]]:
    return facets(_lake, "", (field,), most=_COMPLETED)[0].values


def _is_infinite(value: Value) -> bool:
    return isinstance(value, Number) and math.isinf(value.value)
