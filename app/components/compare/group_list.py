"""The groups of a comparison with their colours: how many runs each has, what it came to, hidden or not, and its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, table
from components.compare.slots import looks_of_groups
from components.runs.run_table import number_format
from runlake.analysis.grouping import described
from runlake.figures.text import shorten
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.compare.grouping import Grouping

_GRID, _HIDE, _OPEN, _SHOWN = "compare.groups", "compare.groups.hide", "compare.groups.open", "compare.groups.shown"
_LABEL, _BUTTON_PX = 60, 34


def show(grouped: Grouping, values: Mapping[str, float | None], metric: str | None, *, most_px: int) -> None:
    """Draw the groups.

    Args:
        grouped: the groups.
        values: run id to the last value of `metric`.
        metric: its key; None where there is none.
        most_px: the table scrolls beyond this height.
    """
    groups = (*grouped.groups, *grouped.rest)
    labels = [group.label for group in groups]
    st.session_state[_SHOWN] = tuple(labels)
    hidden, opened = set(state.COMPARE_HIDDEN.get()), state.COMPARE_OPEN.get()
    center = state.COMPARE_CENTER.get()
    found = described(groups, values)
    look = looks_of_groups(grouped.groups, grouped.rest)
    colors = [look[group.run_ids[0]].color for group in groups]
    names = _unique([shorten(label, limit=_LABEL) for label in labels])
    shown = pl.DataFrame(
        {
            "hide": ["○" if label in hidden else "●" for label in labels],
            "open": ["▾" if label == opened else "☰" for label in labels],
            "group": [[name] for name in names],
            "n": found["runs"],
            "center": found[center],
            "std": found["std"],
        }
    )
    c = st.column_config
    button: dict[str, Any] = {"type": "tertiary", "width": _BUTTON_PX, "alignment": "center"}
    of = "the last value" if metric is None else f"the last value of {format.markdown(metric)}"
    st.dataframe(
        table.arrow(shown),
        key=_GRID,
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(labels), most_px=most_px),
        placeholder=format.NOTHING,
        column_config={
            "hide": c.ButtonColumn("●", help="Shows or hides the group.", key=_HIDE, on_click=_hide, **button),
            "open": c.ButtonColumn(
                "☰", help="Lists and draws the runs of the group.", key=_OPEN, on_click=_open, **button
            ),
            "group": c.MultiselectColumn("Group", options=names, color=colors, width=_group_px(names)),
            "n": c.NumberColumn("n", help="Runs of the group", width=48),
            "center": c.NumberColumn(
                center.capitalize(),
                help=f"{center.capitalize()} of {of}",
                format=number_format(found[center]),
                width=88,
            ),
            "std": c.NumberColumn(
                "SD", help=f"Standard deviation of {of}, between runs", format=number_format(found["std"]), width=80
            ),
        },
        alt="The groups that are compared, with their colours",
    )


def _group_px(names: Sequence[str]) -> int:
    return min(230, int(30 + 6.8 * max(map(len, names), default=8)))


def _unique(names: Sequence[str]) -> list[str]:
    """Number names that were cut to the same text: a grid tells colours by them."""
    seen: dict[str, int] = {}
    result = []
    for name in map(in_order, names):
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _clicked(key: str) -> str | None:
    click, shown = st.session_state.get(key), st.session_state.get(_SHOWN, ())
    return shown[click["row"]] if click is not None and click["row"] < len(shown) else None


def _hide() -> None:
    label, hidden = _clicked(_HIDE), state.COMPARE_HIDDEN.get()
    if label is not None:
        state.COMPARE_HIDDEN.set(tuple(x for x in hidden if x != label) if label in hidden else (*hidden, label))


def _open() -> None:
    label = _clicked(_OPEN)
    if label is not None:
        state.COMPARE_OPEN.set("" if label == state.COMPARE_OPEN.get() else label)
