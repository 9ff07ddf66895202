"""Histograms: counts between edges, with what does not fit between any said beside them."""

from __future__ import annotations

import json
import math
import sys
from bisect import bisect_right
from typing import Any

from runlake.errors import InvalidValue, expect
from runlake.media.base import Media, array_of, caption_of

MOST_BINS = 4096
_MOST = sys.float_info.max


class Histogram(Media):
    """The distribution of numbers, such as the weights or gradients of a layer.

    Args:
        values: numbers of any shape; NaN and infinities are counted apart.
        bins: how many of equal width, 1 to 4096, between the least and the greatest finite value.
        counts, edges: a histogram that is ready, instead of values: n counts and n + 1 rising edges.
        caption: shown below it.

    Raises:
        InvalidType, InvalidValue: the values are no numbers, or counts and edges do not fit.
    """

    __slots__ = ()

    def __init__(
        self,
        values: Any = None,
        *,
        bins: int = 64,
        counts: Any = None,
        edges: Any = None,
        caption: str | None = None,
    ) -> None:
        if values is not None:
            expect(bins, int, "Histogram: bins", "a whole number")
            if not 1 <= bins <= MOST_BINS:
                raise InvalidValue("Histogram: bins", bins, f"1 to {MOST_BINS}")
            found = _counted(values, bins)
        else:
            found = _ready(counts, edges)
        content = json.dumps(found, allow_nan=False).encode()
        super().__init__("histogram", ".histogram.json", content, {"caption": caption_of(caption, "Histogram")})


def _numbers(values: Any, what: str) -> list[float]:
    array = array_of(values)
    flat = array.ravel().tolist() if array is not None else list(_flat(values))
    try:
        return [float(value) for value in flat]
    except (TypeError, ValueError) as problem:
        raise InvalidValue(what, values, "numbers") from problem


def _flat(values: Any) -> Any:
    for value in values if isinstance(values, list | tuple) else [values]:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        else:
            yield value


def _counted(values: Any, bins: int) -> dict[str, Any]:
    array = array_of(values)
    if array is not None and array.dtype.kind in "biuf":
        return _counted_array(array.ravel(), bins)
    numbers = _numbers(values, "Histogram")
    finite = [number for number in numbers if math.isfinite(number)]
    edges = _edges(min(finite, default=0.0), max(finite, default=0.0), bins)
    counts = [0] * bins
    for number in finite:
        counts[min(bins, bisect_right(edges, number)) - 1] += 1
    return _facts(counts, edges, len(numbers), sum(map(math.isnan, numbers)), sum(map(math.isinf, numbers)))


def _counted_array(array: Any, bins: int) -> dict[str, Any]:
    import numpy as np  # the caller's array comes from it

    numbers = array.astype("f8")
    finite = numbers[np.isfinite(numbers)]
    edges = _edges(float(finite.min()), float(finite.max()), bins) if finite.size else _edges(0.0, 0.0, bins)
    places = np.minimum(np.searchsorted(edges, finite, side="right"), bins) - 1
    counts = np.bincount(places, minlength=bins).tolist()
    return _facts(counts, edges, array.size, int(np.isnan(numbers).sum()), int(np.isinf(numbers).sum()))


def _edges(low: float, high: float, bins: int) -> list[float]:
    """Return edges of equal distance; a range of no width is widened."""
    if low == high:
        room = max(abs(low) * 1e-6, 0.5)
        low, high = max(low - room, -_MOST), min(high + room, _MOST)
    # so that neither end is missed and nothing overflows between them
    inner = (low * (1 - at / bins) + high * (at / bins) for at in range(1, bins))
    return [low, *sorted(min(max(edge, low), high) for edge in inner), high]


def _facts(counts: list[int], edges: list[float], total: int, nan: int, infinite: int) -> dict[str, Any]:
    return {"counts": counts, "edges": edges, "count": total, "nan_count": nan, "inf_count": infinite}


def _ready(counts: Any, edges: Any) -> dict[str, Any]:
    if counts is None or edges is None:
        raise InvalidValue("Histogram", None, "values, or counts and edges")
    heights, places = _numbers(counts, "Histogram: counts"), _numbers(edges, "Histogram: edges")
    if not 1 <= len(heights) <= MOST_BINS or len(places) != len(heights) + 1:
        found = f"{len(heights)} counts and {len(places)} edges"
        raise InvalidValue("Histogram", found, f"n counts and n + 1 edges, n from 1 to {MOST_BINS}")
    if not all(math.isfinite(height) and height >= 0 for height in heights):
        raise InvalidValue("Histogram: counts", "other values", "finite numbers of 0 or more")
    if not all(math.isfinite(place) for place in places) or sorted(set(places)) != places:
        raise InvalidValue("Histogram: edges", "other values", "finite numbers, each greater than the one before")
    return {"counts": heights, "edges": places, "count": sum(heights), "nan_count": 0, "inf_count": 0}
