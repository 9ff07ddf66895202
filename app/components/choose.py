"""A box to choose from what there is: only what the reader chose is kept, so that a link says nothing of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.apart import apart
from components.charts import curve_controls
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import state


def one(
    param: state.Param[str],
    options: Sequence[str],
    *,
    label: str,
    usual: str | None = None,
    shown: Callable[[str], str] = in_order,
    width: int = 260,
    help: str | None = None,
) -> str:
    """Draw the box and return what is chosen.

    Args:
        param: where the choice is kept; one that is not among the options counts as none.
        options: at least one.
        label: fixed words of ours.
        usual: what is shown where nothing was chosen; None is the first.
        shown: how an option reads.
        width: pixels.
        help: words of ours on hover.
    """
    wanted = param.get()
    first = usual if usual is not None and usual in options else options[0]
    value = wanted if wanted in options else first
    chosen: str = st.selectbox(
        label,
        list(options),
        format_func=apart(options, shown),
        width=width,
        label_visibility="collapsed" if help is None else "visible",
        help=help,
        **curve_controls.mirror(param, value),
    )
    return chosen
