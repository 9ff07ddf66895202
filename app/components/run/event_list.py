"""What was done to a run: who, what, when, from which value to which, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import format, table

if TYPE_CHECKING:
    from runlake.query import RunDetail

_LABELS = {
    "when": "When",
    "user": "Who",
    "action": "What",
    "target": "Of",
    "old": "Old",
    "new": "New",
    "reason": "Reason",
    "via": "Through",
    "result": "Result",
}
_WIDTHS = {"when": 150, "user": 110, "action": 130, "target": 160, "old": 160, "new": 260, "reason": 150, "result": 70}


def show(detail: RunDetail) -> None:
    """Draw the events, newest first."""
    events = detail.events
    if events.is_empty():
        st.caption("No event was recorded.")
        return
    st.caption(
        f"{events.height:,} {'event' if events.height == 1 else 'events'}, newest first. "
        "Nobody has checked a name: “local” is the account that acted, “claimed” is what somebody chose in the settings."
    )
    shown = written(events)
    # What no event has would only take width from what some have.
    labels = {name: label for name, label in _LABELS.items() if shown[name].null_count() < shown.height}
    table.show(shown, labels=labels, widths=_WIDTHS, most_px=680, alt="Events of the run, newest first")


def written(events: pl.DataFrame) -> pl.DataFrame:
    """Write each event as texts, one column per question."""
    return pl.DataFrame(
        [
            {
                "when": format.local(event["ts"]),
                "user": event["user"] or "not recorded",
                "action": event["action"],
                "target": event["target_id"] if event["target_type"] != "run" else "this run",
                "old": _value(event["old"]),
                "new": _value(event["new"]),
                "reason": event["reason"],
                "via": ", ".join(part for part in (event["client"], event["auth_method"]) if part) or None,
                "result": event["result"],
            }
            for event in events.iter_rows(named=True)
        ],
        schema=dict.fromkeys(_LABELS, pl.String),
    )


def _value(stored: str | None) -> str | None:
    if stored is None:
        return None
    try:
        parsed = json.loads(stored)
    except ValueError:
        return stored
    if isinstance(parsed, dict):
        return ", ".join(f"{name}: {_plain(value)}" for name, value in parsed.items())
    return _plain(parsed)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
