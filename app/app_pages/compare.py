"""How do the chosen runs differ?"""

from __future__ import annotations

import streamlit as st

import frame
from components import empty_state, links
from components.compare import compare_sections, run_basket, same_data

chosen = run_basket.chosen()
run_basket.bar(chosen)
if not chosen:
    empty_state.show(
        "No runs are chosen. Tick some on the Runs page, or add one here.", icon=":material/compare_arrows:"
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link(links.runs(), label="Choose runs", icon=":material/table_rows:")
else:
    same_data.show(chosen)
    compare_sections.show(chosen)
    frame.watch(running=any(run.status == "running" for run in chosen))
