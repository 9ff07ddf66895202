"""The status of a run as a badge: a colour and an icon that says the same."""

from __future__ import annotations

from typing import Literal

import streamlit as st

Colour = Literal["blue", "green", "red", "orange", "gray"]
_LOOK: dict[str, tuple[Colour, str]] = {
    "running": ("blue", ":material/play_circle:"),
    "finished": ("green", ":material/check_circle:"),
    "failed": ("red", ":material/error:"),
    "killed": ("orange", ":material/cancel:"),
}


def icon(status: str) -> str:
    """Return the Material icon of a status."""
    return _LOOK[status][1]


def badge(status: str | None, *, text: str = "") -> None:
    """Draw the badge of a status; `text` stands in its place, such as a count."""
    colour, sign = _LOOK.get(status or "", ("gray", ":material/help:"))
    st.badge(text or status or "not recorded", icon=sign, color=colour)
