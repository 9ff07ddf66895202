"""The filters above the run table: widgets and the filter language, joined into one visible expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import state
from components.apart import apart
from components.runs import expressions, filter_box
from reads import data
from runlake.errors import QueryError
from runlake.formats import in_order
from runlake.query.compile import fields
from runlake.query.expression import FieldKind
from runlake.query.hints import hinted
from runlake.query.language import parse, unparse
from runlake.query.names import run_column

if TYPE_CHECKING:
    from collections.abc import Container

    from runlake.query.expression import Field, Node

ALL_EXPERIMENTS = ""
_HELP = """
- **Fields** `status` `user` `host` `name` `experiment` `started_at` `duration_s` `notes` `metrics.<key>`
  `params.<key>` `tags.<key>` `summary.<key>` `datasets.<name>.version`
- **Of a metric** the last value; also `.min` `.max` `.mean` `.best`, as in `metrics.loss.min < 0.2`
- **Operators** `=` `!=` `<` `<=` `>` `>=` `IN` `BETWEEN` `LIKE` `ILIKE` `CONTAINS` `UNDER` `IS NULL` `IS NAN`
  `AND` `OR` `NOT` and parentheses
- **Keys** with a dot or a blank stand in double quotes: `params."lr.max"`
- **Times** are absolute or relative: `started_at > -7d`
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the bar says."""

    where: str  # all of it as one expression; "" for everything
    but_status: str  # the same without the status, for counting
    but_experiment: str  # the same without the experiment, which a link names by itself
    from_widgets: bool  # the widgets wrote some of it
    error: QueryError | None  # why the box does not parse
    fields: tuple[Field, ...] = ()  # that the box speaks of

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the run table that show what the box speaks of."""
        return tuple(run_column(field) for field in self.fields)


def show(*, experiments: list[str], users: list[str]) -> Filter:
    """Draw the bar into the row that is open and return what it says.

    What a link asks for stays on offer even where the store has no such experiment or user.
    """
    users = [*users, *(user for user in state.RUNS_USER.get() if user not in users)]
    st.text_input(
        "Search",
        key=state.RUNS_TEXT.key,
        persist_state="session",
        placeholder="Name, id or notes",
        icon=":material/search:",
        type="search",
        label_visibility="collapsed",
        live="300ms",
        width=200,
    )
    experiment_box(state.RUNS_EXPERIMENT, experiments)
    st.multiselect(
        "User",
        users,
        key=state.RUNS_USER.key,
        persist_state="session",
        format_func=apart(users, in_order),
        placeholder="Any user",
        label_visibility="collapsed",
        width=150,
    )
    where_box(state.RUNS_WHERE)
    return _said()


def experiment_box(param: state.Param[str], experiments: list[str]) -> None:
    """Draw the choice of an experiment with all below it; one that a link asks for stays on offer."""
    wanted = param.get()
    options = [ALL_EXPERIMENTS, *([wanted] if wanted and wanted not in experiments else []), *experiments]
    st.selectbox(
        "Experiment",
        options,
        key=param.key,
        persist_state="session",
        format_func=apart(options, lambda path: in_order(path) or "All experiments"),
        label_visibility="collapsed",
        width=230,
    )


def where_box(param: state.Param[str]) -> None:
    """Draw the box for an expression, which completes what is typed, and the help on its language."""
    with st.container(width="stretch"):
        filter_box.show(param)
    with st.popover("Syntax", icon=":material/help:", key=f"{param.page}.syntax"):
        st.markdown(_HELP)


def typed(param: state.Param[str]) -> tuple[Node | None, QueryError | None]:
    """Return what the box of `where_box` says, or why it does not parse."""
    box = param.get().strip()
    try:
        return (parse(box) if box else None), None
    except QueryError as error:
        return None, hinted(error, data.keys())


def clear() -> None:
    """Show everything again; a callback."""
    for param in (state.RUNS_TEXT, state.RUNS_EXPERIMENT, state.RUNS_WHERE):
        param.reset()
    state.RUNS_USER.reset()
    state.RUNS_STATUS.reset()


def show_error(error: QueryError) -> None:
    """Point at the character where the box stops making sense."""
    with st.container(border=True, gap="small"):
        st.badge("The filter does not parse", icon=":material/error:", color="red")
        st.code(in_order(str(error)), language=None, wrap_lines=True)


def _said() -> Filter:
    under = expressions.under(state.RUNS_EXPERIMENT.get())
    named = expressions.all_of(
        expressions.any_of("user", state.RUNS_USER.get()),
        expressions.mentions(state.RUNS_TEXT.get()),
    )
    status = expressions.any_of("status", state.RUNS_STATUS.get())
    box, problem = typed(state.RUNS_WHERE)
    return Filter(
        where=_text(expressions.all_of(under, named, status, box)),
        but_status=_text(expressions.all_of(under, named, box)),
        but_experiment=_text(expressions.all_of(named, status, box)),
        from_widgets=any(part is not None for part in (under, named, status)),
        error=problem,
        fields=() if box is None else tuple(sorted(fields(box), key=run_column)),
    )


def unknown(said: Filter, known: Container[str]) -> list[str]:
    """Say which keys of the filter no run has, so that it can match none."""
    kinds = (FieldKind.METRIC, FieldKind.PARAM, FieldKind.TAG, FieldKind.SUMMARY)
    named = dict.fromkeys(expressions.whole(field) for field in said.fields if field.kind in kinds)
    return [f"No run has {column}." for column in named if column not in known]


def _text(condition: Node | None) -> str:
    return "" if condition is None else unparse(condition)
