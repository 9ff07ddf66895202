"""How the reader wants to see evaluations: which one, which picture, which class, what the pictures of it need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import curve_controls
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation.judged import Judged
    from state import Judging

_OPENING = {"pr_curve": "Precision–recall", "roc_curve": "ROC", "calibration_curve": "Calibration"}
_MICRO = -1  # place of the micro-average among the classes
_BINS = {"uniform": "of equal width", "quantile": "of equally many scores"}


def choose_evaluation(knobs: Judging, names: Sequence[str]) -> str:
    """Draw the choice of an evaluation by its key, and return it."""
    key, wanted = knobs.key("name"), knobs.evaluation.get()
    st.session_state[key] = wanted if wanted in names else names[0]
    st.selectbox(
        "Evaluation",
        names,
        key=key,
        format_func=apart(names, in_order),
        label_visibility="collapsed",
        on_change=_take,
        args=(knobs, key),
        width=200,
    )
    return str(st.session_state[key])


def _take(knobs: Judging, key: str) -> None:
    knobs.evaluation.set(st.session_state[key])
    for param in (knobs.step, knobs.of_class, knobs.threshold, knobs.picture, knobs.example):
        param.reset()
    for several in (knobs.steps, knobs.cell):
        several.reset()


def choose_picture(knobs: Judging, judged: Sequence[Judged], *, steps: bool) -> str:
    """Draw the choice of a picture, and return it; without scores there is no curve over thresholds.

    Args:
        knobs: of the page.
        judged: what is shown.
        steps: something was logged at more than one step.
    """
    with_scores = any(one.has_scores for one in judged)
    names = [
        name
        for name in state.PICTURES
        if (name == "Confusion" or (name == "Steps" and steps) or (name != "Steps" and with_scores))
    ]
    if len(names) == 1:
        return names[0]
    usual = "Precision–recall" if len(judged[0].classes) == 2 else "Confusion"
    opening = _OPENING.get(judged[0].evaluation.view, usual)
    return choose_name(knobs, names, opening if opening in names else names[0], "picture")


def choose_name(knobs: Judging, names: Sequence[str], usual: str, kind: str) -> str:
    """Draw the choice of a picture among names, and return it; each kind of evaluation has a widget of its own."""
    key, wanted = knobs.key(kind), knobs.picture.get()
    st.session_state[key] = wanted if wanted in names else usual
    st.segmented_control(
        "Picture",
        names,
        key=key,
        format_func=format.segment,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: knobs.picture.set(st.session_state[key]),
    )
    return str(st.session_state[key])


def choose_class(knobs: Judging, classes: Sequence[str], positive: str | None) -> tuple[str, bool]:
    """Draw the choice of the class that curves are of, against the rest, or of all at once.

    Returns:
        The class, and whether curves are of all classes at once instead.
    """
    key, wanted = knobs.key("class"), knobs.of_class.get()
    usual = positive if positive in classes else classes[-1]
    chosen = classes.index(wanted if wanted in classes else usual)
    many = len(classes) > 2
    micro = many and knobs.micro.get()

    def words(place: int) -> str:
        if place == _MICRO:
            return "All classes (micro-average)"
        return f"{in_order(classes[place])} against the rest" if many else f"of {in_order(classes[place])}"

    st.session_state[key] = _MICRO if micro else chosen
    places = [*([_MICRO] if many else []), *range(len(classes))]
    st.selectbox(
        "Class",
        places,
        key=key,
        format_func=apart(places, words),
        label_visibility="collapsed",
        on_change=_take_class,
        args=(knobs, key, classes),
        width=240,
    )
    return classes[chosen], micro


def _take_class(knobs: Judging, key: str, classes: Sequence[str]) -> None:
    place = int(st.session_state[key])
    knobs.micro.set(place == _MICRO)
    if place != _MICRO:
        knobs.of_class.set(classes[place])
    knobs.threshold.reset()


def choose_share(knobs: Judging) -> str:
    """Draw the choice of what the cells of a matrix are a share of, and return it."""
    curve_controls.ready(knobs.share)
    st.segmented_control(
        "Cells",
        state.SHARES,
        key=knobs.share.key,
        format_func=format.segment,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return knobs.share.get()


def choose_order(knobs: Judging) -> str:
    """Draw the choice of the order of classes, and return it."""
    curve_controls.ready(knobs.order)
    st.selectbox(
        "Order of classes",
        state.ORDERS,
        key=knobs.order.key,
        persist_state="session",
        label_visibility="collapsed",
        width=150,
    )
    return knobs.order.get()


def choose_costs(knobs: Judging) -> tuple[float, float, float | None]:
    """Draw what a false alarm and a miss cost and how common positives are in use, and return the three.

    Returns:
        Both costs, and the share of positives; None for that of the data.
    """
    curve_controls.ready(knobs.cost_fp, knobs.cost_fn)
    for param, label in ((knobs.cost_fp, "A false alarm costs"), (knobs.cost_fn, "A miss costs")):
        st.number_input(label, min_value=0.0, key=param.key, persist_state="session", step=1.0, format="%g", width=140)
    key, rate = knobs.key("base_rate"), read_share(knobs.base_rate.get())
    st.session_state[key] = None if rate is None else rate * 100
    st.number_input(
        "Positives in use (%)",
        min_value=0.0,
        max_value=100.0,
        key=key,
        step=1.0,
        format="%g",
        width=160,
        placeholder="as in the data",
        help="How common positives are where the model will be used, if it is not as in these examples. "
        "The rates of both mistakes are taken to be the same there.",
        on_change=_take_rate,
        args=(knobs, key),
    )
    return knobs.cost_fp.get(), knobs.cost_fn.get(), rate


def _take_rate(knobs: Judging, key: str) -> None:
    percent = st.session_state[key]
    knobs.base_rate.set("" if percent is None else f"{percent / 100:.10g}")


def read_share(text: str) -> float | None:
    """Read a share from 0 to 1; None for anything else.

    >>> read_share("0.02"), read_share("2"), read_share(""), read_share("nan")
    (0.02, None, None, None)
    """
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def choose_bins(knobs: Judging) -> tuple[str, int]:
    """Draw how scores are divided for calibration, and return kind and number of bins."""
    curve_controls.ready(knobs.bins, knobs.bin_count)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.number_input(
            "Bins", min_value=2.0, max_value=100.0, key=knobs.bin_count.key, persist_state="session", step=1.0,
            format="%.0f", label_visibility="collapsed", width=110,
        )  # fmt: skip
        st.caption("bins", width="content")
        st.segmented_control(
            "Kind of bins", list(_BINS), key=knobs.bins.key, persist_state="session", required=True,
            format_func=lambda name: format.segment(_BINS[name]), label_visibility="collapsed",
        )  # fmt: skip
    return knobs.bins.get(), int(knobs.bin_count.get())
