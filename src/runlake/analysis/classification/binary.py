"""One question with two answers per example: what curves, thresholds and calibration are worked out from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runlake.analysis.classification.predictions import Bools, Floats, Predictions, hard
from runlake.errors import InvalidValue

MICRO = "micro-average"
TOP_LABEL = "top label"


@dataclass(frozen=True, slots=True)
class Binary:
    """Examples that are positive or not, each with a score.

    Attributes:
        name: of what counts as positive: a class, or what was averaged.
        truth: (n,) True where the example is positive.
        score: (n,) the higher, the more likely positive.
        answers_per_example: above 1 for a micro-average, whose answers are not independent of each other.
    """

    name: str
    truth: Bools
    score: Floats
    answers_per_example: int = 1

    @property
    def n(self) -> int:
        """Number of examples; of a micro-average, examples times classes."""
        return len(self.truth)

    @property
    def positives(self) -> int:
        """Number of positive examples."""
        return int(self.truth.sum())

    @property
    def prevalence(self) -> float:
        """Share of positive examples; NaN where there are no examples."""
        return self.positives / self.n if self.n else float("nan")

    @property
    def problem(self) -> str | None:
        """Why nothing can be counted at thresholds, or None."""
        if not self.n:
            return "there are no examples"
        bad = int((~np.isfinite(self.score)).sum())
        return f"{bad:,} of {self.n:,} scores are NaN or infinite" if bad else None

    @property
    def sampling_problem(self) -> str | None:
        """Why nothing can be said about other examples of the same kind, or None."""
        if self.answers_per_example > 1:
            return "the answers for one example hang together, so an interval over them would be too narrow"
        return self.problem


def binary(predictions: Predictions, positive: str | None = None) -> Binary:
    """Ask of each example whether it is of one class, scored by the column of that class.

    Args:
        predictions: with scores.
        positive: name of the class; None means the second of two.

    Raises:
        InvalidValue: there are no scores, no such class, or more than two classes and none is named.
    """
    if positive is None and len(predictions.classes) != 2:
        raise InvalidValue("positive", None, f"the name of one of the {len(predictions.classes)} classes")
    code = 1 if positive is None else predictions.code_of(positive)
    return Binary(predictions.classes[code], predictions.labels == code, _scores_of(predictions)[:, code])


def one_vs_rest(predictions: Predictions) -> tuple[Binary, ...]:
    """Ask that for each class, in the order of the classes.

    Raises:
        InvalidValue: there are no scores.
    """
    return tuple(binary(predictions, name) for name in predictions.classes)


def micro_average(predictions: Predictions) -> Binary:
    """Ask that of every example and class at once: n times k answers, each weighing alike.

    Raises:
        InvalidValue: there are no scores.
    """
    scores = _scores_of(predictions)
    truth = predictions.labels[:, None] == np.arange(len(predictions.classes))
    return Binary(MICRO, truth.ravel(), scores.ravel(), answers_per_example=len(predictions.classes))


def top_label(predictions: Predictions) -> Binary:
    """Ask of each example whether the predicted class is right, scored by that class's own score.

    This is what the calibration of a classifier of many classes is measured on (Guo et al., On Calibration of
    Modern Neural Networks, 2017).

    Raises:
        InvalidValue: there are no scores.
    """
    scores = _scores_of(predictions)
    codes, _ = hard(predictions)
    score = np.where(codes >= 0, scores[np.arange(len(codes)), codes], np.nan)
    return Binary(TOP_LABEL, codes == predictions.labels, score)


def _scores_of(predictions: Predictions) -> Floats:
    if predictions.scores is None:
        raise InvalidValue("scores", None, "scores of the classes; predicted classes alone have no thresholds")
    return predictions.scores
