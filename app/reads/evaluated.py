"""Everything of evaluations that takes a while to work out, kept by what it follows from; see `working`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

import working
from components.evaluation import judged as judging
from reads import data
from runlake.analysis.classification import (
    Ranking,
    at_thresholds,
    auc_interval,
    averages,
    judgement,
    pr_curve,
    ranking_interval,
    roc_curve,
)
from runlake.analysis.error_intervals import error_intervals
from runlake.errors import NotFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.compare.slots import Slot
    from components.evaluation.judged import Judged
    from runlake.analysis.classification import Averages, Binary, Confusion, Judgement
    from runlake.analysis.error_intervals import Ends, Error
    from runlake.query import Lake
    from working import Told

MOST_RESAMPLED = 20_000  # examples; beyond that, resampling them takes many seconds
MOST_STEPS = 100  # of one run


@dataclass(frozen=True, slots=True)
class Ranked:
    """How well scores rank: value, low and high of both measures, NaN where there is none."""

    average_precision: tuple[float, float, float]
    roc_auc: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is worked out of one evaluation.

    Attributes:
        one: the evaluation.
        binary: of the class in question; None without scores.
        matrix, of_class: at the threshold in question, of all classes and of that one against the rest.
        cut: that threshold; None for the predictions as they were made.
    """

    one: Judged
    binary: Binary | None
    matrix: Confusion
    of_class: Confusion
    cut: float | None

    @property
    def name(self) -> tuple[object, ...]:
        """What its ranking follows from."""
        return (*self.one.identity, None if self.binary is None else self.binary.name)


def rankings(asked: Sequence[Asked]) -> list[Ranked | None]:
    """Return how well the scores rank, with intervals once those are worked out; None without scores."""
    key = ("ranking", *(one.name for one in asked))
    found = working.work(key, "resampling the examples for intervals", partial(_rankings, asked, True))
    return _rankings(asked, False, lambda _: None) if found is None else found


def _rankings(asked: Sequence[Asked], with_intervals: bool, told: Told) -> list[Ranked | None]:
    found: list[Ranked | None] = []
    for number, one in enumerate(asked):
        found.append(
            None if one.binary is None else _ranked(one.binary, with_intervals, _part(told, number, len(asked)))
        )
    return found


def _ranked(binary: Binary, with_intervals: bool, told: Callable[[float], object]) -> Ranked:
    area = auc_interval(binary)
    nothing = (float("nan"),) * 2
    roc_auc = (area.auc, area.low, area.high)
    counts = at_thresholds(binary)
    if np.isnan(area.auc):  # a micro-average has an area, but its answers are not independent
        roc_auc = (roc_curve(counts).auc, *nothing)
    precision = (pr_curve(counts).average_precision, *nothing)
    if with_intervals and binary.n <= MOST_RESAMPLED:
        drawn = ranking_interval(binary, Ranking.AVERAGE_PRECISION, told=told)
        precision = (precision[0], drawn.low, drawn.high)
    return Ranked(precision, roc_auc)


def judgements(asked: Sequence[Asked]) -> list[Judgement] | None:
    """Return the measures of the decisions with their intervals, once those are worked out."""
    key = ("judgement", *((*one.name, one.of_class.classes[1], one.cut) for one in asked))
    return working.work(key, "resampling the decisions for intervals", partial(_judgements, asked))


def _judgements(asked: Sequence[Asked], told: Told) -> list[Judgement]:
    return [
        judgement(one.matrix, one.of_class, told=_part(told, number, len(asked))) for number, one in enumerate(asked)
    ]


def over_classes(judged: Sequence[Judged]) -> list[Averages | None] | None:
    """Return the averages over classes, once they are worked out; of each None where it has no scores."""
    key = ("averages", *(one.identity for one in judged))
    return working.work(key, "ranking the examples class by class", partial(_over_classes, judged))


def _over_classes(judged: Sequence[Judged], told: Told) -> list[Averages | None]:
    return [
        averages(one.predictions, told=_part(told, number, len(judged)))
        if one.predictions is not None and one.has_scores
        else None
        for number, one in enumerate(judged)
    ]


def errors(judged: Sequence[Judged]) -> list[dict[Error, Ends]] | None:
    """Return the intervals of the measures of predicted numbers, once they are worked out; {} of too many examples."""
    key = ("errors", *(one.identity for one in judged))
    return working.work(key, "resampling the examples for intervals", partial(_errors, judged))


def _errors(judged: Sequence[Judged], told: Told) -> list[dict[Error, Ends]]:
    found: list[dict[Error, Ends]] = []
    for number, one in enumerate(judged):
        true, guess = judging.numbers(one)
        few = len(true) <= MOST_RESAMPLED
        found.append(error_intervals(true, guess, told=_part(told, number, len(judged))) if few else {})
    return found


def _part(told: Told, number: int, count: int) -> Told:
    """Let one of several tell how far it is as part of the whole."""
    return lambda share: told((number + share) / count)


# One run, or several, step by step.


@dataclass(frozen=True, slots=True)
class Followed:
    """Measures of one run over its steps.

    Attributes:
        steps: (m,) rising.
        measures: by name, (m,) each; NaN where a step has none.
        left_out: steps between these that were not read, or could not be.
    """

    run: Slot
    steps: tuple[float, ...]
    measures: dict[str, tuple[float, ...]]
    left_out: int


def followed(
    runs: Sequence[tuple[Slot, tuple[float, ...]]],
    name: str,
    key: tuple[object, ...],
    measure: Callable[[Judged], dict[str, float]],
) -> list[Followed] | None:
    """Return the measures of an evaluation over the steps of runs, once they are worked out.

    Args:
        runs: each with the steps at which it logged the evaluation.
        name: of the evaluation.
        key: what the evaluations and `measure` follow from.
        measure: of one evaluation.
    """
    whole = ("followed", name, key, tuple((run.run_id, steps) for run, steps in runs))
    return working.work(
        whole, "reading the evaluations step by step", partial(_followed, runs, name, measure, data.lake())
    )


def _followed(
    runs: Sequence[tuple[Slot, tuple[float, ...]]],
    name: str,
    measure: Callable[[Judged], dict[str, float]],
    lake: Lake,
    told: Told,
) -> list[Followed]:
    chosen = [(run, spread(steps), len(steps)) for run, steps in runs]
    total, done = sum(len(steps) for _, steps, _ in chosen), 0
    found: list[Followed] = []
    for run, steps, count in chosen:
        read: list[tuple[float, dict[str, float]]] = []
        for step in steps:
            try:
                one = judging.judge(run, lake.evaluation(run.run_id, name, step))
            except (NotFound, StoreError):
                one = None
            if one is not None and one.problem is None:
                read.append((step, measure(one)))
            done += 1
            told(done / total)
        names = dict.fromkeys(measured for _, measures in read for measured in measures)
        measures = {m: tuple(values.get(m, float("nan")) for _, values in read) for m in names}
        found.append(Followed(run, tuple(step for step, _ in read), measures, count - len(read)))
    return found


def spread(steps: Sequence[float], most: int = MOST_STEPS) -> list[float]:
    """Choose steps: all up to `most`; of more the first, the last and an even share of the others."""
    if len(steps) <= most:
        return list(steps)
    return [steps[at] for at in np.unique(np.linspace(0, len(steps) - 1, most).astype(np.intp)).tolist()]
