"""Grids whose rows are ticked and whose headings are clicked; what is ticked goes into the basket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid by its name: a click on a heading sorts all rows of the store, a tick chooses the row.

    The grid itself would sort no more than the rows that it holds: where columns can be chosen, a click on a heading
    chooses the column instead.
    """

    name: str

    @property
    def key(self) -> str:
        """The key of the widget: a new one after each click on a heading, which the old grid would keep chosen."""
        clicks = st.session_state.get(self._clicks, 0)
        return f"{self.name}.{clicks}" if clicks else self.name

    @property
    def _clicks(self) -> str:
        return f"{self.name}.clicks"

    def tick(self, rows: Sequence[int]) -> None:
        """Tick these rows; before the grid is drawn."""
        st.session_state[self.key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}

    def take(self, by: Callable[[str], None], ticked: Callable[[Sequence[int]], None]) -> None:
        """Callback of the grid: hand on the column whose heading was clicked, or the rows that are ticked now."""
        selection = st.session_state[self.key]["selection"]
        if selection["columns"]:
            by(selection["columns"][0])
            st.session_state[self._clicks] = st.session_state.get(self._clicks, 0) + 1
        else:
            ticked(selection["rows"])


def choose(run_ids: Sequence[str]) -> None:
    """Choose these runs for comparison, and say so where they are too many."""
    state.set_basket(list(run_ids))
    if len(run_ids) > state.BASKET_SIZE:
        st.toast(
            f"At most {state.BASKET_SIZE:,} runs can be compared; the rest were left out.",
            icon=":material/info:",
            duration="long",
        )


def lead(run_id: str | None) -> None:
    """Make a chosen run the reference."""
    if run_id is not None:
        state.set_basket([run_id, *(one for one in state.basket() if one != run_id)])


def drop(run_id: str | None) -> None:
    """Take a run out of those that are chosen."""
    state.set_basket([one for one in state.basket() if one != run_id])
