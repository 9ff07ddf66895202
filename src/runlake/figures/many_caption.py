"""What a picture of many runs computes, leaves out or changes, said in words below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.analysis.bands import Center, Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.arrange import Terms, View
    from runlake.analysis.bands import Band
    from runlake.analysis.crowd import Crowd

_SPREADS = {
    Spread.INTERVAL: "95 % interval of the mean (Student's t)",
    Spread.DEVIATION: "mean ± standard deviation",
    Spread.QUARTILES: "first to third quartile",
    Spread.RANGE: "least to greatest",
}


def bands_caption(bands: Sequence[Band], *, center: Center, spread: Spread, axis: str, log_y: bool) -> str:
    """Say what lines and bands are, and how runs of different length and steps come together; "" without bands.

    Args:
        bands: what is drawn.
        center, spread: what they are.
        axis: a word for what the x axis counts, such as "steps".
        log_y: the y axis is logarithmic.
    """
    if not bands:
        return ""
    sentences = [
        f"Line: {center.value} of the runs of a group"
        + (f"; band: {_SPREADS[spread]}." if spread in _SPREADS else "."),
        _too_few(bands, spread),
        "Paler and dashed: not all runs of the group are there, the pointer says how many."
        if any(bool(band.is_partial.any()) for band in bands)
        else "",
        _alignment(bands, axis),
        _excluded(sum(band.excluded for band in bands)),
        "Bands are cut off where they reach zero or below."
        if log_y and any(bool((band.low <= 0).any()) for band in bands)
        else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def crowds_caption(crowds: Sequence[Crowd]) -> str:
    """Say how thin lines were reduced, and what of them cannot be shown; "" without any."""
    reduced = [crowd for crowd in crowds if crowd.most > crowd.drawn]
    sentences = [
        f"Thin lines, by their # in the list: the lowest and the highest of each stretch of up to "
        f"{max(crowd.most for crowd in reduced):,} points ({min(crowd.drawn for crowd in reduced):,} points each), so that no spike is lost."
        if reduced
        else "Thin lines, by their # in the list: every point is drawn."
        if crowds
        else "",
        _excluded(sum(crowd.excluded for crowd in crowds), one="leaves a gap", several="leave a gap"),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def smoothing_caption(terms: Terms, view: View) -> str:
    """Say how each run was smoothed; "" where none was."""
    used = sorted(half_life for half_life in terms.half_lives if half_life > 0)
    if not used:
        return ""
    steps = " to ".join(dict.fromkeys(f"{half_life:.3g}" for half_life in (used[0], used[-1])))
    return (
        f"Each run is smoothed first: mean of its points so far, the weight of a point halves every {steps} steps "
        f"({view.smooth_percent:g} % of the steps)."
    )


def _too_few(bands: Sequence[Band], spread: Spread) -> str:
    alone = sum(band.runs < 2 for band in bands)
    if not alone or spread not in (Spread.INTERVAL, Spread.DEVIATION):
        return ""
    return f"{alone:,} {'group has' if alone == 1 else 'groups have'} one run, and so no band."


def _alignment(bands: Sequence[Band], axis: str) -> str:
    between = [band for band in bands if band.between]
    if not between:
        return f"Runs of a group have logged the same {axis}." if any(band.runs > 1 for band in bands) else ""
    several = "In some groups" if len(between) < len(bands) else "Here"
    said = (
        f"{several} runs have logged different {axis}: between two points of a run the straight line counts, "
        "never beyond its first or last."
    )
    thinned = [band for band in between if band.computed < band.positions]
    if not thinned:
        return said
    most = max(thinned, key=lambda band: band.positions)
    return f"{said} Computed at {most.computed:,} of {most.positions:,} positions."


def _excluded(count: int, *, one: str = "does not count", several: str = "do not count") -> str:
    if not count:
        return ""
    return (
        f"1 point that is NaN or infinite {one}."
        if count == 1
        else f"{count:,} points that are NaN or infinite {several}."
    )
