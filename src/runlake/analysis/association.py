"""How strongly one column of runs goes along with another: ranks only, so that no outlier decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runlake.analysis.axes import Kind, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]

_Z95 = 1.959963984540054
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rank correlation with its 95 % interval, over `n` runs that have both values."""

    rho: float
    low: float
    high: float
    n: int


def spearman(x: Floats, y: Floats) -> Correlation | None:
    """Correlate ranks; ties get their mean rank. None for fewer than four pairs or where either does not vary.

    The interval is Fisher's, with the variance (1 + rho**2 / 2) / (n - 3) of Bonett and Wright.

    Args:
        x: (n,) NaN where there is none; such pairs are left out.
        y: (n,) likewise.
    """
    both = np.isfinite(x) & np.isfinite(y)
    n = int(both.sum())
    if n < _LEAST:
        return None
    a, b = ranks(x[both]), ranks(y[both])
    spread = float(a.std() * b.std())
    if spread == 0:
        return None
    rho = min(1.0, max(-1.0, float(((a - a.mean()) * (b - b.mean())).mean()) / spread))
    if abs(rho) > 1 - 1e-12:
        return Correlation(math.copysign(1.0, rho), math.copysign(1.0, rho), math.copysign(1.0, rho), n)
    half = _Z95 * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return Correlation(rho, math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half), n)


def ranks(values: Floats) -> Floats:
    """Return the rank of each value, from 1; equal values share their mean rank."""
    return pl.Series(values).rank("average").cast(pl.Float64).to_numpy()


def strength(column: pl.Series, objective: Floats) -> float:
    """Return between 0 and 1 how much of the order of `objective` a column explains, times the share of runs with it.

    Of numbers that is the squared rank correlation; of texts epsilon squared, which many groups do not inflate.
    """
    made = axis(column)
    both = ~np.isnan(made.position) & np.isfinite(objective)
    n = int(both.sum())
    if n < _LEAST or not len(objective):
        return 0.0
    share = n / len(objective)
    if made.kind in (Kind.NUMBER, Kind.INTEGER):
        found = spearman(made.position, objective)
        return 0.0 if found is None else found.rho**2 * share
    group = made.position[both].astype(np.intp)
    rank = ranks(objective[both])
    total = float(((rank - rank.mean()) ** 2).sum())
    sizes = np.bincount(group)
    groups = int((sizes > 0).sum())
    if total == 0 or n <= groups:
        return 0.0
    sums = np.bincount(group, weights=rank)[sizes > 0]
    between = float((sums**2 / sizes[sizes > 0]).sum() - n * rank.mean() ** 2)
    return share * max(0.0, 1 - (1 - between / total) * (n - 1) / (n - groups))


def by_strength(frame: pl.DataFrame, names: Sequence[str], objective: Floats) -> list[str]:
    """Sort columns: those first that tell most of `objective`, then those that most runs have, then as given."""
    found = {name: (-strength(frame[name], objective), frame[name].null_count()) for name in names}
    return sorted(names, key=lambda name: found[name])
