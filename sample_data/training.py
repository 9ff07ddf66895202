"""The models, each trained by the step so that its learning curve can be watched.

Every trainer is a generator: it yields a fitted model once per step with what that step took, and the
caller measures and logs. All are seeded and run in one thread, so their numbers repeat.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from datasets import Data

    Params = Mapping[str, Any]


class Step(NamedTuple):
    """One step of training.

    Attributes:
        step: its number.
        model: the model so far, with scikit-learn's `predict`.
        extra: what only this kind of model can say of the step.
        seconds: how long it takes on the laboratory's machines.
    """

    step: int
    model: Any
    extra: dict[str, float]
    seconds: float


def sgd(data: Data, params: Params, seed: int) -> Iterator[Step]:
    """Linear model by stochastic gradient descent, one epoch per step."""
    scaler = StandardScaler().fit(data.train.x)
    if data.is_regression:
        model = SGDRegressor(alpha=params["alpha"], eta0=params["eta0"], penalty=params["penalty"], random_state=seed)
    else:
        model = SGDClassifier("log_loss", alpha=params["alpha"], penalty=params["penalty"], random_state=seed)
    return _by_epoch(data, params, seed, model, scaler)


def mlp(data: Data, params: Params, seed: int) -> Iterator[Step]:
    """Multilayer perceptron, one epoch per step."""
    scaler = StandardScaler().fit(data.train.x)
    kind = MLPRegressor if data.is_regression else MLPClassifier
    model = kind(
        hidden_layer_sizes=params["hidden"], learning_rate_init=params["learning_rate"], solver=params["solver"],
        alpha=params["alpha"], batch_size=params["batch_size"], random_state=seed,
    )  # fmt: skip
    return _by_epoch(data, params, seed, model, scaler)


def _by_epoch(data: Data, params: Params, seed: int, model: Any, scaler: Any) -> Iterator[Step]:
    rng = np.random.default_rng(seed)
    x, y = scaler.transform(data.train.x), data.train.y
    known = {} if data.is_regression else {"classes": np.unique(y)}
    pipeline = make_pipeline(scaler, model)
    for epoch in range(params["epochs"]):
        order = rng.permutation(len(y))
        model.partial_fit(x[order], y[order], **known)
        extra = {"weights/norm": _norm(model)}
        if hasattr(model, "loss_"):
            extra["train/batch_loss"] = float(model.loss_)
        yield Step(epoch, pipeline, extra, len(y) / 300 * float(rng.uniform(0.9, 1.4)))


def forest(data: Data, params: Params, seed: int) -> Iterator[Step]:
    """Random forest, some more trees per step; out-of-bag score along the way."""
    kind = RandomForestRegressor if data.is_regression else RandomForestClassifier
    model = kind(
        n_estimators=0, max_depth=params["max_depth"], min_samples_leaf=params["min_samples_leaf"],
        oob_score=True, warm_start=True, n_jobs=1, random_state=seed,
    )  # fmt: skip
    stride = params["trees_per_step"]
    # The first batch is big enough for every row to be out of some tree's bag.
    for trees in itertools.chain(
        [max(stride, 25)], range(max(stride, 25) + stride, params["n_estimators"] + 1, stride)
    ):
        model.set_params(n_estimators=trees).fit(data.train.x, data.train.y)
        yield Step(trees, model, {"oob/score": float(model.oob_score_)}, 0.5 * stride)


def boosting(data: Data, params: Params, seed: int) -> Iterator[Step]:
    """Gradient boosting, one tree per step."""
    kind = GradientBoostingRegressor if data.is_regression else GradientBoostingClassifier
    model = kind(
        n_estimators=0, learning_rate=params["learning_rate"], max_depth=params["max_depth"],
        subsample=params["subsample"], warm_start=True, random_state=seed,
    )  # fmt: skip
    for trees in range(1, params["n_estimators"] + 1):
        model.set_params(n_estimators=trees).fit(data.train.x, data.train.y)
        yield Step(trees, model, {"train/deviance": float(model.train_score_[-1])}, 0.27 * params["max_depth"])


def bayes(data: Data, params: Params, seed: int) -> Iterator[Step]:
    """Gaussian naive Bayes, fed one batch per step in random order."""
    order = np.random.default_rng(seed).permutation(len(data.train.y))
    model = GaussianNB(var_smoothing=params["var_smoothing"])
    for step, rows in enumerate(np.array_split(order, params["batches"])):
        model.partial_fit(data.train.x[rows], data.train.y[rows], classes=np.unique(data.train.y))
        yield Step(step, model, {"rows_seen": float(sum(model.class_count_))}, 0.25)


TRAINERS: dict[str, Callable[[Data, Params, int], Iterator[Step]]] = {
    "sgd": sgd,
    "mlp": mlp,
    "forest": forest,
    "boosting": boosting,
    "bayes": bayes,
}


def _norm(model: Any) -> float:
    weights = model.coefs_ if hasattr(model, "coefs_") else [model.coef_]
    return float(np.sqrt(sum(float((w**2).sum()) for w in weights)))
