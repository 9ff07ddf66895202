"""Which parameters matter for a metric."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score

from runlake.analysis.importance import FEATURES, MOST_PARAMS, MOST_RUNS, TREES, importance, r_squared


def some_runs(n: int = 120, *, seed: int = 4) -> tuple[pl.DataFrame, np.ndarray]:
    """Runs whose metric falls with `lr`, depends on the model and on nothing else."""
    random = np.random.default_rng(seed)
    lr, model = random.uniform(0, 1, n), random.integers(0, 3, n)
    frame = pl.DataFrame(
        {
            "params.lr": lr,
            "params.model": [("a", "b", "c")[one] for one in model],
            "params.noise": random.normal(size=n),
            "params.same": [1.0] * n,
        }
    )
    return frame, -5 * lr + np.array([0.0, 2.0, 0.5])[model] + random.normal(scale=0.05, size=n)


class TestImportance:
    def test_finds_what_matters_and_which_way(self) -> None:
        frame, objective = some_runs()

        found = importance(frame, objective)

        assert [effect.name for effect in found.effects] == ["params.lr", "params.model", "params.noise"]
        lr, model, noise = found.effects
        assert found.explains
        assert found.score > 0.8
        assert lr.correlation is not None
        assert lr.correlation.high < 0
        assert model.correlation is None
        assert noise.drop < 0.05 < model.low <= model.drop <= model.high
        assert (found.n, found.available, found.left_out, found.refusal) == (120, 120, 0, "")

    def test_agrees_with_scikit_learn(self) -> None:
        # Theirs: one split after another, the mean over the splits of what each loses.
        frame, objective = some_runs(200)
        x = np.column_stack([frame["params.lr"], frame["params.noise"]])
        theirs = []
        for repeat in range(5):
            order = np.random.default_rng(repeat).permutation(200)
            for unseen in np.array_split(order, 3):
                seen = np.setdiff1d(order, unseen)
                forest = RandomForestRegressor(TREES, max_features=FEATURES, random_state=repeat).fit(
                    x[seen], objective[seen]
                )
                lost = permutation_importance(
                    forest, x[unseen], objective[unseen], scoring="r2", n_repeats=5, random_state=0
                )
                theirs.append(lost.importances_mean)

        several = [importance(frame.select("params.lr", "params.noise"), objective, seed=seed) for seed in range(3)]

        drops = [{effect.name: effect.drop for effect in found.effects} for found in several]
        ours = [np.mean([of[name] for of in drops]) for name in ("params.lr", "params.noise")]
        expected, spread = np.mean(theirs, axis=0), np.std(theirs, axis=0)
        assert np.all(np.abs(ours - expected) < spread)

    def test_is_the_same_each_time(self) -> None:
        frame, objective = some_runs(60)

        assert importance(frame, objective) == importance(frame, objective)

    def test_takes_a_category_as_one_whatever_its_number_of_texts(self) -> None:
        random = np.random.default_rng(6)
        effect = random.normal(size=12)
        group = random.integers(0, 12, 400)
        frame = pl.DataFrame({"params.group": [f"g{one}" for one in group], "params.x": random.random(400)})

        found = importance(frame, effect[group])

        assert [one.name for one in found.effects] == ["params.group", "params.x"]
        assert found.effects[0].drop > 0.5

    def test_bears_parameters_that_some_runs_lack(self) -> None:
        frame, objective = some_runs()
        gaps = frame.with_columns(
            pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise("params.lr").alias("params.lr")
        )

        found = importance(gaps, objective)

        lr = next(one for one in found.effects if one.name == "params.lr")
        assert lr.correlation is not None
        assert lr.correlation.n == 80

    def test_takes_a_sample_of_many_runs_and_the_strongest_of_many_parameters(self) -> None:
        random = np.random.default_rng(7)
        frame = pl.DataFrame({f"params.p{number}": random.random(900) for number in range(MOST_PARAMS + 5)})

        found = importance(frame, frame["params.p3"].to_numpy())

        assert (found.n, found.available, found.left_out) == (MOST_RUNS, 900, 5)
        assert found.effects[0].name == "params.p3"


class TestARefusal:
    def test_of_too_few_runs(self) -> None:
        frame, objective = some_runs(12)
        objective[3:] = math.nan

        assert importance(frame, objective).refusal.startswith("3 runs have a finite value")

    def test_of_a_metric_that_does_not_vary(self) -> None:
        frame, _ = some_runs(12)

        assert importance(frame, np.ones(12)).refusal == "The metric is the same in all 12 runs that have it."

    def test_of_parameters_that_do_not_vary(self) -> None:
        frame, objective = some_runs(12)

        assert "No parameter varies" in importance(frame.select("params.same"), objective).refusal


def test_r_squared_is_that_of_scikit_learn() -> None:
    truth, guess = np.random.default_rng(8).normal(size=(2, 50))

    assert r_squared(truth, guess) == pytest.approx(r2_score(truth, guess))
