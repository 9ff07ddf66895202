"""How sure the mean of a few runs is: Student's t interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]

LEVEL = 0.95


def half_width(sd: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> Floats:
    """Return half the width of the interval that holds the mean with this confidence: t(n - 1) * sd / sqrt(n).

    It presumes that the values come from one normal distribution and independently of each other; for a handful of
    seeds it is wider than 1.96 standard errors, which hold the mean less often than they say.

    Args:
        sd: (k,) standard deviations, with n - 1 below the fraction bar.
        n: (k,) how many values each is of.
        level: between 0 and 1.

    Returns:
        (k,) NaN where n < 2 or sd is NaN.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # it ships no types; 50 ms to load

    counts = np.asarray(n, dtype=np.float64)
    known = counts >= 2
    freedom = np.where(known, counts - 1, 1.0)
    width = stdtrit(freedom, 0.5 + level / 2) * np.asarray(sd, dtype=np.float64) / np.sqrt(freedom + 1)
    return np.where(known, width, np.nan)
