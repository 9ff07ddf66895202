"""Facets: how many of the runs that fit the rest of the filter have each value of a key, and a click to choose it.

What is chosen becomes a condition of the filter box, or, of status and user, what their own widgets say.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

import state
from components.apart import apart
from components.browser_part import part
from components.datasets import dataset_view
from components.runs import choosing, columns, expressions, facet_rows, primary, run_table
from reads import data, faceted
from runlake.query.choice import Choice
from runlake.query.expression import Field, FieldKind, Text
from runlake.query.language import unparse
from runlake.query.names import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runlake.query.choice import Value

WIDTH_PX = 256
_KEY, _SHOWN, _PICK, _CHOOSER = "runs.facets.panel", "runs.facets.shown", "runs.facets.keys", "runs.facets.choose"
_CHOOSER_PX = 52
_MOST = 24  # keys at once
# Attributes with few values, or with numbers.
_ATTRIBUTES = (
    *("status", "user", "experiment", "host", "duration_s", "conclusion", "hypothesis", "expected_outcome", "notes"),
    *(
        "source_type",
        "entry_point",
        "git_branch",
        "git_commit",
        "git_dirty",
        "python_version",
        "platform",
        "cpu",
        "gpu",
    ),
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the browser was given, by the ids that it hands back."""

    fields: dict[str, Field]
    values: dict[str, Value]


def toggle() -> None:
    """Draw the switch that shows the panel, in the row that is open."""
    st.toggle("Facets", key=state.RUNS_FACETED.key, persist_state="session")


@contextmanager
def beside(where: str, *, height: int = run_table.HEIGHT_PX) -> Iterator[None]:
    """Draw the panel, where it is wanted, to the left of what is drawn inside.

    Args:
        where: the filter of the page, all of it.
        height: of the panel in pixels.
    """
    if not state.RUNS_FACETED.get():
        yield
        return
    with st.container(horizontal=True, gap="small"):
        _panel(where, height=height)
        with st.container(width="stretch"):
            yield


def _panel(where: str, *, height: int) -> None:
    with st.container(width=WIDTH_PX, gap="small"):
        fields = _fields()
        _keys(fields)
        found = faceted.counted(where, fields)
        shown = _Shown({facet_rows.handle(spell(one.field)): one.field for one in found}, {})
        prepared = [facet_rows.prepared(one, shown.values) for one in found]
        st.session_state[_SHOWN] = shown
        part("facets")(data={"height": height - _CHOOSER_PX, "facets": prepared}, key=_KEY, on_pick_change=_picked)


def _fields() -> tuple[Field, ...]:
    """Return the keys of the panel: those that the link names, else what tells the runs of the experiment apart."""
    own = [field for spelling in state.RUNS_FACETS.get() if (field := faceted.known(spelling)) is not None]
    if own:
        return tuple(dict.fromkeys(own))[:_MOST]
    under = expressions.under(state.RUNS_EXPERIMENT.get())
    usual = faceted.usual("" if under is None else unparse(under))
    decides = primary.chosen()
    if decides is None:
        return usual
    # After the status, where it is in sight: it is what most questions are about.
    return (*usual[:1], expressions.field(decides.column, columns.available()), *usual[1:])


def _keys(fields: tuple[Field, ...]) -> None:
    chooser = st.popover(
        f"Keys ({len(fields)})", icon=":material/tune:", key=_CHOOSER, on_change="rerun", width="stretch"
    )
    if not chooser.open:
        return
    spelled = [spell(field) for field in fields]
    st.session_state[_PICK] = spelled
    offered = list(dict.fromkeys([*_offered(), *spelled]))
    with chooser:
        st.multiselect(
            "Keys in the panel, in this order",
            offered,
            key=_PICK,
            format_func=apart(offered, _named),
            max_selections=_MOST,
            on_change=_keep,
            width=420,
        )
        st.button(
            "As usual",
            key="runs.facets.usual",
            type="tertiary",
            on_click=state.RUNS_FACETS.reset,
            help="The keys that tell the runs of this experiment apart.",
        )


def _offered() -> list[str]:
    keys = data.keys()
    return [
        *_ATTRIBUTES,
        *([spell(facet_rows.DATA)] if keys.datasets else []),
        *faceted.spelled(FieldKind.TAG, keys.tags),
        *faceted.spelled(FieldKind.PARAM, keys.params),
        *faceted.spelled(FieldKind.METRIC, keys.metrics),
        *faceted.spelled(FieldKind.SUMMARY, keys.summary),
        *faceted.spelled(FieldKind.DATASET, keys.datasets),
    ]


def _named(spelling: str) -> str:
    field = faceted.known(spelling)
    if field is None:
        return spelling
    kind = facet_rows.kind(field)
    return f"{facet_rows.label(field)}  ({kind})" if kind else facet_rows.label(field)


def _keep() -> None:
    state.RUNS_FACETS.set(tuple(st.session_state[_PICK]))


def _picked() -> None:
    """Do what was clicked in the panel; what is no longer shown is passed over."""
    picked: Mapping[str, Any] | None = st.session_state[_KEY].get("pick")
    shown: _Shown | None = st.session_state.get(_SHOWN)
    if picked is None or shown is None or (field := shown.fields.get(str(picked.get("facet")))) is None:
        return
    what, value = picked.get("what"), shown.values.get(str(picked.get("value")))
    if what == "hide":
        state.RUNS_FACETS.set(tuple(spell(one) for one in shown.fields.values() if one != field))
    elif what == "open" and isinstance(value, Text):
        dataset_view.aim(value.value)
    elif (choice := _after(field, picked, value)) is not None:
        choosing.choose(field, choice)


def _after(field: Field, picked: Mapping[str, Any], value: Value | None) -> Choice | None:
    """Return what is chosen of a field after a click; None where nothing changes.

    Counted from what is chosen now: the panel in the browser may be behind by a click.
    """
    before = choosing.chosen(field)
    match picked.get("what"), picked.get("value"):
        case "clear", _:
            return Choice()
        case "range", _:
            return choosing.with_range(before, picked.get("low"), picked.get("high"))
        case "value", str(special) if special in facet_rows.SPECIAL:
            return choosing.turned(before, special)
        case "value", _ if value is not None:
            return choosing.with_value(before, value)
    return None
