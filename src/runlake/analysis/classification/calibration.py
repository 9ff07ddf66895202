"""Whether a score of 0.8 comes true eight times in ten: observed shares by bins of the score, and losses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.proportions import wilson
from runlake.analysis.classification.thresholds import share
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.predictions import Bools, Floats, Ints

HISTOGRAM_BINS = 40


class Bins(StrEnum):
    """How the scores are divided: in bins of equal width, or with about equally many scores in each."""

    UNIFORM = "uniform"
    QUANTILE = "quantile"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Observed shares by bins of the score.

    Attributes:
        edges: (b + 1,) of the bins; a score on an inner edge belongs below it, as in scikit-learn.
        count: (b,) examples in each bin.
        mean_score: (b,) NaN where the bin is empty.
        observed: (b,) share of positives; NaN where the bin is empty.
        low, high: (b,) Wilson's 95 % interval of the observed share (Wilson, 1927); NaN where the bin is empty.
        histogram: (`HISTOGRAM_BINS`,) scores in bins of equal width from 0 to 1, whatever the bins above.
        brier: mean squared difference of score and truth, 0 best (Brier, 1950).
        log_loss: mean negative log-likelihood in nats; scores are kept from 0 and 1 by the smallest float step.
        reliability, resolution, uncertainty: the Brier score in parts by bins (Murphy, A New Vector Partition of
            the Probability Score, 1973): how far shares lie from scores, how far they lie from the share of all,
            and what nobody can know who knows that share alone. Reliability is best at 0, resolution is better
            the larger it is.
        within: what the bins leave over (Stephenson, Coelho and Jolliffe, Two Extra Components in the Brier Score
            Decomposition, 2008): variance within bins less twice the covariance of score and truth there, so that
            brier = reliability - resolution + uncertainty + within, exactly.
        expected_error: mean distance of observed share and mean score, bins weighing by their count
            (Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015); it depends on the bins.
        problem: why there is nothing, or None.
    """

    name: str
    bins: Bins
    edges: Floats
    count: Ints
    mean_score: Floats
    observed: Floats
    low: Floats
    high: Floats
    histogram: Ints
    brier: float
    log_loss: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    expected_error: float
    n: int
    positives: int
    prevalence: float
    problem: str | None = None


def calibration(binary: Binary, *, bins: Bins = Bins.UNIFORM, n_bins: int = 10) -> Calibration:
    """Compare scores, read as probabilities, with what came true.

    Args:
        binary: scores outside 0 to 1 are a `problem`, not an error.
        bins: how to divide the scores; quantile bins of equal edges stay empty.
        n_bins: at least 1.

    Raises:
        InvalidValue: n_bins is below 1.
    """
    if n_bins < 1:
        raise InvalidValue("n_bins", n_bins, "at least 1")
    problem = binary.problem
    if problem is None and not (binary.score.min() >= 0 and binary.score.max() <= 1):
        problem = (
            f"scores reach from {binary.score.min():.4g} to {binary.score.max():.4g}, so they are no probabilities"
        )
    score = binary.score if problem is None else binary.score[:0]
    truth = binary.truth[: len(score)]
    edges = _edges(score, bins, n_bins)
    at = np.searchsorted(edges[1:-1], score)
    count = np.bincount(at, minlength=n_bins)
    hits = np.bincount(at, weights=truth, minlength=n_bins).astype(np.int64)
    mean_score = np.bincount(at, weights=score, minlength=n_bins) / np.where(count, count, np.nan)
    observed = share(hits, count)
    low, high = wilson(hits, count)
    brier, log_loss = _losses(truth, score)
    reliability, resolution, uncertainty = _decomposed(mean_score, observed, count, binary.prevalence)
    gaps = np.abs(observed - mean_score)[count > 0]
    return Calibration(
        name=binary.name,
        bins=bins,
        edges=edges,
        count=count,
        mean_score=mean_score,
        observed=observed,
        low=low,
        high=high,
        histogram=np.histogram(score, bins=HISTOGRAM_BINS, range=(0.0, 1.0))[0].astype(np.int64),
        brier=brier,
        log_loss=log_loss,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=brier - (reliability - resolution + uncertainty),
        expected_error=float(np.average(gaps, weights=count[count > 0])) if len(score) else float("nan"),
        n=binary.n,
        positives=binary.positives,
        prevalence=binary.prevalence,
        problem=problem,
    )


def _edges(score: Floats, bins: Bins, n_bins: int) -> Floats:
    parts = np.linspace(0.0, 1.0, n_bins + 1)
    return np.percentile(score, parts * 100) if bins is Bins.QUANTILE and len(score) else parts


def _decomposed(mean_score: Floats, observed: Floats, count: Ints, prevalence: float) -> tuple[float, float, float]:
    filled = count > 0
    if not filled.any():
        return (math.nan,) * 3
    weight = count[filled] / count.sum()
    reliability = weight @ (mean_score[filled] - observed[filled]) ** 2
    resolution = weight @ (observed[filled] - prevalence) ** 2
    return float(reliability), float(resolution), prevalence * (1 - prevalence)


def _losses(truth: Bools, score: Floats) -> tuple[float, float]:
    if not len(score):
        return math.nan, math.nan
    from sklearn.metrics import brier_score_loss, log_loss

    brier = brier_score_loss(truth, score, pos_label=True, labels=[False, True])
    return float(brier), float(log_loss(truth, score, labels=[False, True]))
