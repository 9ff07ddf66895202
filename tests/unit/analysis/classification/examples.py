"""Examples that the tests of classification share: random ones with ties, and what Hypothesis draws."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from runlake.analysis.classification import Binary, Predictions, predictions

CLASSES = ("neg", "pos")


def a_binary(truth: list[int], score: list[float], *, name: str = "pos") -> Binary:
    return Binary(name, np.array(truth, dtype=np.bool_), np.array(score, dtype=np.float64))


def a_random_binary(seed: int, n: int = 300, *, prevalence: float = 0.3, digits: int = 2) -> Binary:
    """Scores that tell the classes apart somewhat; rounding makes ties."""
    random = np.random.default_rng(seed)
    truth = random.random(n) < prevalence
    score = 1 / (1 + np.exp(-(random.normal(size=n) + 1.5 * truth - 0.8)))
    return Binary("pos", truth, np.round(score, digits))


def some_predictions(seed: int, n: int = 300, k: int = 4, *, skill: float = 1.5) -> Predictions:
    random = np.random.default_rng(seed)
    labels = random.integers(0, k, n)
    logits = random.normal(size=(n, k)) + skill * (labels[:, None] == np.arange(k))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return predictions(labels, [f"c{i}" for i in range(k)], scores=scores, ids=[f"e{i}" for i in range(n)])


# Few different scores, so that ties are common.
binaries = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=1, max_size=60).map(
    lambda rows: a_binary([int(t) for t, _ in rows], [s / 12 for _, s in rows])
)
two_kinds = binaries.filter(lambda b: 0 < b.positives < b.n)
