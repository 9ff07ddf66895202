"""What the runs are grouped by, which of their numbers are summarised, and which group is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.apart import apart
from components.runs import columns, expressions, primary, run_table
from reads import data, grouping
from runlake.errors import QueryError
from runlake.formats import in_order
from runlake.query.expression import METRIC_ASPECTS
from runlake.query.grouped import ALL_BUT_SEED
from runlake.query.language import parse, unparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.runs.filter_bar import Filter
    from runlake.query.expression import Node

_SHOWN = "runs.by.shown"
_METRICS = "runs.of.shown"
_ATTRIBUTES = (
    *("experiment", "user", "status", "git_commit", "git_branch", "git_dirty", "host", "entry_point", "source_type"),
    *("python_version", "platform", "cpu", "gpu", "parent_run_id", "name"),
)
_NUMBERS = ("duration_s", "memory_bytes")
_WORDS = {"datasets.name": "Data sets", "datasets.version": "Data set versions"}
_MOST_NAMED = 6
MOST_KEYS = 60  # that are shown; what all but the seed takes may be more
SPREADS = {"interval": "± 95 %", "sd": "SD", "median": "Median", "range": "Min and max"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """What is asked of groups, with what the reader left open filled in.

    Attributes:
        by: columns that the runs of a group agree in.
        metrics: columns whose numbers are summarised, the primary metric first.
        where: which runs.
    """

    by: tuple[str, ...]
    metrics: tuple[str, ...]
    where: str


def is_on() -> bool:
    """Return whether groups are asked for, one of which may be open."""
    return bool(state.RUNS_BY.get())


def is_open() -> bool:
    """Return whether the runs of one group are shown."""
    return is_on() and _opened() is not None


def chosen(where: str) -> Grouping:
    """Return what is grouped by and summarised; what a link names and the store does not have is left out."""
    by = tuple(name for part in state.RUNS_BY.get() for name in _resolved(part, where) if _can_group(name))
    return Grouping(tuple(dict.fromkeys(by)), _metrics(where), where)


def label(column: str) -> str:
    """Return the heading of a key."""
    if column in _WORDS:
        return _WORDS[column]
    return in_order(column.removeprefix("datasets.")) if column.startswith("datasets.") else run_table.label(column)


def menu() -> None:
    """Draw the menu that starts to group."""
    opened = st.popover("Group", icon=":material/workspaces:", on_change="rerun", key="runs.by.menu")
    if opened.open:
        with opened:
            st.button(
                "Everything but the seed",
                key="runs.by.seed",
                icon=":material/casino:",
                help="All parameters that vary among the runs shown, but seeds and folds.",
                on_click=all_but_seed,
                width="stretch",
            )
            _keys_box((), "Group by columns: a parameter, a tag, the user, the commit")


def offer_seeds(where: str) -> None:
    """Draw the one click that groups by all but the seed, where a seed is what some of the runs differ in."""
    if not is_on() and grouping.params_that_vary(where).seeds:
        st.button(
            "Group all but the seed",
            key="runs.by.seed.below",
            icon=":material/workspaces:",
            type="tertiary",
            on_click=all_but_seed,
            help="One row per setting, with mean and spread over its seeds and folds.",
        )


def all_but_seed() -> None:
    """Group by all that varies but the seed; a callback."""
    state.RUNS_LEFT_OUT.reset()
    _group((ALL_BUT_SEED,))


def controls(asked: Grouping, *, mixes: tuple[str, ...]) -> None:
    """Draw what is grouped by and summarised, to be changed, and what keeps groups from forming."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _keys_box(
            asked.by[:MOST_KEYS],
            "Nothing varies but the seed" if ALL_BUT_SEED in state.RUNS_BY.get() else "Group by columns",
        )
        _metrics_box(asked)
        st.button("Ungroup", icon=":material/close:", key="runs.by.none", on_click=ungroup)
    _remarks(asked, mixes)


def spreads() -> None:
    """Draw the choice of what is said of the spread."""
    state.RUNS_SPREADS.set(state.RUNS_SPREADS.get())  # the widget itself would begin with nothing chosen
    st.pills(
        "Spread",
        state.SPREADS,
        key=state.RUNS_SPREADS.key,
        persist_state="session",
        selection_mode="multi",
        format_func=lambda name: format.segment(SPREADS[name]),
        label_visibility="collapsed",
    )


def ungroup() -> None:
    """Go back to the runs; a callback."""
    for param in (state.RUNS_BY, state.RUNS_LEFT_OUT, state.RUNS_OF, state.RUNS_GROUP, state.RUNS_GROUP_SORT):
        param.reset()
    state.RUNS_GROUP_ASCENDING.reset()


def close() -> None:
    """Go back to all groups; a callback."""
    state.RUNS_GROUP.reset()


def narrowed(said: Filter) -> Filter:
    """Add what the runs of the open group have in common."""
    group = _opened()
    if not is_on() or group is None:
        return said

    def both(text: str) -> str:
        node = expressions.all_of(parse(text) if text else None, group)
        return "" if node is None else unparse(node)

    return replace(
        said,
        where=both(said.where),
        but_status=both(said.but_status),
        but_experiment=both(said.but_experiment),
        from_widgets=True,
    )


def crumb() -> None:
    """Draw the way back from the runs of one group to all groups."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All groups", icon=":material/arrow_back:", key="runs.group.close", type="tertiary", on_click=close)
        st.caption("The runs of one group", width="content")


def _opened() -> Node | None:
    text = state.RUNS_GROUP.get()
    try:
        return parse(text) if text else None
    except QueryError:
        return None


def _resolved(part: str, where: str) -> tuple[str, ...]:
    return grouping.params_that_vary(where).but(state.RUNS_LEFT_OUT.get()) if part == ALL_BUT_SEED else (part,)


def _can_group(name: str) -> bool:
    if name in _WORDS:
        return True
    if name.startswith("datasets."):
        return name.removeprefix("datasets.") in data.keys().datasets
    return name == "name" or (columns.is_known(name) and not name.startswith(run_table.CURVE))


def _metrics(where: str) -> tuple[str, ...]:
    known = tuple(name for name in state.RUNS_OF.get() if name in _NUMBERS or _is_number(name))
    best = primary.chosen()
    return known or ((best.column,) if best is not None else grouping.usual_metrics(where))


def _is_number(name: str) -> bool:
    if not columns.is_known(name) or not name.startswith(("metrics.", "summary.")):
        return False
    return name.startswith("metrics.") or data.runs(columns=(name,), limit=1)[name].dtype.is_numeric()


def _group(by: tuple[str, ...]) -> None:
    state.RUNS_BY.set(by)
    for param in (state.RUNS_GROUP, state.RUNS_GROUP_SORT):
        param.reset()
    state.RUNS_GROUP_ASCENDING.reset()


def _keys_box(by: tuple[str, ...], placeholder: str) -> None:
    st.session_state[_SHOWN] = list(by)
    keys = data.keys()
    options = (
        *_ATTRIBUTES,
        *(_WORDS if keys.datasets else ()),
        *(f"datasets.{name}" for name in keys.datasets),
        *(c for c in columns.available() if c.startswith(("params.", "tags.", "summary."))),
    )
    st.multiselect(
        "Group by",
        tuple(dict.fromkeys((*options, *by))),
        key=_SHOWN,
        format_func=apart(
            (*options, *by),
            lambda column: label(column) if column.startswith("params.") else f"{label(column)}  ({_kind(column)})",
        ),
        placeholder=placeholder,
        on_change=_rekey,
        args=(by,),
        label_visibility="collapsed",
    )


def _kind(column: str) -> str:
    return "data set" if column.startswith("datasets.") else run_table.kind(column)


def _rekey(before: tuple[str, ...]) -> None:
    """Take over what was changed in the list; what all but the seed brings goes on following the runs shown."""
    now = tuple(st.session_state[_SHOWN])
    if not now and before:
        ungroup()
    elif ALL_BUT_SEED in state.RUNS_BY.get():
        own = [name for name in state.RUNS_BY.get() if name == ALL_BUT_SEED or name in now]
        gone = [name for name in before if name not in now and name.startswith("params.")]
        back = [name for name in now if name in state.RUNS_LEFT_OUT.get()]
        left_out = (*(name for name in state.RUNS_LEFT_OUT.get() if name not in back), *gone)
        state.RUNS_LEFT_OUT.set(tuple(dict.fromkeys(left_out)))
        _group((*own, *(name for name in now if name not in before and name not in back)))
    else:
        _group(now)


def _metrics_box(asked: Grouping) -> None:
    st.session_state[_METRICS] = list(asked.metrics)
    keys = data.keys()
    aspects = [""] + [f".{aspect}" for aspect in METRIC_ASPECTS[1:]]
    options = (
        *(f"metrics.{key}{aspect}" for key in keys.metrics for aspect in aspects),
        *(f"summary.{key}" for key in keys.summary),
        *_NUMBERS,
    )
    st.multiselect(
        "Numbers",
        tuple(dict.fromkeys((*asked.metrics, *options))),
        key=_METRICS,
        format_func=apart((*asked.metrics, *options), run_table.label, run_table.kind),
        placeholder="The primary metric",
        on_change=_remeasure,
        label_visibility="collapsed",
        width=330,
    )


def _remeasure() -> None:
    state.RUNS_OF.set(tuple(st.session_state[_METRICS]))


def _remarks(asked: Grouping, mixes: tuple[str, ...]) -> None:
    automatic = ALL_BUT_SEED in state.RUNS_BY.get()
    found = grouping.params_that_vary(asked.where) if automatic else None
    own = () if found is None else tuple(name for name in found.own if name in asked.by)
    if found is None and not mixes:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if found is not None:
            by_reader = state.RUNS_LEFT_OUT.get()
            parts = [f"**Everything but the seed.** Left out: {_named(found.seeds) or 'no seed varies'}"]
            parts += [f"; by you: {_named(by_reader)}"] if by_reader else []
            parts += [f"; of {len(asked.by):,} columns the first {MOST_KEYS} are shown"] * (len(asked.by) > MOST_KEYS)
            st.caption("".join(parts) + ".", width="content")
        if own:
            said = f"Each run has its own {_named(own)}, which keeps groups from forming."
            _offer(said, "Leave it out" if len(own) == 1 else "Leave them out", "own", own, _leave_out)
        if mixes:
            said = f"Runs of one group differ in {_named(mixes)}."
            _offer(said, "Group by it too" if len(mixes) == 1 else "Group by these too", "mix", mixes, _add)


def _offer(
    said: str, action: str, what: str, names: tuple[str, ...], on_click: Callable[[tuple[str, ...]], None]
) -> None:
    st.badge("Note", icon=":material/info:", color="orange")
    st.caption(said, width="content")
    st.button(action, key=f"runs.by.{what}", type="tertiary", on_click=on_click, args=(names,))


def _leave_out(names: tuple[str, ...]) -> None:
    state.RUNS_LEFT_OUT.set(tuple(dict.fromkeys((*state.RUNS_LEFT_OUT.get(), *names))))


def _add(names: tuple[str, ...]) -> None:
    _group((*state.RUNS_BY.get(), *names))


def _named(names: tuple[str, ...]) -> str:
    shown = [format.markdown(label(name)) for name in names[:_MOST_NAMED]]
    return ", ".join(shown) + (f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else "")
