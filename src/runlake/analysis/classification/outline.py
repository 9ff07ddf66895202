"""Which vertices of a long curve a picture needs, so that what is drawn looks like the whole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlake.analysis.classification.predictions import Floats

MAX_VERTICES = 2000


def outline(x: Floats, y: Floats, *, max_vertices: int = MAX_VERTICES) -> NDArray[np.intp]:
    """Choose which vertices to draw; none is moved, and up to `max_vertices` all are chosen.

    Of more, the path is cut into pieces of equal length on the screen, and of each its first, last, lowest and
    highest vertex are chosen. A vertex that is left out lies in its piece between these: for a curve that runs
    from corner to corner less than half a pixel beside what is drawn, at 500 pixels. Zoomed in far it would show.

    Args:
        x, y: (n,) as the picture scales them, finite.
        max_vertices: at least 8.

    Returns:
        (m,) positions, rising.
    """
    if len(x) <= max_vertices:
        return np.arange(len(x))
    length = np.abs(np.diff(x)) / (np.ptp(x) or 1.0) + np.abs(np.diff(y)) / (np.ptp(y) or 1.0)
    along = np.concatenate(([0.0], np.cumsum(length)))
    # A curve without turns needs two vertices of a piece, one full of spikes four; as many pieces as then fit.
    for share in (2, 3):
        chosen = _ends_and_extremes(along, y, max_vertices // share)
        if len(chosen) <= max_vertices:
            return chosen
    return _ends_and_extremes(along, y, max_vertices // 4)


def _ends_and_extremes(along: Floats, y: Floats, pieces: int) -> NDArray[np.intp]:
    piece = np.minimum((along / (along[-1] or 1.0) * pieces).astype(np.intp), pieces - 1)
    starts = np.flatnonzero(np.diff(piece, prepend=-1)).tolist()
    chosen = [len(y) - 1]
    for start, stop in pairwise([*starts, len(y)]):
        inside = y[start:stop]
        chosen += [start, stop - 1, start + int(inside.argmin()), start + int(inside.argmax())]
    return np.unique(chosen)
