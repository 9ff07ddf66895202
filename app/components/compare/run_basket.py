"""Which runs are compared: listed, added, taken out, made the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format, table, ticking
from components.apart import apart
from components.compare import grouping
from components.compare.slots import Slot, slots
from components.runs import chosen as chosen_runs
from components.runs import expressions
from reads import data
from runlake.errors import Ambiguous, NotFound
from runlake.formats import in_order
from runlake.ids import short_id
from runlake.query.expression import In, Text
from runlake.query.language import unparse

if TYPE_CHECKING:
    from collections.abc import Sequence

_ADD = "compare.add"
_GRID = "compare.legend"
_REFERENCE, _REMOVE, _OPEN = "compare.legend.reference", "compare.legend.remove", "compare.legend.open"
_OFFERED = 200
_LEGEND_PX, _RUN_PX, _VALUE_PX, _STATUS_PX, _PARAM_PX, _BUTTON_PX = 430, 190, 110, 72, 84, 34


def chosen() -> tuple[Slot, ...]:
    """Return the runs of the basket, each with the look that it has on every page."""
    if not state.basket():
        return ()
    headers = {row["run_id"]: row for row in data.headers(state.basket()).iter_rows(named=True)}
    return slots(state.basket(), headers, grouping.looks(state.basket()))


def has_changed(runs: Sequence[Slot], *, most: int = state.BASKET_SIZE) -> bool:
    """Return whether the basket holds other runs than these, after a click in the legend.

    Args:
        runs: as they are drawn.
        most: how many of the basket are drawn at most.
    """
    return tuple(run.run_id for run in runs) != state.basket()[:most]


def bar(runs: Sequence[Slot], *, title: str = "Compare") -> None:
    """Draw the head of the page: how many runs, one more, none."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(title, anchor=False, width="content")
        if runs:
            st.caption(f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'}", width="content")
        st.space("stretch")
        _adder(runs)
        if runs:
            st.button("Clear", key="compare.clear", icon=":material/close:", on_click=state.set_basket, args=((),))
    if asked := chosen_runs.left_out():
        st.caption(f"The link names {asked:,} runs; the first {state.BASKET_SIZE:,} are compared.")


def legend(
    runs: Sequence[Slot],
    values: dict[str, float],
    metric: str | None,
    *,
    telling: dict[str, list[str | None]],
    most_px: int,
) -> None:
    """Draw the runs with their colours, the last value of `metric`, and what can be done with each.

    Args:
        runs: the comparison.
        values: run id to last value.
        metric: its key.
        telling: parameters that tell the runs apart: key to the value of each run.
        most_px: the table scrolls beyond this height.
    """
    shown = pl.DataFrame(
        {
            "reference": ["★" if place == 0 else "☆" for place in range(len(runs))],
            # The buttons stand first, where a narrow window does not push them out of sight.
            "open": ["↗"] * len(runs),
            "remove": ["✕"] * len(runs),
            "run": [[run.label] for run in runs],
            "value": [format.number(values.get(run.run_id)) for run in runs],
            "status": [run.status for run in runs],
            **{f"param.{key}": texts for key, texts in telling.items()},
        }
    )
    if all(run.status == "finished" for run in runs):
        shown = shown.drop("status")
    run_px = min(_RUN_PX, int(24 + 6.8 * max(len(run.label) for run in runs)))
    value_px = min(_VALUE_PX, int(24 + 7.2 * max(7, len(_heading(metric)))))
    taken = run_px + value_px + 3 * _BUTTON_PX + (_STATUS_PX if "status" in shown.columns else 0)
    kept = list(telling)[: max(0, (_LEGEND_PX - taken) // _PARAM_PX)]
    shown = shown.drop(f"param.{key}" for key in telling if key not in kept)
    c = st.column_config
    button: dict[str, Any] = {"type": "tertiary", "width": _BUTTON_PX, "alignment": "center"}
    st.dataframe(
        table.arrow(shown),
        key=_GRID,
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(runs), most_px=most_px),
        placeholder=format.NOTHING,
        column_config={
            "reference": c.ButtonColumn(
                "★",
                help="The reference; click a star to change it.",
                key=_REFERENCE,
                on_click=lambda: ticking.lead(_clicked(_REFERENCE)),
                **button,
            ),
            "run": c.MultiselectColumn(
                "Run", options=[run.label for run in runs], color=[run.color for run in runs], width=run_px
            ),
            "value": c.TextColumn(_heading(metric), help="The last value", alignment="right", width=value_px),
            "status": c.TextColumn("Status", width=_STATUS_PX),
            **{
                f"param.{key}": c.TextColumn(key.rpartition(".")[2], help=format.markdown(key), width=_PARAM_PX)
                for key in kept
            },
            "open": c.ButtonColumn("", help="Opens the run.", key=_OPEN, **button),
            "remove": c.ButtonColumn(
                "", help="Takes the run out.", key=_REMOVE, on_click=lambda: ticking.drop(_clicked(_REMOVE)), **button
            ),
        },
        alt="The runs that are compared, with their colours",
    )
    opened = _clicked(_OPEN)
    if opened is not None:
        st.switch_page("app_pages/run.py", query_params={"id": opened})


def _heading(metric: str | None) -> str:
    return "Last" if metric is None else in_order(metric.rpartition("/")[2])


def _adder(runs: Sequence[Slot]) -> None:
    if len(runs) >= state.BASKET_SIZE:
        st.caption(f"{state.BASKET_SIZE:,} runs at most", width="content")
        return
    recent = data.runs(columns=("run_id", "name", "experiment"), limit=_OFFERED)
    taken = {run.run_id for run in runs}
    names = {
        row[0]: f"{row[1] or '(unnamed)'} · {row[2] or 'no experiment'} · {short_id(row[0])}"
        for row in recent.iter_rows()
    }
    offered = [run_id for run_id in names if run_id not in taken]
    st.selectbox(
        "Add a run",
        offered,
        index=None,
        key=_ADD,
        format_func=apart(offered, lambda run_id: in_order(names.get(run_id) or str(run_id))),
        placeholder="Add a run: choose, or type an id",
        accept_new_options=True,
        label_visibility="collapsed",
        on_change=_add,
        width=420,
    )


def _add() -> None:
    wanted = st.session_state[_ADD]
    st.session_state[_ADD] = None
    if not wanted:
        return
    run_id = _meant(wanted)
    if run_id is None:
        st.toast(f"No single run goes by {format.markdown(wanted)}.", icon=":material/search_off:", duration="long")
    else:
        state.set_basket([*state.basket(), run_id])


def _meant(text: str) -> str | None:
    """Return the run that an id, part of one, `experiment:name` or a name of its own means."""
    try:
        return data.find(text)
    except (NotFound, Ambiguous):
        named = data.runs(where=unparse(In(expressions.field("name"), (Text(text),))), columns=("run_id",), limit=2)[
            "run_id"
        ]
    return named[0] if named.len() == 1 else None


def _clicked(key: str) -> str | None:
    click, basket = st.session_state.get(key), state.basket()
    return basket[click["row"]] if click is not None and click["row"] < len(basket) else None
