"""Which runs no other run beats in everything that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]


def front(values: Floats, *, maximize: Sequence[bool]) -> NDArray[np.bool_]:
    """Say of each row whether none other dominates it.

    One row dominates another where it is no worse in each objective and better in one. Equal rows do not
    dominate each other. A row with a NaN can be compared with none: it dominates nothing and is on no front.

    Args:
        values: (n, m) one column per objective, m >= 1.
        maximize: m directions; False is the smaller the better.

    Returns:
        (n,) of them those on the front.

    Raises:
        ValueError: the number of directions is not that of the columns.
    """
    if values.ndim != 2 or values.shape[1] != len(maximize) or not maximize:
        raise ValueError(f"one direction per column is wanted, but got {len(maximize)} for {values.shape}")
    cost = values * np.where(list(maximize), -1.0, 1.0)
    comparable = ~np.isnan(cost).any(axis=1)
    found = np.zeros(len(values), dtype=np.bool_)
    if comparable.any():
        # Sorted by the first objective, then the second: whoever comes earlier is dominated by none that comes later.
        distinct, which = np.unique(cost[comparable], axis=0, return_inverse=True)
        found[comparable] = (_of_two(distinct) if len(maximize) == 2 else _of_any(distinct))[which.ravel()]
    return found


def _of_two(cost: Floats) -> NDArray[np.bool_]:
    """Of rows that are sorted and differ, those whose second objective is less than that of all before."""
    least_before = np.concatenate(([np.inf], np.minimum.accumulate(cost[:-1, 1])))
    # The first row is on the front even where its second objective is infinite.
    found: NDArray[np.bool_] = (cost[:, 1] < least_before) | (np.arange(len(cost)) == 0)
    return found


def _of_any(cost: Floats) -> NDArray[np.bool_]:
    """Of rows that are sorted and differ, those that no row of the front so far equals or beats in everything."""
    found = np.zeros(len(cost), dtype=np.bool_)
    for row in range(len(cost)):
        front_so_far = cost[:row][found[:row]]
        found[row] = not bool((front_so_far <= cost[row]).all(axis=1).any())
    return found
