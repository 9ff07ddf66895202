"""Which keys a snapshot knows: for completion, column pickers and close matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlake.query.folded import Folded


@dataclass(frozen=True, slots=True)
class Keys:
    """Distinct keys, each tuple sorted.

    Attributes:
        metrics: series of numbers.
        params: parameters.
        tags: tags that some run has now.
        summary: explicit results.
        datasets: names of data sets.
        gaps: metrics that are logged on train and on validation, so that `metrics.<metric>.gap` is known.
    """

    metrics: tuple[str, ...]
    params: tuple[str, ...]
    tags: tuple[str, ...]
    summary: tuple[str, ...]
    datasets: tuple[str, ...]
    gaps: tuple[str, ...] = ()


def keys(folded: Folded) -> Keys:
    """List the keys of all runs, deleted ones among them."""
    return Keys(
        metrics=tuple(folded.metrics.keys),
        params=tuple(folded.params.keys),
        tags=tuple(folded.tags.keys),
        summary=tuple(folded.results.keys),
        datasets=tuple(folded.datasets.keys),
        gaps=tuple(sorted(folded.gaps.pairs)),
    )
