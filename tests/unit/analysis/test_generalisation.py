"""Validation against train in one run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runlake.analysis.generalisation import Gap, gap_at_best, last_gap
from runlake.analysis.series import Series

NAN = math.nan


def a_series(*values: float, first: int = 0, every: int = 1) -> Series:
    step = first + every * np.arange(len(values), dtype=np.float64)
    return Series("r", "k", step, step, step, np.array(values, dtype=np.float64))


class TestTheGap:
    def test_at_the_end_is_between_the_last_values(self) -> None:
        assert last_gap(a_series(3, 2, 1), a_series(4, 2.5, every=2)) == Gap(1.0, 2.5, 2.0)

    @pytest.mark.parametrize(
        ("direction", "expected"), [("minimize", Gap(2.0, 2.5, 1.0)), ("maximize", Gap(3.0, 4.0, 0.0))]
    )
    def test_at_the_best_is_where_validation_is_best(self, direction: str, expected: Gap) -> None:
        assert gap_at_best(a_series(3, 2, 1), a_series(4, 2.5, 2.75), direction) == expected

    def test_at_the_best_takes_the_earliest_of_several(self) -> None:
        assert gap_at_best(a_series(3, 2, 1), a_series(1, 1, 1), "minimize") == Gap(3.0, 1.0, 0.0)

    def test_at_the_best_takes_train_from_the_last_step_before(self) -> None:
        assert gap_at_best(a_series(9, 8, every=10), a_series(1.0, first=7), "minimize") == Gap(9.0, 1.0, 7.0)

    def test_at_the_best_passes_over_what_is_not_finite(self) -> None:
        validation = a_series(NAN, -math.inf, 5, math.inf)

        assert gap_at_best(a_series(0, 1, 2, 3), validation, "minimize") == Gap(2.0, 5.0, 2.0)

    @pytest.mark.parametrize(
        ("train", "validation"),
        [
            (a_series(), a_series(1)),
            (a_series(1), a_series()),
            (a_series(1), a_series(NAN)),
            (a_series(1, first=9), a_series(1)),
        ],
    )
    def test_is_none_without_a_value_on_each_side(self, train: Series, validation: Series) -> None:
        assert gap_at_best(train, validation, "minimize") is None

    @pytest.mark.parametrize(
        ("gap", "direction", "worse"),
        [
            (Gap(1, 2, 0), "minimize", True),
            (Gap(1, 2, 0), "maximize", False),
            (Gap(2, 1, 0), "minimize", False),
            (Gap(1, 1, 0), "minimize", None),
            (Gap(NAN, 1, 0), "maximize", None),
        ],
    )
    def test_is_worse_by_the_direction(self, gap: Gap, direction: str, worse: bool | None) -> None:
        assert gap.is_worse(direction) is worse
