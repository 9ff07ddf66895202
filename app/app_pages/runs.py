"""Which runs are there, and which of them matter?"""

from __future__ import annotations

import streamlit as st

import frame
import state
from components import changing, empty_state, export, links
from components.datasets import dataset_view
from components.runs import (
    basket,
    column_editor,
    columns,
    counts,
    facets,
    filter_bar,
    group_bar,
    group_table,
    primary,
    run_drawer,
    run_table,
    sorting,
    unwritten,
)
from reads import data

changing.say()
dataset_view.follow()
names = data.names()
basket.drop_unknown(names)
head = st.container(horizontal=True, vertical_alignment="center", gap="small")

if not names:
    with head:
        st.subheader("Runs", anchor=False)
    empty_state.no_runs()
else:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = group_bar.narrowed(filter_bar.show(experiments=data.experiment_paths(), users=data.users()))
    in_groups = group_bar.is_on() and not group_bar.is_open()
    found = data.count(where=said.where or None)
    with head:
        counts.show(data.statuses(said.but_status), found=found, total=len(names))
        if said.error is None:
            unwritten.pills(said.where)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        facets.toggle()
        st.space("stretch")
        if in_groups:
            group_bar.spreads()
        else:
            if not group_bar.is_on():
                group_bar.menu()
            sorting.controls()
            menu = st.container(width="content")
    if said.error is not None:
        filter_bar.show_error(said.error)
    elif not found:
        with facets.beside(said.where):
            empty_state.show(
                "No run fits these filters.",
                icon=":material/filter_alt_off:",
                command=said.where,
                action="Clear filters",
                on_action=filter_bar.clear,
                details=filter_bar.unknown(said, columns.available()),
            )
    elif in_groups:
        with frame.guard(), facets.beside(said.where):
            group_table.view(said.where, found=found)
    else:
        # A damaged table of metrics leaves the rest of the page usable.
        with frame.guard():
            decides = primary.chosen()
            leading = () if decides is None else (decides.column,)
            choice = columns.choose((*leading, sorting.shown().column, *said.columns))
            order = sorting.order()
            shown = columns.read(choice, where=said.where, order_by=order, limit=int(state.RUNS_LIMIT.get()))
            with menu:
                column_editor.show(shown.columns)
            if group_bar.is_open():
                group_bar.crumb()
            height = run_table.HEIGHT_PX - (counts.EXPRESSION_PX if said.from_widgets else 0)
            with facets.beside(said.where, height=height):
                run_table.show(
                    shown.rows, shown.columns, order=sorting.shown(), decides=decides, pins=shown.pins, height=height
                )
            column_editor.undrawn(shown.undrawn)
            with counts.below(shown=len(shown.rows), found=found, left_out=choice.left_out, where=said):
                basket.choose_all(said.where, order, found=found)
                group_bar.offer_seeds(said.where)
                links.explore(said.but_experiment, state.RUNS_EXPERIMENT.get())
                export.runs(shown.columns, where=said.where, order_by=order, found=found)
    basket.show(names)
    run_drawer.show(names)

frame.watch(running="running" in data.statuses(""))
