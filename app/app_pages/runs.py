"""Which runs are there, and which of them matter?"""

from __future__ import annotations

import streamlit as st

import data
import frame
import state
from components import (
    basket,
    changing,
    columns,
    counts,
    empty_state,
    export,
    filter_bar,
    links,
    primary,
    run_drawer,
    run_table,
    sorting,
)

changing.say()
names = data.names()
basket.drop_unknown(names)
head = st.container(horizontal=True, vertical_alignment="center", gap="small")

if not names:
    with head:
        st.subheader("Runs", anchor=False)
    empty_state.no_runs()
else:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = filter_bar.show(experiments=data.experiment_paths(), users=data.users())
    found = data.count(where=said.where or None)
    with head:
        counts.show(data.statuses(said.but_status), found=found, total=len(names))
        st.space("stretch")
        sorting.controls()
        columns.controls()
    if said.error is not None:
        filter_bar.show_error(said.error)
    elif not found:
        empty_state.show(
            "No run fits these filters.",
            icon=":material/filter_alt_off:",
            command=said.where,
            action="Clear filters",
            on_action=filter_bar.clear,
            details=filter_bar.unknown(said, columns.available()),
        )
    else:
        # A damaged table of metrics leaves the rest of the page usable.
        with frame.guard():
            decides = primary.chosen()
            leading = () if decides is None else (decides.column,)
            choice = columns.choose((*leading, sorting.shown().column, *said.columns))
            order = sorting.order()
            rows, shown = columns.read(choice, where=said.where, order_by=order, limit=int(state.RUNS_LIMIT.get()))
            height = run_table.HEIGHT_PX - (counts.EXPRESSION_PX if said.from_widgets else 0)
            run_table.show(rows, shown, order=sorting.shown(), decides=decides, height=height)
            with counts.below(shown=len(rows), found=found, left_out=choice.left_out, where=said):
                basket.choose_all(said.where, order, found=found)
                links.explore(said.but_experiment, state.RUNS_EXPERIMENT.get())
                export.button(shown, where=said.where, order_by=order, found=found)
    basket.show(names)
    run_drawer.show(names)

frame.watch(running="running" in data.statuses(""))
