"""Confusion matrices: all classes while they can be read, else those of the most frequent mistakes, and these as a list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from components import table
from components.charts import chart_export, curve_controls, curves
from components.evaluation import evaluation_controls
from components.evaluation.evaluation_question import matrix_of
from runlake.analysis.classification import Normalise, Order, confused_pairs, most_confused, order_of
from runlake.figures.classification import Matrices, Shown, confusion_figure
from runlake.figures.classification.confusion import MOST_TARGETS
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation.evaluation_question import Question
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Confusion
    from state import Judging

_SHARES = {"Counts": Normalise.NONE, "By label": Normalise.TRUE, "By prediction": Normalise.PREDICTED}
_ORDERS = {
    "As logged": Order.GIVEN,
    "By name": Order.NAME,
    "By examples": Order.SUPPORT,
    "By mistakes": Order.ERRORS,
    "By likeness": Order.SIMILARITY,
}
_WIDTH_PX = 760
EASY, MOST = 30, 200  # classes of a matrix that is shown without being asked for, and at all
_PAIRS = 100


def show(judged: Sequence[Judged], question: Question, knobs: Judging) -> None:
    """Draw the matrices, and below those of many classes the pairs that are confused most."""
    matrices = [matrix_of(one, question) for one in judged]
    many = len(judged[0].classes) > 2
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shares = _SHARES[evaluation_controls.choose_share(knobs)]
        order = _ORDERS[evaluation_controls.choose_order(knobs)] if many else Order.GIVEN
        shown = _chosen(matrices, order, knobs)
    parts = [_part(matrix, shown) for matrix in matrices]
    look = Matrices(normalise=shares, columns=1 if len(parts) == 1 else 2, width_px=_WIDTH_PX)
    draw = partial(
        confusion_figure,
        [Shown(one.run.label, part, one.run.color, one.run.dash) for one, part in zip(judged, parts, strict=True)],
    )
    alt = in_order(f"Confusion matrices of {', '.join(one.run.label for one in judged)}")
    key = knobs.key(f"matrix.{','.join(knobs.cell.get())}")
    st.plotly_chart(
        draw(matrices=replace(look, clickable=True), tokens=theme(st.context.theme.type)),
        key=key,
        theme=None,
        config=curves.CONFIG,
        on_select=partial(_take_cell, knobs, key, parts[0].classes),
        selection_mode="points",
        alt=alt,
    )
    chart_export.show(
        partial(draw, matrices=look), of=alt, key=knobs.key("export.matrix"),
        run_ids=[one.run.run_id for one in judged],
    )  # fmt: skip
    if len(parts[0].classes) > MOST_TARGETS:
        st.caption("Cells as small as these cannot be clicked: the list below opens their examples.")
    if many:
        _pairs(judged, matrices, knobs)


def _chosen(matrices: Sequence[Confusion], order: Order, knobs: Judging) -> list[int]:
    """Draw whether all classes are shown, where that is a question, and return the places of those that are."""
    places, k = order_of(matrices, order), len(matrices[0].classes)
    if k <= EASY:
        return places
    curve_controls.ready(knobs.every_class)
    st.toggle(
        "All classes" if k <= MOST else f"{MOST} classes",
        key=knobs.every_class.key,
        persist_state="session",
        help=f"Else the {EASY} classes of the most frequent mistakes.",
    )
    most = MOST if knobs.every_class.get() else EASY
    kept = set(most_confused(matrices, most))
    return [place for place in places if place in kept]


def _part(matrix: Confusion, shown: Sequence[int]) -> Confusion:
    """Arrange a matrix, and say where some of its examples are not in what is shown."""
    part = matrix.arranged(shown)
    if len(shown) == len(matrix.classes):
        return part
    said = f"{len(shown)} of {len(matrix.classes):,} classes, {part.n:,} of {matrix.n:,} examples"
    return replace(part, problem=said if matrix.problem is None else f"{said}; {matrix.problem}")


def _take_cell(knobs: Judging, key: str, classes: Sequence[str]) -> None:
    """Callback of the matrices: the points lie row by row over the cells, so a place tells label and prediction."""
    points: list[dict[str, Any]] = st.session_state[key]["selection"]["points"]
    if points:
        row, column = divmod(int(points[-1]["point_index"]), len(classes))
        if 0 <= row < len(classes):
            knobs.cell.set((classes[row], classes[column]))


def _pairs(judged: Sequence[Judged], matrices: Sequence[Confusion], knobs: Judging) -> None:
    """List the mistakes that the first run makes most often; a click on one opens its examples."""
    found = confused_pairs(matrices[0], _PAIRS)
    if not found:
        st.caption("No class was taken for another.")
        return
    cells = [(one.true, one.predicted) for one in found]
    others = {f"count.{number}": matrix for number, matrix in enumerate(matrices[1:], start=1)}
    rows = pl.DataFrame(
        {
            "true": [one.true for one in found],
            "predicted": [one.predicted for one in found],
            "count": [f"{one.count:,}" for one in found],
            "share": [f"{one.share:.1%}" for one in found],
            **{name: [_count(matrix, *cell) for cell in cells] for name, matrix in others.items()},
        }
    )
    labels = {"true": "Examples of", "predicted": "taken for", "count": "Examples", "share": "of the label"}
    if others:
        labels["count"] = in_order(judged[0].run.label)
        labels |= {name: in_order(one.run.label) for name, one in zip(others, judged[1:], strict=True)}
    key = knobs.key("pairs")
    chosen = cells.index(cell) if (cell := knobs.cell.get()) in cells else None
    # What is ticked follows the cell that is open, however that was chosen.
    st.session_state[key] = {"selection": {"rows": [] if chosen is None else [chosen]}}
    table.show(
        rows,
        labels=labels,
        right=[name for name in labels if name not in {"true", "predicted"}],
        most_px=280,
        key=key,
        on_select=partial(_take_pair, knobs, key, cells),
        alt="Pairs of classes that are confused most",
    )
    whose = " of the first run" if others else ""
    st.caption(f"The {len(found):,} most frequent mistakes{whose}. Tick one to see its examples.")


def _count(matrix: Confusion, true: str, predicted: str) -> str:
    return f"{int(matrix.counts[matrix.classes.index(true), matrix.classes.index(predicted)]):,}"


def _take_pair(knobs: Judging, key: str, cells: Sequence[tuple[str, str]]) -> None:
    rows: list[int] = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(cells):
        knobs.cell.set(cells[rows[0]])
