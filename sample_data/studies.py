"""The experiments of the sample: who trains what, when, and what they expect of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from people import when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """One run to be.

    Attributes:
        experiment: its path.
        name: its name, unique within the experiment.
        owner: user name of who trains it.
        data: name of the data set.
        features: how its rows are described.
        trainer: name of the kind of model.
        params: settings of the model.
        start: when it starts.
        seed: what its random numbers start from.
        tags: on top of stage, team and dataset.
        stage: dev, staging or prod.
        aim: key of the measure that decides, on the validation rows.
        hypothesis: what it tests.
        expected: what is expected of it.
        target: the value of `aim` that the expectation names; the conclusion says whether it was reached.
        kill_after: number of steps after which the process is killed; None lets it finish.
        use: for a final model, what it is for; it gets a card.
        children: runs nested in this one, which then trains nothing itself.
    """

    experiment: str
    name: str
    owner: str
    data: str
    trainer: str
    params: dict[str, Any]
    start: datetime
    features: str = "raw"
    seed: int = 0
    tags: dict[str, Any] = field(default_factory=dict)
    stage: str = "dev"
    aim: str = "val/f1"
    hypothesis: str | None = None
    expected: str | None = None
    target: float | None = None
    kill_after: int | None = None
    use: str = ""
    children: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment and how its runs are judged."""

    path: str
    description: str
    owner: str
    metric: str
    reducer: str
    direction: str
    dataset: str


EXPERIMENTS = (
    Experiment("tumour_diagnosis/baseline", "How far plain models get on the Wisconsin breast cancer data.",
               "ana", "val/f1", "max", "maximize", "breast_cancer"),
    Experiment("tumour_diagnosis/feature_engineering", "Does another description of the cells help a forest?",
               "ana", "val/f1", "max", "maximize", "breast_cancer"),
    Experiment("tumour_diagnosis/tuning", "Gradient boosting: learning rate against depth.",
               "bo", "val/loss", "min", "minimize", "breast_cancer"),
    Experiment("tumour_diagnosis/final_model", "The model that goes to review.",
               "bo", "val/f1", "max", "maximize", "breast_cancer"),
    Experiment("digit_recognition/baseline", "Linear and small neural models on 8×8 digits.",
               "chen", "val/accuracy", "max", "maximize", "digits"),
    Experiment("digit_recognition/tuning", "Width, learning rate and solver of the perceptron.",
               "chen", "val/accuracy", "max", "maximize", "digits"),
    Experiment("digit_recognition/final_model", "The perceptron that goes to review.",
               "chen", "val/accuracy", "max", "maximize", "digits"),
    Experiment("digit_pairs/baseline", "Two digits at once: a hundred classes, ten groups.",
               "chen", "val/accuracy", "max", "maximize", "digit_pairs"),
    Experiment("wine_cultivar/baseline", "Which of three cultivars a wine comes from.",
               "eve", "val/f1", "last", "maximize", "wine"),
    Experiment("diabetes_progression/baseline", "How the disease goes on within a year, from ten measurements.",
               "bo", "val/rmse", "min", "minimize", "diabetes"),
    Experiment("diabetes_progression/final_model", "Planned; nothing has been trained yet.",
               "bo", "val/rmse", "min", "minimize", "diabetes"),
)  # fmt: skip

SGD = {"epochs": 60, "alpha": 1e-4, "penalty": "l2"}
MLP = {"epochs": 60, "hidden": (32,), "learning_rate": 1e-3, "solver": "adam", "alpha": 1e-4, "batch_size": 32}
FOREST = {"n_estimators": 200, "max_depth": 8, "min_samples_leaf": 2, "trees_per_step": 5}
BOOSTING = {"n_estimators": 80, "learning_rate": 0.1, "max_depth": 3, "subsample": 0.8}
BAYES = {"var_smoothing": 1e-9, "batches": 20}
REGRESSION_SGD = {"epochs": 80, "alpha": 1e-3, "penalty": "l2", "eta0": 0.01}


def plans() -> Iterator[Plan]:
    """Give all runs to be in the order in which they start; children come with their parent."""
    found = [*tumour_baseline(), *tumour_features(), tumour_tuning(), *tumour_final()]
    found += [*digit_baseline(), *digit_tuning(), *digit_final(), *digit_pairs(), *wine(), *diabetes()]
    yield from sorted(found, key=lambda plan: plan.start)


def seeds(plan: Plan, count: int, *, minutes: float = 7) -> Iterator[Plan]:
    """Repeat a plan with several seeds, one after the other; only the first says what it tests."""
    for seed in range(count):
        start = when(1, 0) + (plan.start - when(1, 0)) + seed * (when(1, minutes / 60) - when(1, 0))
        again = replace(plan, name=f"{plan.name}_seed{seed}", seed=seed, start=start)
        yield again if seed == 0 else replace(again, hypothesis=None, expected=None, target=None)


def tumour_baseline() -> Iterator[Plan]:
    """Three kinds of model, five seeds each, to see how much of a difference is chance."""
    plan = Plan("tumour_diagnosis/baseline", "", "ana", "breast_cancer", "", {}, when(1, 8.2))
    yield from seeds(
        replace(
            plan, name="sgd", trainer="sgd", params=SGD,
            hypothesis="The classes are close to linearly separable.",
            expected="A linear model reaches a validation F1 of 0.97.", target=0.97,
        ), 5)  # fmt: skip
    yield from seeds(
        replace(
            plan, name="forest", trainer="forest", params=FOREST, start=when(1, 9.5),
            hypothesis="Trees find interactions that a linear model misses.",
            expected="A forest reaches a validation F1 of 0.98.", target=0.98,
        ), 5)  # fmt: skip
    yield from seeds(replace(plan, name="boosting", trainer="boosting", params=BOOSTING, start=when(1, 11.1)), 5)


def tumour_features() -> Iterator[Plan]:
    """One forest per description of the cells; the logarithm fails on zeros."""
    what = {
        "means_only": "The ten means alone carry the diagnosis.",
        "logarithm": "Skewed features cost accuracy; logarithms straighten them.",
        "log1p": "Skewed features cost accuracy; log1p straightens them and stands zeros.",
        "components": "Ten principal components are enough.",
        "ratios": "How far the worst cells lie from the mean says more than both alone.",
    }
    for at, (features, hypothesis) in enumerate(what.items()):
        yield Plan(
            "tumour_diagnosis/feature_engineering", f"forest_{features}", "ana", "breast_cancer", "forest", FOREST,
            when(3, 8.5 + 0.4 * at), features=features, hypothesis=hypothesis,
            expected="Validation F1 above the raw features' 0.97.", target=0.97, tags={"features": features},
        )  # fmt: skip


def tumour_tuning() -> Plan:
    """A grid over learning rate and depth, nested in one parent."""
    plan = Plan("tumour_diagnosis/tuning", "", "bo", "breast_cancer", "boosting", BOOSTING, when(8, 13), aim="val/loss")
    grid = itertools.product((0.02, 0.05, 0.1, 0.3), (2, 4))
    children = tuple(
        replace(
            plan, name=f"lr{rate:g}_depth{depth}", start=when(8, 13.05 + 0.08 * at),
            params=BOOSTING | {"learning_rate": rate, "max_depth": depth},
        )
        for at, (rate, depth) in enumerate(grid)
    )  # fmt: skip
    return replace(
        plan, name="grid_learning_rate_depth", trainer="grid", children=children,
        params={"grid/learning_rate": [0.02, 0.05, 0.1, 0.3], "grid/max_depth": [2, 4]},
        hypothesis="Shallow trees with a small step overfit least.",
        expected="The best cell has depth 2.",
    )  # fmt: skip


def tumour_final() -> Iterator[Plan]:
    """The candidate, three seeds; the first goes to production."""
    plan = Plan(
        "tumour_diagnosis/final_model", "boosting_v1", "bo", "breast_cancer", "boosting",
        BOOSTING | {"n_estimators": 120, "max_depth": 2}, when(15, 9), stage="staging",
        use="Second reader of fine-needle aspirates, for teaching only.",
        hypothesis="What tuning found holds for other seeds.",
        expected="Validation F1 of 0.96 or better.", target=0.96,
    )  # fmt: skip
    yield from seeds(plan, 3, minutes=20)


def digit_baseline() -> Iterator[Plan]:
    """Linear against neural, several seeds each."""
    plan = Plan("digit_recognition/baseline", "", "chen", "digits", "", {}, when(2, 7.5), aim="val/accuracy")
    yield from seeds(replace(plan, name="sgd", trainer="sgd", params=SGD | {"epochs": 40}), 4)
    yield from seeds(
        replace(
            plan, name="mlp", trainer="mlp", params=MLP | {"epochs": 40}, start=when(2, 9),
            hypothesis="One small hidden layer is worth more than any tuning of a linear model.",
            expected="Validation accuracy of 0.97.", target=0.97,
        ), 4, minutes=9)  # fmt: skip


def digit_tuning() -> Iterator[Plan]:
    """Single changes to the perceptron: one diverges, one is killed."""
    plan = Plan("digit_recognition/tuning", "", "chen", "digits", "mlp", MLP, when(9, 8), aim="val/accuracy")
    yield replace(plan, name="mlp_wide", params=MLP | {"hidden": (128,)}, tags={"sweep": "width"})
    yield replace(plan, name="mlp_deep", params=MLP | {"hidden": (64, 64)}, start=when(9, 8.4), tags={"sweep": "width"})
    yield replace(
        plan, name="mlp_hot", start=when(9, 9), tags={"sweep": ["learning_rate", "solver"]},
        params=MLP | {"solver": "sgd", "learning_rate": 2.0, "epochs": 30},
        hypothesis="Plain descent stands a large step on scaled pixels.",
        expected="Validation accuracy of 0.9.", target=0.9,
    )  # fmt: skip
    yield replace(
        plan, name="mlp_long", start=when(9, 10), params=MLP | {"epochs": 400, "learning_rate": 3e-4}, kill_after=57,
        tags={"sweep": "epochs"}, hypothesis="Ten times the epochs are worth a point of accuracy.",
        expected="Validation accuracy of 0.985.",
    )  # fmt: skip


def digit_final() -> Iterator[Plan]:
    """The candidate."""
    yield Plan(
        "digit_recognition/final_model", "mlp_wide_v1", "chen", "digits", "mlp", MLP | {"hidden": (128,), "epochs": 80},
        when(16, 8), stage="staging", aim="val/accuracy", use="Reading postcodes in the demonstration.",
        hypothesis="The wide layer was the gain of tuning.", expected="Validation accuracy of 0.98.", target=0.98,
    )  # fmt: skip


def digit_pairs() -> Iterator[Plan]:
    """Many classes, few rows of each."""
    yield Plan(
        "digit_pairs/baseline", "mlp_pairs", "chen", "digit_pairs", "mlp", MLP | {"hidden": (96,), "epochs": 60},
        when(17, 9), aim="val/accuracy", hypothesis="A network that reads digits reads two of them as well.",
        expected="Validation accuracy of 0.9.", target=0.9,
    )  # fmt: skip


def wine() -> Iterator[Plan]:
    """Three kinds of model on a small set, three seeds each."""
    plan = Plan("wine_cultivar/baseline", "", "eve", "wine", "", {}, when(4, 12))
    yield from seeds(replace(plan, name="bayes", trainer="bayes", params=BAYES, aim="val/f1"), 3, minutes=2)
    yield from seeds(replace(plan, name="sgd", trainer="sgd", params=SGD | {"epochs": 30}, start=when(4, 12.5)), 3)
    yield from seeds(
        replace(plan, name="forest", trainer="forest", params=FOREST | {"n_estimators": 120}, start=when(4, 13)), 3
    )


def diabetes() -> Iterator[Plan]:
    """Three kinds of regressor; the boosted one with five seeds."""
    plan = Plan("diabetes_progression/baseline", "", "bo", "diabetes", "", {}, when(10, 9), aim="val/rmse")
    yield replace(
        plan, name="sgd_ridge", trainer="sgd", params=REGRESSION_SGD,
        hypothesis="Ten measurements bear no more than a linear model.",
        expected="Nothing else gets below its error by more than 2.",
    )  # fmt: skip
    yield replace(plan, name="sgd_lasso", trainer="sgd", params=REGRESSION_SGD | {"penalty": "l1"}, start=when(10, 9.2))
    small = MLP | {"hidden": (16,), "learning_rate": 5e-3, "epochs": 80}
    yield replace(plan, name="mlp", trainer="mlp", params=small, start=when(10, 9.5))
    slow = BOOSTING | {"learning_rate": 0.05, "max_depth": 2}
    yield from seeds(replace(plan, name="boosting", trainer="boosting", params=slow, start=when(10, 10)), 5, minutes=4)
