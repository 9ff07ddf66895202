"""The order of the run table."""

from __future__ import annotations

import streamlit as st

import state
from components.apart import apart
from components.runs import columns, expressions, primary, run_table
from runlake.formats import in_order
from runlake.query.expression import ATTRIBUTES, FieldType
from runlake.query.names import spell

_NEWEST = "started_at"
_ATTRIBUTES = (_NEWEST, "name", "status", "experiment", "user", "duration_s")


def order() -> str:
    """Return the order in the words of the store; the usual one where a link names a column that is not there."""
    column, ascending = _order()
    field = expressions.field(column, columns.keyed())
    return f"{spell(field)} {'asc' if ascending else 'desc'}"


def shown() -> run_table.Order:
    """Return the order as the table shows it, with what a click on a heading does."""
    return run_table.Order(*_order(), by)


def by(column: str) -> None:
    """Order all runs by a column, or turn the order where it is by that column already; a callback.

    Numbers and times start with the greatest, texts with the first.
    """
    wanted = column.replace(run_table.CURVE, "metrics.", 1)
    if not _is_sortable(wanted):
        return
    now, ascending = _order()
    state.RUNS_ASCENDING.set(not ascending if wanted == now else ATTRIBUTES.get(wanted) is FieldType.TEXT)
    state.RUNS_SORT.set(wanted)


def _order() -> tuple[str, bool]:
    """Return the column and whether its least comes first.

    Where nobody has chosen, that is the best first where the experiment says what is best, and else the newest first.
    """
    wanted = state.RUNS_SORT.get()
    if _is_sortable(wanted):
        return wanted, state.RUNS_ASCENDING.get()
    best = primary.chosen()
    return (_NEWEST, state.RUNS_ASCENDING.get()) if best is None else (best.column, best.ascending)


def _is_sortable(column: str) -> bool:
    return column == "name" or (columns.is_known(column) and not column.startswith(run_table.CURVE))


def controls() -> None:
    """Draw the choice of column and direction."""
    best, wanted = primary.chosen(), state.RUNS_SORT.get()
    if not _is_sortable(wanted) or (best is None and wanted == _NEWEST):
        state.RUNS_SORT.reset()
    usual = run_table.label(_NEWEST) if best is None else f"★ {in_order(best.metric)}"
    # What a link or a heading asks for may be an aspect of a metric, which the list leaves out.
    options = dict.fromkeys((state.RUNS_SORT.default, *_options(named=best is not None), state.RUNS_SORT.get()))
    st.selectbox(
        "Sort by",
        tuple(options),
        key=state.RUNS_SORT.key,
        persist_state="session",
        format_func=apart(options, lambda column: run_table.label(column) if column else usual, run_table.kind),
        label_visibility="collapsed",
        icon=":material/sort:",
        width=180,
    )
    column, ascending = _order()
    st.button(
        "",
        key="runs.turn",
        help="Ascending; click to turn the order." if ascending else "Descending; click to turn the order.",
        icon=":material/arrow_upward:" if ascending else ":material/arrow_downward:",
        on_click=by,
        args=(column,),
    )


def _options(*, named: bool) -> tuple[str, ...]:
    """List what can be chosen; the start of a run by its name only where the usual order is another one."""
    keyed = tuple(c for c in columns.available() if "." in c)
    return (*(a for a in _ATTRIBUTES if named or a != _NEWEST), *keyed)
