"""What a saved view names that the store does not have (any more)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import state
import view_state
from components.runs import columns, expressions
from reads import data
from runlake.errors import Ambiguous, NotFound, QueryError
from runlake.formats import in_order
from runlake.query.compile import fields
from runlake.query.expression import FieldKind
from runlake.query.language import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS = (state.RUNS_COLUMNS, state.EXPLORE_AXES, state.EXPLORE_HIGHER, state.EXPLORE_LOWER)
_COLUMN = (state.RUNS_SORT, state.EXPLORE_METRIC, state.EXPLORE_X, state.EXPLORE_Y, state.EXPLORE_COLOUR)
_WHERE = (state.RUNS_WHERE, state.EXPLORE_WHERE)
_EXPERIMENT = (state.RUNS_EXPERIMENT, state.EXPLORE_EXPERIMENT)
_KEYED = (FieldKind.METRIC, FieldKind.PARAM, FieldKind.TAG, FieldKind.SUMMARY)
_MOST = 3


def show(page: str, view: Mapping[str, Any]) -> None:
    """Say it, where there is something to say."""
    said = sentences(page, view)
    if said:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Not all of this view is here", icon=":material/info:", color="orange")
            st.text(in_order(" ".join(said)))


def sentences(page: str, view: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which runs, keys and experiments that the view names are not there; nothing where all are."""
    return _sentences((*data.key(), page, view["query"]), page, dict(view))


@st.cache_resource(show_spinner=False, max_entries=64)
def _sentences(key: tuple[str, ...], page: str, _view: Mapping[str, Any]) -> tuple[str, ...]:
    query = view_state.query_of(_view)
    said = {param.key: param.read(query[param.name]) for param in state.kept(page) if param.name in query}
    lost = sum(not _has_run(text) for param in (state.BASKET, state.RUN_ID) for text in _texts(said.get(param.key)))
    names = list(dict.fromkeys((*_keys(said), *_paths(said))))
    found = [f"{lost:,} of its runs {'is' if lost == 1 else 'are'} not in this store."] if lost else []
    if names:
        more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
        found.append(f"It names what no run has: {', '.join(names[:_MOST])}{more}.")
    return tuple(found)


def _has_run(text: str) -> bool:
    try:
        data.find(text)
    except Ambiguous:
        return True
    except NotFound:
        return False
    return True


def _keys(said: Mapping[str, Any]) -> Iterator[str]:
    everything = frozenset(columns.available())
    for param in (*_COLUMNS, *_COLUMN):
        for column in _texts(said.get(param.key)):
            field = expressions.field(column, everything)
            if field.kind in _KEYED and expressions.whole(field) not in everything:
                yield column
    for key in _texts(said.get(state.COMPARE_METRICS.key)):
        if f"metrics.{key}" not in everything:
            yield f"metrics.{key}"
    for param in _WHERE:
        try:
            named = fields(parse(said[param.key])) if said.get(param.key) else ()
        except QueryError:
            continue  # the page points at what is wrong with it
        yield from (
            expressions.whole(f)
            for f in sorted(named, key=expressions.whole)
            if f.kind in _KEYED and expressions.whole(f) not in everything
        )


def _paths(said: Mapping[str, Any]) -> Iterator[str]:
    known = frozenset(data.experiment_paths())
    for param in _EXPERIMENT:
        path = str(said.get(param.key) or "").removesuffix("/.")
        if path and path not in known:
            yield f"experiment {path}"


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return (str(value),) if value else ()
