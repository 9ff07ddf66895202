"""Measures of evaluations of classes: of each run, of each class, and whether two runs differ on the same examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import format, table
from components.evaluation.evaluation_question import ask, decided, matrix_of
from reads import evaluated
from runlake.analysis.classification import auc_test, calibration, mcnemar, pair, summarise
from runlake.errors import InvalidValue
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.evaluation.evaluation_question import Question
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Averages, Interval, Judgement, Proportion, Summary
    from runlake.analysis.classification.summary import Average

_OF_ONE_CLASS = ("Precision", "Recall", "F1")
_METHOD = (
    "In brackets 95 % intervals: of accuracy, precision and recall by Wilson's method, of the others by the "
    "percentiles of 2,000 resamples that keep the number of examples of each class."
)


def of_runs(judged: Sequence[Judged], question: Question) -> None:
    """Draw one row per run: how well its scores rank, and how well it decides."""
    asked = [ask(one, question) for one in judged]
    if any(one.has_scores for one in judged):
        _rankings(judged, asked, question)
    _decisions(judged, asked, question)


def _rankings(judged: Sequence[Judged], asked: Sequence[evaluated.Asked], question: Question) -> None:
    found = evaluated.rankings(asked)
    rows = []
    for one, of_one, ranked in zip(judged, asked, found, strict=True):
        row = {"Run": one.run.label}
        if ranked is not None and of_one.binary is not None:
            fit = calibration(of_one.binary)
            row |= {
                "Average precision": with_interval(*ranked.average_precision),
                "ROC AUC": with_interval(*ranked.roc_auc),
                "Brier": number(fit.brier),
                "Log loss": number(fit.log_loss),
                "ECE": number(fit.expected_error),
                "Positives": f"{of_one.binary.positives:,} of {of_one.binary.n:,}",
            }
        rows.append(row)
    _table(rows, "How well the scores of each run rank", steps=is_one_run(judged))
    whose = "all classes at once" if question.micro else f"{format.markdown(question.of_class)}"
    rest = " against the rest" if len(judged[0].classes) > 2 and not question.micro else ""
    st.caption(
        f"Of the scores of {whose}{rest}; in brackets 95 % intervals: of the area under the ROC curve by DeLong's "
        "method, of average precision by the percentiles of 1,000 resamples, up to "
        f"{evaluated.MOST_RESAMPLED:,} examples. ECE is over 10 bins of equal width."
        + " The answers of a micro-average hang together, so it has no intervals."
        * question.micro
    )


def _decisions(judged: Sequence[Judged], asked: Sequence[evaluated.Asked], question: Question) -> None:
    found = evaluated.judgements(asked)
    rows = []
    for number_, (one, of_one) in enumerate(zip(judged, asked, strict=True)):
        row = {"Run": one.run.label, "n": f"{of_one.matrix.n:,}"}
        if question.cuts:
            row["Threshold"] = "as predicted" if of_one.cut is None else _threshold(of_one.cut)
        rows.append(row | _decision(of_one, None if found is None else found[number_]))
    if question.micro:
        # Of all classes at once, each wrong decision is a false positive of one and a false negative of another.
        rows = [{name: text for name, text in row.items() if name not in _OF_ONE_CLASS} for row in rows]
    _table(rows, "How well each run decides", steps=is_one_run(judged))
    first, many = judged[0], len(judged[0].classes) > 2
    if question.micro:
        st.caption(f"Precision, recall and F1 of all classes at once equal the accuracy. {_METHOD}")
        return
    whose = format.markdown(question.of_class)
    apart = (
        " (cut at the threshold; the others are of the predictions as they were made)"
        if many and question.cuts and first.has_scores
        else ""
    )
    st.caption(f"Precision, recall and F1 are of {whose}{' against the rest' * many}{apart}. {_METHOD}")


def _decision(asked: evaluated.Asked, found: Judgement | None) -> dict[str, str]:
    if found is not None:
        return {
            "Accuracy": _share(found.accuracy),
            "Balanced accuracy": _interval(found.balanced_accuracy),
            "Macro F1": _interval(found.macro_f1),
            "Matthews": _interval(found.matthews),
            "Precision": _share(found.precision),
            "Recall": _share(found.recall),
            "F1": _interval(found.f1),
        }
    whole, of_class = summarise(asked.matrix), summarise(asked.of_class)
    values = {
        "Accuracy": whole.accuracy,
        "Balanced accuracy": whole.balanced_accuracy,
        "Macro F1": whole.macro.f1,
        "Matthews": whole.matthews,
        "Precision": float(of_class.precision[1]),
        "Recall": float(of_class.recall[1]),
        "F1": float(of_class.f1[1]),
    }
    return {name: number(value) for name, value in values.items()}


def over_classes(judged: Sequence[Judged], question: Question) -> None:
    """Draw the averages over classes: of a single run below its classes, of several one row each."""
    found = evaluated.over_classes(judged) or [None] * len(judged)
    if len(judged) == 1:
        _by_class(judged[0], summarise(matrix_of(judged[0], question)), found[0])
    elif any(one is not None for one in found):
        rows = [
            {"Run": one.run.label} | ({} if averages is None else _averages(averages))
            for one, averages in zip(judged, found, strict=True)
        ]
        _table(rows, "Averages over classes", steps=is_one_run(judged))
    _say_of_averages(found)


def _say_of_averages(found: Sequence[Averages | None]) -> None:
    first = next((one for one in found if one is not None), None)
    if first is None:
        return
    if first.problem is not None:
        st.caption(f"ROC AUC and average precision of all classes: {first.problem}.")
        return
    said = (
        f"ROC AUC between pairs of classes (Hand and Till): {number(first.pairs)}, weighted {number(first.weighted_pairs)}. "
        * (len(found) == 1)
    )
    left = f" {first.left_out:,} classes without examples are left out." if first.left_out else ""
    st.caption(
        f"{said}ROC AUC and average precision are of each class against the rest; macro weighs classes alike, "
        f"weighted by their examples, micro asks of all classes at once.{left}"
    )


def _averages(found: Averages) -> dict[str, str]:
    return {
        "AP micro": number(found.average_precision.micro),
        "AP macro": number(found.average_precision.macro),
        "AP weighted": number(found.average_precision.weighted),
        "AUC micro": number(found.roc_auc.micro),
        "AUC macro": number(found.roc_auc.macro),
        "AUC weighted": number(found.roc_auc.weighted),
        "AUC pairs": number(found.pairs),
        "AUC pairs, weighted": number(found.weighted_pairs),
    }


def _by_class(one: Judged, found: Summary, averages: Averages | None) -> None:
    """Draw one row per class, and the averages."""
    kinds = (("micro average", "micro"), ("macro average", "macro"), ("weighted average", "weighted"))
    of_all: list[Average] = [getattr(found, kind) for _, kind in kinds]
    total = f"{int(found.support.sum()):,}"
    columns = {
        "class": [*found.classes, *(name for name, _ in kinds)],
        "precision": [number(float(v)) for v in (*found.precision, *(a.precision for a in of_all))],
        "recall": [number(float(v)) for v in (*found.recall, *(a.recall for a in of_all))],
        "f1": [number(float(v)) for v in (*found.f1, *(a.f1 for a in of_all))],
    }
    labels = {"class": "Class", "precision": "Precision", "recall": "Recall", "f1": "F1"}
    if averages is not None:
        for name, label, measured in (
            ("ap", "Average precision", averages.average_precision),
            ("auc", "ROC AUC", averages.roc_auc),
        ):
            each = (*measured.each.tolist(), *(getattr(measured, kind) for _, kind in kinds))
            columns[name], labels[name] = [number(value) for value in each], label
    columns["support"] = [*(f"{int(v):,}" for v in found.support), *[total] * 3]
    labels["support"] = "Examples"
    right = [name for name in labels if name != "class"]
    alt = in_order(f"Measures of {one.run.label} by class")
    table.show(pl.DataFrame(columns), labels=labels, right=right, most_px=420, alt=alt)


def tests(judged: Sequence[Judged], question: Question) -> None:
    """Say of each further run whether it differs from the first on the examples that both have seen."""
    first = decided(judged[0], question)
    for other in (decided(one, question) for one in judged[1:]):
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
    found = mcnemar(both)
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


def is_one_run(judged: Sequence[Judged]) -> bool:
    """Tell whether what stands beside each other are steps of one run."""
    return len(judged) > 1 and len({one.run.run_id for one in judged}) == 1


def _table(rows: Sequence[dict[str, str]], alt: str, *, steps: bool) -> None:
    labels = {name: name for row in rows for name in row}
    if steps:
        labels["Run"] = "Step"
    table.show(
        pl.DataFrame(rows, schema=dict.fromkeys(labels, pl.String)),
        labels=labels,
        right=[name for name in labels if name != "Run"],
        alt=alt,
    )


def _share(found: Proportion) -> str:
    return with_interval(found.value, found.low, found.high)


def _interval(found: Interval) -> str:
    return with_interval(found.value, found.low, found.high)


def _threshold(cut: float) -> str:
    return "∞" if math.isinf(cut) else f"{cut:.6g}"


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
