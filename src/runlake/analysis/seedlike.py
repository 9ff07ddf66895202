"""Which parameters only repeat a run: seeds and folds, by their names."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = re.compile(r"[/.:]")
# Whole words at the end of a name. `k_fold` and `n_folds` are how many folds there are, which changes what is done.
_SEED = re.compile(
    r"(.*_)?(seed|random_?state|rng|rng_key|prng|prng_key)(_?\d+)?"
    r"|seed_(everything|value|id|idx|index|no|number|all)"
    r"|((cv|outer|inner|test|val|valid|validation)_)?fold(_(id|idx|index|no|num|number|i|k))?(_?\d+)?"
)
# `n_seed` counts them, `use_seed` says whether there is one.
_COUNT = re.compile(r"(n|num|number|use|has|fix|max|total)_.*")


def is_seedlike(key: str) -> bool:
    """Say whether a parameter is a seed or the number of a fold, whatever it is namespaced by.

    >>> [is_seedlike(k) for k in ("seed", "train/seed", "model.random_state", "dataSeed", "fold", "cv_fold", "seed_2")]
    [True, True, True, True, True, True, True]
    >>> [is_seedlike(k) for k in ("lr", "seeding", "k_fold", "n_folds", "num_seed", "unfold", "seed/lr", "manifold")]
    [False, False, False, False, False, False, False, False]
    """
    last = _PARTS.split(key)[-1]
    words = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", last).lower()).strip("_")
    return _SEED.fullmatch(words) is not None and _COUNT.fullmatch(words) is None
