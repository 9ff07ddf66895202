"""The choice of a step among those at which something was logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    import state


def show(param: state.Param[str], steps: Sequence[float], *, key: str, width: int = 200) -> float:
    """Draw the slider where there is a choice, and return the step.

    Args:
        param: where it is kept; "" is the last step, also of a run that goes on.
        steps: rising, at least one.
        key: of the widget.
        width: pixels.
    """
    texts = [f"{step:.15g}" for step in steps]
    wanted = param.get()
    st.session_state[key] = wanted if wanted in texts else texts[-1]
    if len(texts) > 1:
        st.select_slider(
            "Step",
            texts,
            key=key,
            on_change=_take,
            args=(param, key, texts[-1]),
            width=width,
            label_visibility="collapsed",
        )
        st.caption(f"step {st.session_state[key]} of {texts[0]} to {texts[-1]}", width="content")
    return steps[texts.index(st.session_state[key])]


def _take(param: state.Param[str], key: str, last: str) -> None:
    chosen = st.session_state[key]
    param.set("" if chosen == last else chosen)
