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
    thresholds: Thresholds, cost_fp: float, cost_fn: float, *, gain_tp: float = 0.0, cost_tn: float = 0.0
) -> Cost:
    """Price every threshold and find the cheapest; the mix of examples is taken to be that of the data.

    Args:
        thresholds: counts at all thresholds.
        cost_fp: of a negative example that is called positive.
        cost_fn: of a positive example that is called negative.
        gain_tp: of a positive example that is called so; it lowers the cost.
        cost_tn: of a negative example that is called so.

    Raises:
        InvalidValue: a price is NaN or infinite.
    """
    prices = {"cost_fp": cost_fp, "cost_fn": cost_fn, "gain_tp": gain_tp, "cost_tn": cost_tn}
    for what, price in prices.items():
        if not math.isfinite(price):
            raise InvalidValue(what, price, "a finite number")
    if thresholds.problem is not None:
        return Cost(thresholds.name, thresholds.threshold, np.zeros(0), None, thresholds.n, thresholds.problem)
    total = (
        thresholds.fp * cost_fp + thresholds.fn * cost_fn - thresholds.tp * gain_tp + thresholds.tn * cost_tn
    ).astype(np.float64)
    return Cost(thresholds.name, thresholds.threshold, total / thresholds.n, int(total.argmin()), thresholds.n)
