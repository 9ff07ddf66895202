"""An order of classes in which those that are taken for each other stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from runlake.analysis.classification.predictions import Floats, Ints


def neighbours(counts: Ints) -> list[int]:
    """Order the classes of a confusion matrix by how often they are taken for each other.

    Clusters are merged by average linkage, from the pair that is confused most; where two meet, they are turned so
    that the most alike of their ends touch (Gruvaeus and Wainer, Two Additions to Hierarchical Cluster Analysis,
    1972). Two classes are as alike as the share of their examples that is taken for the other, on average of both.
    A thousand classes take about a second.

    Args:
        counts: (k, k) rows are the true classes.

    Returns:
        All k positions; as given where no example is confused.
    """
    k = len(counts)
    alike = _alike(counts)
    if k < 3 or not alike.any():
        return list(range(k))
    from sklearn.cluster import AgglomerativeClustering

    # A tree is made whatever the number of clusters; ties go to the classes that stand first.
    tree = AgglomerativeClustering(n_clusters=1, metric="precomputed", linkage="average").fit(1 - alike)
    parts: dict[int, list[int]] = {at: [at] for at in range(k)}
    for number, (one, other) in enumerate(tree.children_.tolist(), start=k):
        parts[number] = _joined(parts.pop(one), parts.pop(other), alike)
    return parts[2 * k - 2]


def _alike(counts: Ints) -> Floats:
    support = counts.sum(axis=1, keepdims=True)
    share = counts / np.where(support, support, 1)
    alike: Floats = (share + share.T) / 2
    np.fill_diagonal(alike, 0.0)
    return alike


def _joined(one: list[int], other: list[int], alike: Floats) -> list[int]:
    """Put two clusters beside each other with their most alike ends in the middle; ties keep them as they are."""
    if min(other) < min(one):
        one, other = other, one
    touching = {
        (False, False): alike[one[-1], other[0]],
        (False, True): alike[one[-1], other[-1]],
        (True, False): alike[one[0], other[0]],
        (True, True): alike[one[0], other[-1]],
    }
    turn_one, turn_other = max(touching, key=lambda turned: float(touching[turned]))
    return [*(one[::-1] if turn_one else one), *(other[::-1] if turn_other else other)]
