"""What each threshold costs, given the price of each kind of mistake."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.thresholds import row_at
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats
    from runlake.analysis.classification.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Cost:
    """Expected cost of an example at every threshold, and the cheapest.

    Attributes:
        name: of what counts as positive.
        threshold: (m,) falling from infinity, as in `Thresholds`.
        cost: (m,) mean cost of an example in the unit of the prices; below zero where gains prevail.
        best: row of the lowest cost, the strictest of equal ones; None where there is a problem.
        problem: why there is nothing, or None.
    """

    name: str
    threshold: Floats
    cost: Floats
    best: int | None
    n: int
    problem: str | None = None

    @property
    def best_threshold(self) -> float:
        """The cheapest threshold; infinity where it is cheapest to call nothing positive, NaN where there is none."""
        return float(self.threshold[self.best]) if self.best is not None else float("nan")

    @property
    def best_cost(self) -> float:
        """Mean cost of an example there; NaN where there is none."""
        return float(self.cost[self.best]) if self.best is not None else float("nan")

    def at(self, threshold: float) -> int:
        """Return the row that holds at any threshold."""
        return row_at(self.threshold, threshold)


def cheapest(
    thresholds: Thresholds,
    cost_fp: float,
    cost_fn: float,
    *,
    gain_tp: float = 0.0,
    cost_tn: float = 0.0,
    prevalence: float | None = None,
) -> Cost:
    """Price every threshold and find the cheapest.

    Args:
        thresholds: counts at all thresholds.
        cost_fp: of a negative example that is called positive.
        cost_fn: of a positive example that is called negative.
        gain_tp: of a positive example that is called so; it lowers the cost.
        cost_tn: of a negative example that is called so.
        prevalence: share of positive examples where the classifier will be used, if it is another than in the data.
            The rates of both kinds of mistake are taken to be the same there, which holds where the positives there
            are like the positives here, and the negatives likewise (Provost and Fawcett, Robust Classification for
            Imprecise Environments, 2001). None is the share in the data.

    Raises:
        InvalidValue: a price is NaN or infinite, or prevalence is not within 0 and 1.
    """
    prices = {"cost_fp": cost_fp, "cost_fn": cost_fn, "gain_tp": gain_tp, "cost_tn": cost_tn}
    for what, price in prices.items():
        if not math.isfinite(price):
            raise InvalidValue(what, price, "a finite number")
    if prevalence is not None and not 0 <= prevalence <= 1:
        raise InvalidValue("prevalence", prevalence, "a share from 0 to 1, such as 0.02")
    problem = thresholds.problem
    if problem is None and prevalence is not None and not 0 < thresholds.positives < thresholds.n:
        problem = "all examples are of one kind, so the rate of one kind of mistake at another base rate is not known"
    if problem is not None:
        return Cost(thresholds.name, thresholds.threshold, np.zeros(0), None, thresholds.n, problem)
    of_positives = (thresholds.fn * cost_fn - thresholds.tp * gain_tp).astype(np.float64)
    of_negatives = (thresholds.fp * cost_fp + thresholds.tn * cost_tn).astype(np.float64)
    if prevalence is None:
        total = (of_positives + of_negatives) / thresholds.n
    else:
        total = (
            prevalence * of_positives / thresholds.positives + (1 - prevalence) * of_negatives / thresholds.negatives
        )
    return Cost(thresholds.name, thresholds.threshold, total, int(total.argmin()), thresholds.n)
