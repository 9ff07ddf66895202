"""How errors of predicted numbers are spread: histograms on common bins, and quantiles against a normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MAX_BINS = 60
MAX_QUANTILES = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """Residuals counted by bins.

    Attributes:
        edges: (b + 1,) the same for all that are counted together.
        count: (b,) residuals in each bin.
        n: finite residuals.
    """

    edges: Floats
    count: NDArray[np.int64]
    n: int


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Residuals in order against what a normal distribution would give.

    Attributes:
        expected: (m,) standard normal quantiles, rising, at the medians of order statistics (Filliben, The
            Probability Plot Correlation Coefficient Test for Normality, 1975), as in SciPy.
        observed: (m,) residuals; all up to `MAX_QUANTILES`, of more the ends and an even share of the others.
        row: (m,) position of each among what was given.
        mean, deviation: of all finite residuals; on the line mean + deviation * expected they would be normal.
            NaN for fewer than two.
        n: finite residuals.
    """

    expected: Floats
    observed: Floats
    row: NDArray[np.intp]
    mean: float
    deviation: float
    n: int


def spreads(residuals: Sequence[Floats]) -> list[Spread]:
    """Count residuals of several runs on the same bins, whose width follows from all together.

    Args:
        residuals: (n,) each; what is not finite is left out.
    """
    finite = [part[np.isfinite(part)] for part in residuals]
    every = np.concatenate([*finite, np.zeros(0)])
    edges = np.zeros(1)
    if len(every):
        edges = np.histogram_bin_edges(every, bins=_bins(every))
    return [
        Spread(edges, np.histogram(part, bins=edges)[0] if len(edges) > 1 else np.zeros(0, np.int64), len(part))
        for part in finite
    ]


def quantiles(residuals: Floats) -> Quantiles:
    """Put residuals (n,) in order beside normal quantiles; what is not finite is left out."""
    rows = np.flatnonzero(np.isfinite(residuals))
    rows = rows[np.argsort(residuals[rows], kind="stable")]
    n = len(rows)
    places = _places(n)
    known = residuals[rows]
    normal = NormalDist()
    return Quantiles(
        expected=np.array([normal.inv_cdf(_filliben(int(place), n)) for place in places]),
        observed=known[places],
        row=rows[places],
        mean=float(known.mean()) if n > 1 else float("nan"),
        deviation=float(known.std(ddof=1)) if n > 1 else float("nan"),
        n=n,
    )


def _bins(values: Floats) -> int:
    """Freedman and Diaconis' width, which outliers do not stretch; at least 10 and at most `MAX_BINS` bins."""
    span = float(np.ptp(values))
    low, high = np.percentile(values, (25, 75))
    width = 2 * float(high - low) / len(values) ** (1 / 3)
    wanted = span / width if width > 0 else 10.0
    return int(min(max(np.ceil(wanted), 10), MAX_BINS)) if span > 0 else 1


def _places(n: int) -> NDArray[np.intp]:
    if n <= MAX_QUANTILES:
        return np.arange(n)
    ends = MAX_QUANTILES // 5
    return np.unique(
        np.concatenate(
            [np.arange(ends), np.linspace(0, n - 1, MAX_QUANTILES - 2 * ends).astype(np.intp), np.arange(n - ends, n)]
        )
    )


def _filliben(place: int, n: int) -> float:
    """Median of the order statistic at a place, counted from 0, of n uniform numbers."""
    if place == n - 1:
        return float(0.5 ** (1 / n))
    return float(1 - 0.5 ** (1 / n)) if place == 0 else (place + 1 - 0.3175) / (n + 0.365)
