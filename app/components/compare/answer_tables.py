"""The tables of predictions that several runs logged under one name, and which columns of them say what. Pure, no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from components.evaluation.judged import SCORE
from runlake.analysis.agreement import Answers, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.compare.slots import Slot

ANSWERS = ("predicted", "prediction", "pred", "answer", "output", "guess", "y_pred", "response", "decision", "class")
LABELS = ("label", "target", "true", "truth", "y_true", "expected", "actual", "gold", "correct")
SURE = ("confidence", "score", "probability", "prob", "proba", "certainty", "logit")
NO_LABEL = "(no label)"


@dataclass(frozen=True, slots=True)
class Logged:
    """The table of one run.

    Attributes:
        run: whose it is.
        step: at which it was logged.
        kind: table or evaluation.
        frame: as it was logged; of an evaluation with `predicted` and `confidence`, which follow from the scores.
    """

    run: Slot
    step: float
    kind: str
    frame: pl.DataFrame


def of_evaluation(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to an evaluation the class that the scores favour, where it was not logged, and how high its score is.

    Of two classes one score can stand for both: it is taken at a half, as on the Evaluate page before a threshold is
    chosen.
    """
    scored = [name for name in frame.columns if name.startswith(SCORE)]
    if not scored:
        return frame
    scores = frame.select(pl.col(scored).cast(pl.Float64)).to_numpy()
    known = ~np.isnan(scores).all(axis=1)
    if len(scored) == 1:
        return _of_one_score(frame, scored[0], scores[:, 0], known)
    best = np.where(known, np.nan_to_num(scores, nan=-np.inf).argmax(axis=1), 0)
    names = np.array([name.removeprefix(SCORE) for name in scored], dtype=object)
    added = {"confidence": pl.Series(scores[np.arange(len(scores)), best]).fill_nan(None)}
    if "predicted" not in frame.columns:
        added["predicted"] = pl.Series(
            [name if k else None for name, k in zip(names[best], known, strict=True)], dtype=pl.String
        )
    return frame.with_columns(**added)


def _of_one_score(
    frame: pl.DataFrame,
    column: str,
    score: np.ndarray[tuple[int], np.dtype[np.float64]],
    known: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> pl.DataFrame:
    is_probability = bool(np.all(~known | ((score >= 0) & (score <= 1))))
    if not is_probability:
        return frame.with_columns(confidence=pl.Series(np.abs(score)).fill_nan(None))
    added = {"confidence": pl.Series(np.maximum(score, 1 - score)).fill_nan(None)}
    positive = column.removeprefix(SCORE)
    others = frame["label"].cast(pl.String).unique().drop_nulls().to_list() if "label" in frame.columns else []
    negative = next((name for name in sorted(others) if name != positive), f"not {positive}")
    if "predicted" not in frame.columns:
        said = [None if not k else positive if s >= 0.5 else negative for s, k in zip(score, known, strict=True)]
        added["predicted"] = pl.Series(said, dtype=pl.String)
    return frame.with_columns(**added)


def common_columns(tables: Sequence[Logged]) -> list[str]:
    """Return the columns that all tables have, in the order of the first."""
    return [name for name in tables[0].frame.columns if all(name in one.frame.columns for one in tables)]


def guessed_answer(tables: Sequence[Logged], keys: Sequence[str]) -> str | None:
    """Guess which column says what the model said: by its name, else the first that differs between the tables."""
    columns = [name for name in common_columns(tables) if name not in keys]
    found = named(columns, ANSWERS)
    if found is not None:
        return found
    frames = [one.frame for one in tables]
    return next(
        (name for name in columns if any(not frame[name].equals(frames[0][name]) for frame in frames[1:])),
        columns[0] if columns else None,
    )


def guessed_label(tables: Sequence[Logged], answer: str, keys: Sequence[str]) -> str | None:
    """Guess which column says what is true."""
    return named([name for name in common_columns(tables) if name != answer and name not in keys], LABELS)


def answers(tables: Sequence[Logged], answer: str, label: str | None) -> tuple[Answers, ...]:
    """Say of each table which of its columns say what; how sure the model was is looked for by name."""
    return tuple(Answers(one.frame, answer, label, _sure(one, answer)) for one in tables)


def _sure(one: Logged, answer: str) -> str | None:
    numbers = [name for name, kind in one.frame.schema.items() if kind.is_numeric() and name != answer]
    return named(numbers, SURE) or next(
        (name for name in numbers if any(word in name.lower() for word in ("prob", "score", "confid"))), None
    )
