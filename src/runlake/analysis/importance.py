"""Which parameters matter for a metric: what a model of it loses when a parameter is shuffled.

A random forest learns the metric from the parameters and is judged on runs that it has not seen. Its loss of R²
when one parameter is shuffled among those runs is that parameter's importance. Rank correlation adds the sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from runlake.analysis.association import Correlation, by_strength, spearman
from runlake.analysis.axes import Kind, axis, varying

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

Floats = NDArray[np.float64]

LEAST_RUNS, MOST_RUNS, MOST_PARAMS = 10, 800, 30
REPEATS, FOLDS, TREES = 5, 3, 40
FEATURES = 0.5  # a share that a split chooses from: quicker, and parameters that go together share what they tell


@dataclass(frozen=True, slots=True)
class Effect:
    """What one parameter does.

    Attributes:
        name: of its column.
        drop: mean loss of R² when it is shuffled.
        low, high: least and greatest of the repeats.
        correlation: with the metric, over the runs that have both; None for categories and where it is undefined.
    """

    name: str
    drop: float
    low: float
    high: float
    correlation: Correlation | None


@dataclass(frozen=True, slots=True)
class Importance:
    """Effects of parameters on a metric, the strongest first.

    Attributes:
        effects: empty where `refusal` says why nothing can be said.
        score: mean R² of the forests on runs that they have not seen; NaN where none was grown.
        score_low, score_high: least and greatest of the repeats.
        n: runs that the forests learned from and were judged on.
        available: runs that have the metric; a seeded sample of them is taken where they are many.
        left_out: parameters beyond the `MOST_PARAMS` that go along with the metric most.
        refusal: why there is no answer; "" where there is one.
    """

    effects: tuple[Effect, ...]
    score: float
    score_low: float
    score_high: float
    n: int
    available: int
    left_out: int
    refusal: str = ""

    @property
    def explains(self) -> bool:
        """Whether the forests predict better than the mean does, so that their importances mean anything."""
        return self.score > 0

    @property
    def method(self) -> str:
        """How it was computed, in one sentence."""
        return (
            f"Random forests of {TREES} trees, {FOLDS}-fold cross-validation repeated {REPEATS} times on {self.n:,} runs; "
            "the loss of R² on unseen runs when one parameter is shuffled."
        )


def importance(params: pl.DataFrame, objective: Floats, *, seed: int = 0) -> Importance:
    """Measure which parameters matter.

    Args:
        params: (n, m) one column per parameter, numbers or texts.
        objective: (n,) the metric; runs in which it is not finite are left out.
        seed: of the sample, the folds, the forests and the shuffling.
    """
    has = np.flatnonzero(np.isfinite(objective))
    rows, y = params[has], objective[has]
    names = varying(rows)
    if refusal := _refusal(len(has), y, names):
        return Importance((), np.nan, np.nan, np.nan, len(has), len(has), 0, refusal)
    names = by_strength(rows, names, y)
    left_out = max(0, len(names) - MOST_PARAMS)
    names = names[:MOST_PARAMS]
    random = np.random.default_rng(seed)
    if len(y) > MOST_RUNS:
        sample = np.sort(random.choice(len(y), MOST_RUNS, replace=False))
        rows, y = rows[sample], y[sample]
    scores, drops = _measured(*_encoded(rows, names), y, random)
    effects = [
        Effect(name, float(of.mean()), float(of.min()), float(of.max()), _correlated(params[name], objective))
        for name, of in zip(names, drops.T, strict=True)
    ]
    return Importance(
        effects=tuple(sorted(effects, key=lambda effect: -effect.drop)),
        score=float(scores.mean()),
        score_low=float(scores.min()),
        score_high=float(scores.max()),
        n=len(y),
        available=len(has),
        left_out=left_out,
    )


def _refusal(n: int, y: Floats, names: Sequence[str]) -> str:
    if n < LEAST_RUNS:
        return f"{n} {'run has' if n == 1 else 'runs have'} a finite value of the metric; at least {LEAST_RUNS} are needed."
    if y.min() == y.max():
        return f"The metric is the same in all {n:,} runs that have it."
    if not names:
        return f"No parameter varies among the {n:,} runs that have the metric."
    return ""


def _encoded(rows: pl.DataFrame, names: Sequence[str]) -> tuple[Floats, list[list[int]]]:
    """Return one column per number and one per category, and which of them belong to each parameter."""
    columns: list[Floats] = []
    groups: list[list[int]] = []
    for name in names:
        made = axis(rows[name])
        # Trees take NaN as it is: a run without the parameter goes where that predicts best.
        parts = (
            [made.position]
            if made.kind in (Kind.NUMBER, Kind.INTEGER)
            else [(made.position == place).astype(np.float64) for place in range(int(made.high) + 1)]
        )
        groups.append(list(range(len(columns), len(columns) + len(parts))))
        columns += parts
    return np.column_stack(columns), groups


def _measured(
    x: Floats, groups: Sequence[Sequence[int]], y: Floats, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the score of each repeat, and the drop of each repeat and parameter."""
    from sklearn.ensemble import RandomForestRegressor

    scores, drops = np.empty(REPEATS), np.empty((REPEATS, len(groups)))
    for repeat in range(REPEATS):
        guessed = np.empty(len(y))
        shuffled = np.empty((len(groups), len(y)))
        for unseen in np.array_split(random.permutation(len(y)), FOLDS):
            seen = np.setdiff1d(np.arange(len(y)), unseen)
            forest = RandomForestRegressor(TREES, max_features=FEATURES, random_state=int(random.integers(2**31)))
            forest.fit(x[seen], y[seen])
            guessed[unseen] = forest.predict(x[unseen])
            shuffled[:, unseen] = _shuffled(forest, x[unseen], groups, random)
        scores[repeat] = r_squared(y, guessed)
        drops[repeat] = [scores[repeat] - r_squared(y, one) for one in shuffled]
    return scores, drops


def _shuffled(forest: object, x: Floats, groups: Sequence[Sequence[int]], random: np.random.Generator) -> Floats:
    """Predict once per parameter, its columns shuffled together; (parameters, runs)."""
    # One call for all: most of the time of a small prediction goes into starting it.
    stacked = np.tile(x, (len(groups), 1))
    for place, columns in enumerate(groups):
        at = slice(place * len(x), (place + 1) * len(x))
        stacked[at, columns] = x[random.permutation(len(x))][:, columns]
    predicted: Floats = forest.predict(stacked)  # type: ignore[attr-defined]  # a regressor of scikit-learn, which has no types
    return predicted.reshape(len(groups), len(x))


def r_squared(truth: Floats, guess: Floats) -> float:
    """Return the share of the variance of `truth` that `guess` explains; below 0 where the mean would do better."""
    return 1 - float(((truth - guess) ** 2).sum()) / float(((truth - truth.mean()) ** 2).sum())


def _correlated(column: pl.Series, objective: Floats) -> Correlation | None:
    made = axis(column)
    return None if made.kind is Kind.CATEGORY else spearman(made.position, objective)
