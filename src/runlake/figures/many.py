"""Traces for many runs: quiet lines, and ribbons, which are the middle of a group in its band."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from runlake.analysis.curves import Floats, compact
from runlake.figures.text import literal
from runlake.figures.theme import faded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from runlake.analysis.bands import Band
    from runlake.analysis.crowd import Crowd
    from runlake.figures.layout import Quiet, Ribbon

Part = dict[str, object]

# A browser draws a path of so many lines in good time; one of a thousand takes longer than ten of a hundred.
_LINES_A_TRACE = 100
_PARTIAL = {"solid": "4px,3px", "dash": "8px,6px", "dot": "1px,5px"}


def quiet_traces(quiet: Sequence[Quiet]) -> Iterator[Part]:
    """Draw each group's lines thin and pale, the more of them the paler; the number of a run is told on hover."""
    lines = sum(one.crowd.lines for one in quiet)
    share = 0.5 if lines <= 60 else 0.3 if lines <= 300 else 0.15
    for one in quiet:
        for part in _parts(one.crowd):
            yield {
                "type": "scatter",
                "mode": "lines",
                "name": literal(one.name),
                "x": compact(one.crowd.x[part]),
                "y": compact(one.crowd.y[part]),
                "customdata": one.crowd.number[part],
                "connectgaps": False,
                "line": {"color": faded(one.color, share), "width": 1},
                "hovertemplate": "#%{customdata}: %{y:.6~g}",
            }


def _parts(crowd: Crowd) -> list[slice]:
    ends = np.flatnonzero(np.isnan(crowd.x)) + 1
    cuts = [0, *ends[_LINES_A_TRACE - 1 :: _LINES_A_TRACE].tolist(), len(crowd.x)]
    return [slice(a, b) for a, b in pairwise(cuts) if b > a]


def ribbon_traces(ribbons: Sequence[Ribbon], *, log_y: bool) -> Iterator[Part]:
    """Draw each group: all bands first, so that none hides a line."""
    for ribbon in ribbons:
        yield from _band(ribbon, log_y=log_y)
    for ribbon in ribbons:
        partial = ribbon.band.is_partial
        # The stretch between a whole and a partial position belongs to the partial one.
        yield from _middle(ribbon, ~partial, dash=ribbon.dash, opacity=1.0, width=2.2)
        beside = partial | np.append(partial[1:], False) | np.append(False, partial[:-1])
        yield from _middle(
            ribbon,
            beside[: len(partial)] if partial.any() else partial,
            dash=_PARTIAL[ribbon.dash],
            opacity=0.75,
            width=1.6,
        )


def _middle(ribbon: Ribbon, shown: NDArray[np.bool_], *, dash: str, opacity: float, width: float) -> Iterator[Part]:
    band = ribbon.band
    if not shown.any():
        return
    y = np.where(shown, band.center, np.nan)
    told = np.column_stack([band.count, band.low, band.high])
    has_band = bool(np.isfinite(band.low).any())
    between = " · %{customdata[1]:.4~g} to %{customdata[2]:.4~g}" if has_band else ""
    yield {
        "type": "scatter",
        "mode": "lines+markers" if _has_lone(y) else "lines",
        "marker": {"size": 5, "color": ribbon.color},
        "name": literal(ribbon.name),
        "x": compact(band.x),
        "y": compact(y),
        "customdata": told.astype(np.float32),
        "connectgaps": False,
        "line": {"color": faded(ribbon.color, opacity), "width": width, "dash": dash},
        "hovertemplate": f"%{{y:.6~g}}{between} · %{{customdata[0]}} of {band.runs} {'run' if band.runs == 1 else 'runs'}",
    }


def _band(ribbon: Ribbon, *, log_y: bool) -> Iterator[Part]:
    band = ribbon.band
    low, high = _above_zero(band) if log_y else (band.low, band.high)
    outlines = list(_outlines(band.x, low, high))
    if outlines:
        gap = np.array([np.nan])
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": literal(ribbon.name),
            "x": compact(np.concatenate([np.append(x, gap) for x, _ in outlines])),
            "y": compact(np.concatenate([np.append(y, gap) for _, y in outlines])),
            "fill": "toself",
            "fillcolor": faded(ribbon.color, 0.16),
            "line": {"color": faded(ribbon.color, 0.3), "width": 0.6},
            "hoverinfo": "skip",
        }


def _above_zero(band: Band) -> tuple[Floats, Floats]:
    """Cut a band off where a logarithmic axis cannot show it: at the least number above zero that is drawn."""
    drawn = np.concatenate([band.center, band.low, band.high])
    above = drawn[np.isfinite(drawn) & (drawn > 0)]
    if not len(above):
        return np.full(len(band.x), np.nan), np.full(len(band.x), np.nan)
    shown = band.high > 0
    return np.where(shown, np.maximum(band.low, above.min()), np.nan), np.where(shown, band.high, np.nan)


def _outlines(x: Floats, low: Floats, high: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield the outline of each stretch in which the band has no gap: along its upper edge and back along the lower."""
    has = np.isfinite(low) & np.isfinite(high)
    edges = np.diff(np.concatenate(([0], has.astype(np.int8), [0])))
    for start, stop in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        there, back = slice(start, stop), slice(stop - 1, start - 1 if start else None, -1)
        yield (
            np.concatenate([x[there], x[back], x[start : start + 1]]),
            np.concatenate([high[there], low[back], high[start : start + 1]]),
        )


def _has_lone(y: Floats) -> bool:
    gap = np.concatenate(([True], np.isnan(y), [True]))
    return bool(np.any(~gap[1:-1] & gap[:-2] & gap[2:]))
