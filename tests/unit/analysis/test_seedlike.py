from __future__ import annotations

import pytest

from runlake.analysis.seedlike import is_seedlike


class TestAName:
    @pytest.mark.parametrize(
        "key",
        [
            *(
                "seed",
                "SEED",
                "random_state",
                "randomState",
                "random_seed",
                "rng",
                "fold",
                "Fold",
                "cv_fold",
                "fold_id",
            ),
            *("train/seed", "model.random_state", "data:seed", "a/b/c.rng", "torch_seed", "numpy-seed", "global seed"),
            *("seed_everything", "seed_1", "seed2", "trainer.seed_everything"),
        ],
    )
    def test_of_a_seed_or_a_fold_is_one(self, key: str) -> None:
        assert is_seedlike(key)

    @pytest.mark.parametrize(
        "key",
        [
            *("lr", "seeding", "seedling", "k_fold", "n_folds", "kfold", "num_seed", "use_seed", "manifold", "unfold"),
            *("seed/lr", "fold.size", "", "/", "linearng", "strng", "n_rng", "random"),
        ],
    )
    def test_of_something_else_is_none(self, key: str) -> None:
        assert not is_seedlike(key)
