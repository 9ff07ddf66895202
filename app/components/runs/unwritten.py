"""Runs about which something is still to be said: those without a conclusion, those without a hypothesis."""

from __future__ import annotations

import streamlit as st

from components import format
from components.runs import choosing
from reads import faceted
from runlake.query.choice import Choice
from runlake.query.expression import Field, FieldKind

_KEY = "runs.unwritten"
_FIELDS = {name: Field(FieldKind.ATTRIBUTE, name) for name in ("conclusion", "hypothesis")}
_ICON = ":material/edit_note:"


def pills(where: str) -> None:
    """Draw the switches that also count, in the row that is open.

    Args:
        where: the filter of the page; each switch counts what fits the rest of it.
    """
    counts = {facet.field.key: facet.missing for facet in faceted.counted(where, tuple(_FIELDS.values()))}
    st.session_state[_KEY] = [name for name, field in _FIELDS.items() if choosing.chosen(field) == Choice(missing=True)]
    st.pills(
        "Not written",
        list(_FIELDS),
        key=_KEY,
        selection_mode="multi",
        format_func=lambda name: f"{_ICON} {format.segment(f'{counts[name]:,} without {name}')}",
        on_change=_turn,
        label_visibility="collapsed",
    )


def _turn() -> None:
    wanted = st.session_state[_KEY]
    for name, field in _FIELDS.items():
        if (name in wanted) != (choosing.chosen(field) == Choice(missing=True)):
            choosing.choose(field, Choice(missing=name in wanted))
