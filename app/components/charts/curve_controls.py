"""How the reader wants to see curves: x axis, smoothing, scales, and the stretch dragged over in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

import state
from components import format
from components.apart import apart
from runlake.analysis.arrange import View
from runlake.analysis.series import XAxis, natural_order
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Collection

T = TypeVar("T", str, float, bool, tuple[str, ...])

PERCENTS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_AXES = {
    XAxis.STEP.value: "Step",
    XAxis.RELATIVE.value: "Relative time",
    XAxis.TIME.value: "Clock time",
    XAxis.METRIC.value: "Metric",
}


@dataclass(frozen=True, slots=True)
class Knobs:
    """Where one page keeps what the reader chose."""

    x: state.Param[str]
    smooth: state.Param[float]
    log_x: state.Param[bool]
    log_y: state.Param[bool]
    stretch: state.Param[str]
    over: state.Param[str]


RUN = Knobs(
    state.RUN_X, state.RUN_SMOOTH, state.RUN_LOG_X, state.RUN_LOG_Y, state.RUN_STRETCH, state.RUN_OVER
)  # fmt: skip
COMPARE = Knobs(
    state.COMPARE_X, state.COMPARE_SMOOTH, state.COMPARE_LOG_X, state.COMPARE_LOG_Y, state.COMPARE_STRETCH,
    state.COMPARE_OVER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader chose."""

    view: View
    log_x: bool
    log_y: bool


def show(knobs: Knobs, metrics: Collection[str]) -> Choice:
    """Draw the controls, in the row that is open, and return what they say.

    Args:
        knobs: where they keep it.
        metrics: keys that can be the x axis.
    """
    ready(knobs.x, knobs.smooth, knobs.log_x, knobs.log_y, knobs.over)
    st.segmented_control(
        "X axis",
        list(_AXES),
        format_func=lambda axis: format.segment(_AXES[axis]),
        key=knobs.x.key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        on_change=knobs.stretch.reset,
    )
    if knobs.x.get() == XAxis.METRIC:
        _over(knobs, metrics)
    st.selectbox(
        "Smoothing",
        sorted({*PERCENTS, knobs.smooth.get()}),
        key=knobs.smooth.key,
        format_func=lambda percent: f"Smoothing {percent:g} %" if percent else "Smoothing off",
        persist_state="session",
        label_visibility="collapsed",
        width=160,
    )
    st.toggle("Log y", key=knobs.log_y.key, persist_state="session")
    st.toggle("Log x", key=knobs.log_x.key, persist_state="session", disabled=knobs.x.get() == XAxis.TIME)
    return choice(knobs, metrics)


def _over(knobs: Knobs, metrics: Collection[str]) -> None:
    """Draw the choice of the metric that is the x axis; one that a link names and nobody has logged stays in sight."""
    options = list(dict.fromkeys(("", *natural_order(metrics), knobs.over.get())))
    st.selectbox(
        "Over the metric",
        options,
        key=knobs.over.key,
        format_func=apart(options, lambda key: in_order(key) or "Choose a metric"),
        persist_state="session",
        on_change=knobs.stretch.reset,
        label_visibility="collapsed",
        width=200,
    )


def choice(knobs: Knobs, metrics: Collection[str]) -> Choice:
    """Return what the reader chose, without drawing anything; over steps where no metric is chosen, or none of these."""
    axis, over = XAxis(knobs.x.get()), knobs.over.get()
    if axis is XAxis.METRIC and over not in metrics:
        axis, over = XAxis.STEP, ""
    stretch = read_stretch(knobs.stretch.get())
    view = View(axis=axis, smooth_percent=knobs.smooth.get(), stretch=stretch, over=over)
    return Choice(view, log_x=knobs.log_x.get() and axis is not XAxis.TIME, log_y=knobs.log_y.get())


def say(knobs: Knobs, choice: Choice) -> None:
    """Say that steps are the x axis where the reader asked for a metric, and why."""
    if knobs.x.get() != XAxis.METRIC or choice.view.axis is XAxis.METRIC:
        return
    over = knobs.over.get()
    why = f"{format.markdown(over)} was not logged" if over else "No metric is chosen for the x axis"
    st.caption(f"{why}, so the curves are drawn over steps.")


def show_stretch(knobs: Knobs) -> None:
    """Say which stretch of the x axis is shown, where it is not all of it, and offer to show all."""
    if read_stretch(knobs.stretch.get()) is None:
        return
    st.button(
        "Show the whole x axis",
        key=f"{knobs.stretch.key}.all",
        icon=":material/zoom_out_map:",
        type="tertiary",
        on_click=knobs.stretch.reset,
    )


def take_stretch(knobs: Knobs, chart_key: str) -> None:
    """Callback of a picture: keep the stretch that was dragged over last."""
    boxes: list[dict[str, Any]] = st.session_state[chart_key]["selection"]["box"]
    edges = [_position(edge) for edge in boxes[-1]["x"]] if boxes else []
    if len(edges) == 2 and max(edges) > min(edges):
        # Milliseconds since 1970 need thirteen digits.
        digits = 14 if knobs.x.get() == XAxis.TIME else 7
        knobs.stretch.set(f"{min(edges):.{digits}g}:{max(edges):.{digits}g}")


def read_stretch(text: str) -> tuple[float, float] | None:
    """Read `low:high`; None for anything else."""
    low, _, high = text.partition(":")
    try:
        edges = (float(low), float(high))
    except ValueError:
        return None
    return edges if -1e300 < edges[0] < edges[1] < 1e300 else None


def mirror(param: state.Param[T], value: T) -> dict[str, Any]:
    """Return what makes a widget show `value` without having been chosen: only a choice of the reader's is kept.

    What a page shows by itself then follows the runs that it shows, and stays out of the address.
    """
    key = f"{param.key}.shown"
    st.session_state[key] = list(value) if isinstance(value, tuple) else value
    return {"key": key, "on_change": _keep, "args": (param, key, value)}


def _keep(param: state.Param[Any], key: str, shown: object) -> None:
    value = st.session_state[key]
    value = tuple(value) if isinstance(param.default, tuple) else value
    # A widget that comes back tells its value too, though nobody has chosen anything.
    if value != shown:
        param.set(value)


def ready(*params: state.Param[Any]) -> None:
    """Give widgets that are bound to the session their first value there."""
    for param in params:
        if param.key not in st.session_state:
            param.reset()


def _position(edge: object) -> float:
    """Read an edge of a box: a number, or on a time axis the text of a date, as milliseconds since 1970."""
    from datetime import UTC, datetime

    if isinstance(edge, int | float):
        return float(edge)
    return datetime.fromisoformat(str(edge)).replace(tzinfo=UTC).timestamp() * 1000
