"""Histograms of several runs on the same edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_BINS = 60


class Binned(NamedTuple):
    """Counts of n histograms between the same edges.

    Attributes:
        edges: (k + 1,) rising.
        counts: (n, k); fractions where bins were split.
        exact: whether every histogram already had these edges.
    """

    edges: Floats
    counts: Floats
    exact: bool


def on_the_same_edges(histograms: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Binned:
    """Put histograms on common edges, which span all of them.

    Where their edges differ, a bin is split by length: its values are taken as evenly spread, which the totals do not
    feel. The common bins are as fine as the finest histogram has them on average, `MOST_BINS` at most.

    Args:
        histograms: at least one; k counts and k + 1 finite edges that never fall.
    """
    read = [(np.asarray(counts, float), np.asarray(edges, float)) for counts, edges in histograms]
    first = read[0][1]
    if all(len(edges) == len(first) and np.array_equal(edges, first) for _, edges in read):
        return Binned(first, np.stack([counts for counts, _ in read]), True)
    low, high = min(edges[0] for _, edges in read), max(edges[-1] for _, edges in read)
    if not high > low:
        high = np.nextafter(low, np.inf) if low + 1 == low else low + 1.0
    widths = [(edges[-1] - edges[0]) / len(counts) for counts, edges in read if edges[-1] > edges[0]]
    finest = min(widths, default=high - low)
    bins = int(min(MOST_BINS, max(1, np.ceil((high - low) / finest * (1 - 1e-9)))))
    edges = np.linspace(low, high, bins + 1)
    return Binned(edges, np.stack([_split(counts, own, edges) for counts, own in read]), False)


def _split(counts: Floats, own: Floats, edges: Floats) -> Floats:
    if not own[-1] > own[0]:  # all values were one
        at = min(max(int(np.searchsorted(edges, own[0], side="right")) - 1, 0), len(edges) - 2)
        return np.bincount([at], weights=[counts.sum()], minlength=len(edges) - 1).astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(counts)])
    below = np.interp(edges, own, total, left=0.0, right=total[-1])
    return np.diff(below)
