"""Two texts side by side or one below the other, with the numbers of their lines; what they say is text alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.browser_part import part
from components.charts import curve_controls
from runlake.analysis.lines import Mark
from runlake.formats import in_order, plain

if TYPE_CHECKING:
    from runlake.analysis.lines import Difference, Row

MOST_ROWS = 2_000
_LINE = 2_000


def layout() -> bool:
    """Draw the choice of how the texts stand, in the row that is open; return whether below each other."""
    curve_controls.ready(state.COMPARE_LAYOUT)
    st.segmented_control(
        "Layout",
        state.COMPARE_LAYOUT.choices,
        key=state.COMPARE_LAYOUT.key,
        format_func=format.segment,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return state.COMPARE_LAYOUT.get() == "Unified"


def show(found: Difference, *, left: str, right: str, unified: bool, key: str, alt: str) -> None:
    """Draw a difference, and say what is left out of it.

    Args:
        found: rows, folded.
        left, right: names of the two texts.
        unified: whether they stand below each other.
        key: of the widget.
        alt: what it is, for those who do not see it.
    """
    if found.is_same and not found.cut:
        st.caption("The two are equal.")
        return
    rows = found.rows[:MOST_ROWS]
    part("line_diff", is_styled=False)(
        data={
            "left": in_order(left),
            "right": in_order(right),
            "unified": unified,
            "alt": in_order(alt),
            "rows": [_row(row) for row in rows],
        },
        key=key,
    )
    st.caption(_said(found, len(rows)))


def _said(found: Difference, shown: int) -> str:
    said = f"{found.removed:,} {_lines(found.removed)} removed, {found.added:,} {_lines(found.added)} added."
    if len(found.rows) > shown:
        said += f" The first {shown:,} of {len(found.rows):,} rows are shown."
    if found.cut:
        said += f" The last {found.cut:,} lines were not looked at."
    return said


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"


def _row(row: Row) -> list[object]:
    if row.mark is Mark.FOLDED:
        return [row.mark.value, row.folded]
    left, right = _text(row.left), _text(row.right)
    ends = _ends(left, right) if row.mark is Mark.CHANGED and left is not None and right is not None else None
    return [row.mark.value, row.left_at, left, row.right_at, right, ends]


def _text(line: str | None) -> str | None:
    """Show every character that does not print, but for tabs; a long line is cut."""
    if line is None:
        return None
    cut = line if len(line) <= _LINE else f"{line[:_LINE]}…"
    return "\t".join(plain(part) for part in cut.split("\t"))


def _ends(left: str, right: str) -> list[int] | None:
    """Return how much of both lines is equal at the beginning and at the end; None where that says nothing."""
    if max(map(ord, left + right), default=0) > 0xFFFF:
        return None  # the browser counts these characters twice
    short = min(len(left), len(right))
    first = next((n for n in range(short) if left[n] != right[n]), short)
    last = next((n for n in range(short - first) if left[-1 - n] != right[-1 - n]), short - first)
    return [first, last] if (first + last) * 3 >= max(len(left), len(right)) else None
