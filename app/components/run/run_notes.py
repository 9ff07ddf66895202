"""The form that writes what a run is for and what came of it; what was there before stays in its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components import changing, finding
from runlake.actions import note_run
from runlake.errors import InvalidValue, RunlakeError
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlake.query import RunDetail

FIELDS = {
    "hypothesis": "Hypothesis",
    "expected_outcome": "Expected outcome",
    "conclusion": "Conclusion",
    "notes": "Notes",
}
_SAVED = "run.notes.saved"  # how often; a new number is a new form, which is closed and has what was saved


def show(detail: RunDetail) -> None:
    """Draw the button that opens the form."""
    refusal = changing.refusal()
    form = f"run.notes.{st.session_state.get(_SAVED, 0)}"
    with st.popover(
        "Write", icon=":material/edit_note:", disabled=bool(refusal), help=refusal or None, width="content", key=form
    ):
        if refusal:
            return
        with st.form(f"{form}.form", border=False):
            shown = {name: in_order(str(detail.header[name] or "")) for name in FIELDS}
            given = {
                name: st.text_area(title, shown[name], height=68, key=f"{form}.{name}")
                for name, title in FIELDS.items()
            }
            reason = st.text_input("Reason", placeholder="Why? Kept with the change", key=f"{form}.reason")
            sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
        if sent:
            _save(detail.run_id, changed(shown, given), reason)


def changed(shown: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Take what differs from what was shown; the rest stays what it is, whoever may have changed it meanwhile.

    >>> changed({"notes": "a", "conclusion": ""}, {"notes": "a ", "conclusion": "It is."})
    {'conclusion': 'It is.'}
    """
    return {name: text.strip() for name, text in given.items() if text.strip() != shown[name].strip()}


def _save(run_id: str, texts: dict[str, Any], reason: str) -> None:
    try:
        if not texts:
            raise InvalidValue("note", "nothing that differs", "at least one change")
        changing.make(
            lambda store, actor: note_run(store, run_id, **texts, actor=actor, reason=reason or None), done="Saved."
        )
    except RunlakeError as error:
        finding.show("This was not saved.", str(error))
        return
    st.session_state[_SAVED] = st.session_state.get(_SAVED, 0) + 1
    st.rerun()
