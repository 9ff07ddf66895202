"""How far a measure might be off by the luck of the examples: bootstrap intervals, percentile or BCa.

Percentile and BCa as in Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 14.
The interval is about other examples of the same kind; it says nothing about another training of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification import cells
from runlake.analysis.classification.cells import OF_A_CLASS, Decision
from runlake.analysis.classification.ranking import Ranked, Ranking, measure, ranked, without_each
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from runlake.analysis.classification.binary import Binary
    from runlake.analysis.classification.confusion import Confusion
    from runlake.analysis.classification.predictions import Floats

# Resamples times examples that are held in memory at once.
_BATCH_CELLS = 1_000_000


class Method(StrEnum):
    """How the ends of an interval are read off the resamples."""

    PERCENTILE = "percentile"
    BCA = "BCa"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to resample.

    Attributes:
        method: how the ends are found.
        level: share of such intervals that hold the true value; above 0, below 1.
        resamples: at least 100; 1,000 for percentile and 2,000 for BCa are usual.
        stratified: keep the number of examples of each true class in every resample.
        seed: of the random numbers; equal seeds give equal intervals.
    """

    method: Method = Method.PERCENTILE
    level: float = 0.95
    resamples: int = 1000
    stratified: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InvalidValue("level", self.level, "a share above 0 and below 1, such as 0.95")
        if self.resamples < 100:
            raise InvalidValue("resamples", self.resamples, "at least 100, or the ends are mere noise")


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure with its interval and how both were found.

    Attributes:
        measure: its name.
        value: of all examples as they are; NaN where undefined.
        low, high: NaN where there is none.
        undefined: resamples in which the measure is undefined (no positive drawn, say); the ends are read off the others.
        n: number of examples.
        plan: as it was asked for.
        problem: why there is no interval, or what to mind; None where all is well.
    """

    measure: str
    value: float
    low: float
    high: float
    undefined: int
    n: int
    plan: Plan
    problem: str | None = None


_USUAL = Plan()


def ranking_interval(
    binary: Binary, ranking: Ranking, plan: Plan = _USUAL, *, told: Callable[[float], object] | None = None
) -> Interval:
    """Give average precision or ROC AUC of one class an interval; a micro-average gets none.

    Ten thousand examples and a thousand resamples take about a second.

    Args:
        binary: examples with scores.
        ranking: what to measure.
        plan: how to resample.
        told: called with the share that is done; what it raises ends the work.
    """
    problem = binary.sampling_problem
    if problem is None and not 0 < binary.positives < binary.n:
        problem = "all examples are of one kind, so there is nothing to rank"
    if problem is not None:
        return _none(ranking, float("nan"), binary.n, plan, problem)
    groups = ranked(binary)
    value = float(measure(ranking, groups.positive[None], groups.negative[None])[0])
    drawn = _ranking_resamples(groups, ranking, plan, told)
    if plan.method is Method.PERCENTILE:
        return _interval(ranking, value, drawn, 0.0, binary.n, plan)
    return _interval(ranking, value, drawn, _ranking_acceleration(groups, ranking, plan), binary.n, plan)


def decision_interval(
    confusion: Confusion, decision: Decision, plan: Plan = _USUAL, *, positive: str | None = None
) -> Interval:
    """Give one measure of predicted classes an interval; see `decision_intervals`.

    Raises:
        InvalidValue: there is no such class.
    """
    return decision_intervals(confusion, (decision,), plan, positive=positive)[decision]


def decision_intervals(
    confusion: Confusion,
    decisions: Sequence[Decision],
    plan: Plan = _USUAL,
    *,
    positive: str | None = None,
    told: Callable[[float], object] | None = None,
) -> dict[Decision, Interval]:
    """Give measures of predicted classes intervals from the same resamples.

    Counts are enough, since an example is all that its cell is: a resample is a draw from the multinomial
    distribution over the cells that hold one, whatever the number of examples.

    Args:
        confusion: the counts.
        decisions: what to measure.
        plan: how to resample; stratified keeps the number of examples of each class.
        positive: for precision, recall and F1 of one class; None means the macro-average over the classes.
        told: called with the share that is done; what it raises ends the work.

    Raises:
        InvalidValue: there is no such class.
    """
    if positive is not None and positive not in confusion.classes:
        raise InvalidValue("positive", positive, f"one of the {len(confusion.classes)} classes of the matrix")
    at = None if positive is None else confusion.classes.index(positive)
    names = {
        one: f"{one} of {positive}" if positive is not None and one in OF_A_CLASS else str(one) for one in decisions
    }
    if not confusion.n:
        return {one: _none(names[one], float("nan"), 0, plan, "there are no examples") for one in decisions}
    held = cells.occupied(confusion)
    whole = cells.tallied(held, held.count[None].astype(np.float64))
    drawn = _decision_resamples(held, decisions, plan, at, told)
    found: dict[Decision, Interval] = {}
    for one in decisions:
        acceleration = 0.0
        if plan.method is Method.BCA:
            left_out = cells.without_each(one, held, at)
            acceleration = _acceleration(left_out, held.count.astype(np.float64), held.row if plan.stratified else None)
        value = float(cells.measure(one, whole, at)[0])
        found[one] = _interval(names[one], value, drawn[one], acceleration, confusion.n, plan)
    return found


def _decision_resamples(
    held: cells.Cells, decisions: Sequence[Decision], plan: Plan, at: int | None, told: Callable[[float], object] | None
) -> dict[Decision, Floats]:
    random = np.random.default_rng(plan.seed)
    parts: dict[Decision, list[Floats]] = {one: [] for one in decisions}
    done = 0
    for size in _batches(plan.resamples, 4 * max(len(held.count), held.k)):
        tallies = cells.tallied(held, cells.resampled(held, size, random, stratified=plan.stratified))
        for one in decisions:
            parts[one].append(cells.measure(one, tallies, at))
        done += size
        if told is not None:
            told(done / plan.resamples)
    return {one: np.concatenate(part) for one, part in parts.items()}


def _ranking_resamples(groups: Ranked, ranking: Ranking, plan: Plan, told: Callable[[float], object] | None) -> Floats:
    random = np.random.default_rng(plan.seed)
    n = len(groups.truth)
    # Only how often each kind of each group is drawn matters, not which of its examples: a multinomial over at
    # most 2 g cells. Drawing positions and counting them costs less than drawing from it.
    group = np.repeat(np.arange(len(groups.ends)), np.diff(groups.ends, prepend=-1))
    cell = 2 * group + (groups.truth > 0)
    kinds = [np.flatnonzero(groups.truth > 0), np.flatnonzero(groups.truth == 0)] if plan.stratified else [np.arange(n)]
    parts = []
    for size in _batches(plan.resamples, 2 * n):
        drawn = np.concatenate(
            [cell[kind[random.integers(0, len(kind), size=(size, len(kind)))]] for kind in kinds], axis=1
        )
        width = 2 * len(groups.ends)
        flat = (drawn + width * np.arange(size)[:, None]).ravel()
        weight = np.bincount(flat, minlength=width * size).reshape(size, len(groups.ends), 2).astype(np.float64)
        parts.append(measure(ranking, weight[:, :, 1], weight[:, :, 0]))
        if told is not None:
            told(sum(map(len, parts)) / plan.resamples)
    return np.concatenate(parts)


def _ranking_acceleration(groups: Ranked, ranking: Ranking, plan: Plan) -> float:
    left_out = np.concatenate(without_each(ranking, groups))
    count = np.concatenate((groups.positive, groups.negative))
    stratum = np.repeat([1, 0], len(groups.ends)) if plan.stratified else None
    return _acceleration(left_out, count, stratum)


def _acceleration(left_out: Floats, count: Floats, stratum: NDArray[np.integer] | None) -> float:
    """Skewness of the influence of single examples, by leaving each out (Davison and Hinkley, 1997, section 5.3).

    Args:
        left_out: (c,) the measure without one example of each cell.
        count: (c,) examples in each cell.
        stratum: (c,) which sample each cell was drawn from; None means one sample.
    """
    defined = (count > 0) & np.isfinite(left_out)
    left_out, count = left_out[defined], count[defined]
    strata = np.zeros(len(count), dtype=np.int64) if stratum is None else stratum[defined]
    cubes = squares = 0.0
    for one in np.unique(strata):
        weight, values = count[strata == one], left_out[strata == one]
        n = float(weight.sum())
        influence = (n - 1) * (np.average(values, weights=weight) - values)
        cubes += float(weight @ influence**3) / n**3
        squares += float(weight @ influence**2) / n**2
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


def _interval(name: str, value: float, drawn: Floats, acceleration: float, n: int, plan: Plan) -> Interval:
    defined = drawn[np.isfinite(drawn)]
    undefined = len(drawn) - len(defined)
    if not np.isfinite(value) or not len(defined):
        return _none(name, value, n, plan, "the measure is undefined for these examples", undefined=undefined)
    levels = np.array([(1 - plan.level) / 2, (1 + plan.level) / 2])
    problem = None
    if plan.method is Method.BCA:
        # Draws equal to the value count half: with few examples many are, and either side would bias the shift.
        below = float(np.mean(defined < value) + np.mean(defined == value) / 2)
        if 0 < below < 1:
            levels = _bca_levels(levels, below, acceleration)
        else:
            problem = (
                "all resamples lie on one side of the value, so BCa is undefined and the percentile interval is given"
            )
    if problem is None and defined.min() == defined.max():
        problem = "all resamples give the same value, so the interval has no width and says little"
    low, high = np.quantile(defined, levels)
    return Interval(name, value, float(low), float(high), undefined, n, plan, problem)


def _bca_levels(levels: Floats, below: float, acceleration: float) -> Floats:
    normal = NormalDist()
    shift = normal.inv_cdf(below)
    moved = (shift + normal.inv_cdf(float(level)) for level in levels)
    return np.array([normal.cdf(shift + z / (1 - acceleration * z)) for z in moved])


def _none(name: str, value: float, n: int, plan: Plan, problem: str, *, undefined: int = 0) -> Interval:
    return Interval(str(name), value, float("nan"), float("nan"), undefined, n, plan, problem)


def _batches(resamples: int, width: int) -> list[int]:
    size = max(1, min(resamples, _BATCH_CELLS // max(width, 1)))
    return [min(size, resamples - start) for start in range(0, resamples, size)]
