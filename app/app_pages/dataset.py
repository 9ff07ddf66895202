"""Which data is there, in which versions, and which runs used it?"""

from __future__ import annotations

import streamlit as st

import frame
import state
from components import changing, empty_state
from components.datasets import dataset_runs, dataset_view
from components.runs import basket, run_drawer
from reads import data, used

changing.say()
dataset_view.follow()
names = data.names()
basket.drop_unknown(names)
name = state.DATA_NAME.get()
known = used.overview()

if known.is_empty():
    st.subheader("Data sets", anchor=False)
    empty_state.show(
        "No run has recorded the data that it used.",
        icon=":material/database:",
        command='run.log_dataset("data/train.parquet", "churn", role="train")',
    )
elif not name:
    dataset_view.listing(known)
elif name not in known["name"]:
    dataset_view.unknown(name)
else:
    versions = used.versions(name)
    dataset_view.head(name, versions, known)
    version = dataset_view.versions(versions)
    dataset_runs.show(name, version)
    basket.show(names)
    run_drawer.show(names)

frame.watch(running=False)
