"""The examples behind one cell of a confusion matrix, the most confident first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

from components import artifact_preview, format, table
from components.apart import apart
from components.evaluation.evaluation_question import matrix_of
from components.evaluation.judged import EXAMPLE, SCORE
from runlake.analysis.classification import confused
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation.evaluation_question import Question
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Confusion
    from state import Judging

MOST = 200


def show(judged: Sequence[Judged], question: Question, knobs: Judging) -> None:
    """Draw the choice of a cell, and below it the examples of each run."""
    known = [one for one in judged if one.predictions is not None]
    if not known:
        st.caption("Only counts were logged, so the examples behind them are not known.")
        return
    true, predicted = _choose(known[0].classes, commonest_mistake(matrix_of(known[0], question)), knobs)
    for one in known:
        _of_run(one, true, predicted, question, several=len(known) > 1)


def commonest_mistake(matrix: Confusion) -> tuple[str, str]:
    """Name label and prediction of the mistake that was made most often."""
    wrong = matrix.counts.copy()
    np.fill_diagonal(wrong, -1)
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return matrix.classes[row], matrix.classes[column]


def _choose(classes: Sequence[str], usual: tuple[str, str], knobs: Judging) -> tuple[str, str]:
    """Draw label and prediction, which a click on a cell sets too."""
    wanted = knobs.cell.get()
    chosen = wanted if len(wanted) == 2 and set(wanted) <= set(classes) else usual
    keys = [knobs.key("label"), knobs.key("prediction")]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for key, name, words in zip(keys, chosen, ("Examples of", "taken for"), strict=True):
            st.session_state[key] = name
            st.caption(words, width="content")
            st.selectbox(
                words, classes, key=key, format_func=apart(classes, in_order), label_visibility="collapsed", width=140,
                on_change=lambda: knobs.cell.set((st.session_state[keys[0]], st.session_state[keys[1]])),
            )  # fmt: skip
    return chosen[0], chosen[1]


def _of_run(one: Judged, true: str, predicted: str, question: Question, *, several: bool) -> None:
    assert one.predictions is not None
    threshold = question.cut(one) if len(one.classes) == 2 and one.has_scores else None
    found = confused(one.predictions, true, predicted, threshold, question.of_class if threshold is not None else None)
    if several:
        st.markdown(f"**{format.markdown(one.run.label)}**")
    if not len(found):
        st.caption("No example is in this cell.")
        return
    rows = artifact_preview.as_text(told(one, found[:MOST].tolist(), predicted))
    table.show(
        rows,
        labels={name: in_order(name) for name in rows.columns},
        right=[name for name in rows.columns if name.startswith("score of ")],
        most_px=360,
        key=f"{one.key}.examples.{question.picture}",
        alt=in_order(f"Examples of {true} taken for {predicted} by {one.run.label}"),
    )
    cut = f", of which {MOST} are shown" if len(found) > MOST else ""
    order = ", the surest first" if one.has_scores else ""
    st.caption(f"{len(found):,} {'example' if len(found) == 1 else 'examples'}{cut}{order}.")


def told(one: Judged, at: Sequence[int], predicted: str) -> pl.DataFrame:
    """Pick what is known of some examples: their id or place, what they are, and the score of the prediction.

    Of examples of a group of classes, that is also the class that each is of.
    """
    frame = one.evaluation.frame[list(at)]
    columns = {"id": frame["id"]} if "id" in frame.columns else {"row": pl.Series(list(at), dtype=pl.Int64)}
    if one.groups:
        columns["label"] = frame["label"].cast(pl.String)
    score = SCORE + predicted
    if not one.groups and score in frame.columns:
        columns[f"score of {predicted}"] = frame[score]
    elif one.predictions is not None and one.predictions.scores is not None:
        values = one.predictions.scores[list(at), one.classes.index(predicted)]
        columns[f"score of {predicted}"] = pl.Series(values)
    columns |= {name.removeprefix(EXAMPLE): frame[name] for name in frame.columns if name.startswith(EXAMPLE)}
    return pl.DataFrame(columns)
