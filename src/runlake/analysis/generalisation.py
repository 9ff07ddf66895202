"""How far validation lies from train in one run: at the end, and where validation was best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.over import aligned

if TYPE_CHECKING:
    from runlake.analysis.series import Series


@dataclass(frozen=True, slots=True)
class Gap:
    """Two values of a metric.

    Attributes:
        train, validation: the values; NaN as logged.
        step: of the value on validation.
    """

    train: float
    validation: float
    step: float

    @property
    def value(self) -> float:
        """Validation minus train."""
        return self.validation - self.train

    def is_worse(self, direction: str) -> bool | None:
        """Say whether validation is worse than train; None where they are equal or one is NaN.

        Args:
            direction: "minimize" or "maximize".
        """
        if not self.value or np.isnan(self.value):
            return None
        return (self.value > 0) == (direction == "minimize")


def last_gap(train: Series, validation: Series) -> Gap | None:
    """Return the gap between the last values; None where a series has no point."""
    if not len(train.value) or not len(validation.value):
        return None
    return Gap(float(train.value[-1]), float(validation.value[-1]), float(validation.step[-1]))


def gap_at_best(train: Series, validation: Series, direction: str) -> Gap | None:
    """Return the gap where validation was best, the earliest step of several; train at that step or last before it.

    Args:
        train, validation: in the order of steps.
        direction: "minimize" or "maximize".

    Returns:
        None where validation has no finite value, or train none by then.
    """
    finite = np.flatnonzero(np.isfinite(validation.value))
    if not len(finite) or not len(train.value):
        return None
    values = validation.value[finite]
    best = int(finite[values.argmin() if direction == "minimize" else values.argmax()])
    beside = float(aligned(validation, train)[best])
    step = float(validation.step[best])
    has_begun = bool(train.step[0] <= step)
    return Gap(beside, float(validation.value[best]), step) if has_begun else None
