"""Shares of counted examples with Wilson's interval (Wilson, Probable Inference, the Law of Succession, and
Statistical Inference, 1927): without resampling, within 0 and 1, and of use for few examples too."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.classification.thresholds import share
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats, Ints


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of examples with Wilson's interval.

    Attributes:
        hits: examples that count.
        n: examples of which they are a share.
        value, low, high: NaN for n = 0.
    """

    hits: int
    n: int
    value: float
    low: float
    high: float


def proportion(hits: int, n: int, *, level: float = 0.95) -> Proportion:
    """Give a share its interval.

    Raises:
        InvalidValue: level is not above 0 and below 1.
    """
    low, high = wilson(np.array([hits]), np.array([n]), level=level)
    return Proportion(hits, n, hits / n if n else float("nan"), float(low[0]), float(high[0]))


def wilson(hits: Ints, n: Ints, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of shares.

    Args:
        hits: (b,) examples that count.
        n: (b,) examples of which they are a share.
        level: share of such intervals that hold the true share.

    Returns:
        (b,) low and (b,) high; NaN for n = 0.

    Raises:
        InvalidValue: level is not above 0 and below 1.
    """
    if not 0 < level < 1:
        raise InvalidValue("level", level, "a share above 0 and below 1, such as 0.95")
    z = NormalDist().inv_cdf((1 + level) / 2)
    found, size = share(hits, n), np.where(n, n, np.nan)
    middle = (found + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z * np.sqrt(found * (1 - found) / size + z**2 / (4 * size**2)) / (1 + z**2 / size)
    return np.clip(middle - half, 0.0, found), np.clip(middle + half, found, 1.0)
