"""Measures of evaluations of classes: of each run, of each class, and whether two runs differ on the same examples."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import evaluation_pictures, format, table
from runlake.analysis.classification import (
    Ranking,
    at_thresholds,
    auc_interval,
    auc_test,
    binary,
    calibration,
    mcnemar,
    pair,
    pr_curve,
    ranking_interval,
    summarise,
)
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation_pictures import Question
    from components.judged import Judged
    from runlake.analysis.classification import Binary

MOST_RESAMPLED = 20_000  # examples; beyond that, resampling takes seconds


def of_runs(judged: Sequence[Judged], question: Question) -> None:
    """Draw one row per run: how well it ranks, and how well it decides."""
    rows = [_row(one, question) for one in judged]
    labels = {name: name for name in rows[0]}
    table.show(
        pl.DataFrame(rows, schema_overrides=dict.fromkeys(labels, pl.String)),
        labels=labels,
        right=[name for name in labels if name != "Run"],
        alt="Measures of each run",
    )
    if any(one.has_scores for one in judged):
        of_class = format.markdown(question.of_class)
        st.caption(
            f"Average precision, ROC AUC and Brier score are of {of_class}"
            f"{' against the rest' if len(judged[0].classes) > 2 else ''}. In brackets: 95 % intervals, "
            "of the area under the ROC curve by DeLong's method, of average precision by the percentiles of 1,000 "
            f"resamples, up to {MOST_RESAMPLED:,} examples."
        )


def _row(one: Judged, question: Question) -> dict[str, str]:
    matrix = evaluation_pictures.matrix_of(one, question)
    found = summarise(matrix)
    row = {"Run": one.run.label, "n": f"{matrix.n:,}"}
    if one.has_scores and one.predictions is not None:
        asked = binary(one.predictions, question.of_class)
        row |= {"Average precision": _precision(_key(asked), asked), "ROC AUC": _auc(asked)}
        row["Brier"] = number(calibration(asked).brier)
    row |= {
        "Accuracy": number(found.accuracy),
        "Macro F1": number(found.macro.f1),
        "Matthews": number(found.matthews),
    }
    if len(one.classes) == 2:
        at = one.classes.index(question.of_class)
        row |= {
            "Precision": number(float(found.precision[at])),
            "Recall": number(float(found.recall[at])),
            "F1": number(float(found.f1[at])),
        }
    return row


@st.cache_data(show_spinner=False, max_entries=256)
def _precision(key: tuple[int, int, str], _asked: Binary) -> str:
    if _asked.n > MOST_RESAMPLED:
        return number(pr_curve(at_thresholds(_asked)).average_precision)
    found = ranking_interval(_asked, Ranking.AVERAGE_PRECISION)
    return with_interval(found.value, found.low, found.high)


def _auc(asked: Binary) -> str:
    found = auc_interval(asked)
    return with_interval(found.auc, found.low, found.high)


def _key(asked: Binary) -> tuple[int, int, str]:
    """Name scores and labels by their content."""
    return (zlib.crc32(asked.score.tobytes()), zlib.crc32(asked.truth.tobytes()), asked.name)


def of_classes(one: Judged, question: Question) -> None:
    """Draw one row per class, and the averages."""
    found = summarise(evaluation_pictures.matrix_of(one, question))
    names = [*found.classes, "macro average", "weighted average"]
    averages = (found.macro, found.weighted)
    total = str(int(found.support.sum()))
    shown = pl.DataFrame(
        {
            "class": names,
            "precision": [number(float(v)) for v in (*found.precision, *(a.precision for a in averages))],
            "recall": [number(float(v)) for v in (*found.recall, *(a.recall for a in averages))],
            "f1": [number(float(v)) for v in (*found.f1, *(a.f1 for a in averages))],
            "support": [*(f"{int(v):,}" for v in found.support), total, total],
        }
    )
    labels = {"class": "Class", "precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Examples"}
    table.show(
        shown, labels=labels, right=["precision", "recall", "f1", "support"], most_px=420, alt="Measures by class"
    )


def tests(judged: Sequence[Judged], question: Question) -> None:
    """Say of each further run whether it differs from the first on the examples that both have seen."""
    first = judged[0]
    for other in judged[1:]:
        if first.predictions is None or other.predictions is None:
            continue
        name = format.markdown(f"{other.run.label} against {first.run.label}")
        try:
            st.caption(f"**{name}.** {' '.join(_tested(first, other, question))}")
        except InvalidValue as problem:
            st.caption(f"**{name}.** Not on the same examples: {format.markdown(str(problem))}")


def _tested(first: Judged, other: Judged, question: Question) -> list[str]:
    assert first.predictions is not None
    assert other.predictions is not None
    both = pair(first.predictions, other.predictions)
    threshold = question.threshold if len(first.classes) == 2 and first.has_scores and other.has_scores else None
    found = mcnemar(both, threshold, question.of_class if threshold is not None else None)
    said = [
        f"{found.n:,} shared examples, joined by {both.by}: {found.only_second_right:,} only "
        f"{format.markdown(other.run.label)} has right, {found.only_first_right:,} only "
        f"{format.markdown(first.run.label)} (McNemar's exact test, p = {probability(found.p)})."
    ]
    if first.has_scores and other.has_scores:
        auc = auc_test(both, question.of_class)
        if auc.problem is None:
            said.append(
                f"ROC AUC differs by {auc.difference:+.4f}, 95 % interval {auc.low:+.4f} to {auc.high:+.4f} "
                f"(DeLong's paired test, p = {probability(auc.p)})."
            )
    return said


def number(value: float) -> str:
    """Write a measure with four digits after the point.

    >>> number(0.98765), number(float("nan"))
    ('0.9877', '–')
    """
    return "–" if math.isnan(value) else f"{value:.4f}"


def with_interval(value: float, low: float, high: float) -> str:
    """Write a measure with its interval in brackets, where it has one.

    >>> with_interval(0.9, 0.85, 0.95), with_interval(0.9, float("nan"), float("nan"))
    ('0.9000 (0.850–0.950)', '0.9000')
    """
    return number(value) if math.isnan(low) or math.isnan(value) else f"{number(value)} ({low:.3f}–{high:.3f})"


def probability(p: float) -> str:
    """Write a probability so that a small one is not 0.

    >>> probability(0.0421), probability(1e-9)
    ('0.042', '< 0.0001')
    """
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"
