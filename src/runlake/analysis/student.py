"""Quantiles of Student's t, for intervals of a mean."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import numpy as np


@cache
def t_quantile(level: float, df: int) -> float:
    """Return the t that a share `level` of Student's distribution lies within, both sides counted.

    Solved from the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4) to the last
    digits; nothing is loaded for it.

    Args:
        level: above 0, below 1; 0.95 gives 2.776 for 4 degrees of freedom.
        df: degrees of freedom, 1 or more.

    Raises:
        ValueError: one of them is out of range.
    """
    if not 0 < level < 1 or df < 1:
        raise ValueError(f"0 < level < 1 and df >= 1 must hold, but got level={level}, df={df}")
    if df == 1:
        return math.tan(math.pi * level / 2)
    if df == 2:
        return level * math.sqrt(2 / (1 - level**2))
    t = NormalDist().inv_cdf((1 + level) / 2)
    # The share within t is concave in t, so that Newton's steps from below the root never go past it.
    for _ in range(100):
        step = (level - _within(t, df)) / (2 * _density(t, df))
        t += step
        if abs(step) <= 1e-14 * t:
            break
    return t


def _within(t: float, df: int) -> float:
    """Return the share of the distribution between -t and t."""
    angle = math.atan2(t, math.sqrt(df))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    if df % 2:
        k = np.arange(1, (df - 1) // 2)
        terms = np.cumprod(np.concatenate(([1.0], 2 * k / (2 * k + 1) * square)))
        return 2 / math.pi * (angle + sine * math.cos(angle) * float(terms.sum()))
    k = np.arange(1, df // 2)
    return sine * float(np.cumprod(np.concatenate(([1.0], (2 * k - 1) / (2 * k) * square))).sum())


def _density(t: float, df: int) -> float:
    log = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(log - (df + 1) / 2 * math.log1p(t * t / df))
