"""Which of the compared runs stand beside the reference, where not all of them fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state

if TYPE_CHECKING:
    from components.compare.slots import Slot


def show(runs: tuple[Slot, ...], *, most: int, key: str) -> tuple[Slot, ...]:
    """Return the reference and as many others as fit; where that leaves some out, draw what pages through them.

    Args:
        runs: the comparison, the reference first.
        most: columns, the reference among them.
        key: of the widget.
    """
    if len(runs) <= most:
        return runs
    others = most - 1
    pages = -(-(len(runs) - 1) // others)
    at = min(int(state.COMPARE_BESIDE.get()), pages)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        at = st.pagination(pages, key=f"{key}.{pages}", default=at)
        first = 1 + (at - 1) * others
        last = min(first + others, len(runs))
        st.caption(f"Beside the reference: runs {first + 1:,} to {last:,} of {len(runs):,}.", width="content")
    state.COMPARE_BESIDE.set(float(at))
    return (runs[0], *runs[first:last])
