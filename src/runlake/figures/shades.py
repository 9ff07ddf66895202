"""The colours of better and worse: eight shades of one hue, the best the one that stands out most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlake.figures.theme import SEQUENTIAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlake.figures.theme import Theme

SHADES = 8


def shades(tokens: Theme) -> tuple[str, ...]:
    """Return the colours from the worst to the best: towards the dark on white, towards the light on dark."""
    return SEQUENTIAL[2:] if tokens.name == "light" else SEQUENTIAL[-2:0:-1]


def shade_of(rank: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the shade of each rank between 0 and 1, from 0; -1 where there is none."""
    has = ~np.isnan(rank)
    return np.where(has, np.minimum(np.nan_to_num(rank) * SHADES, SHADES - 1).astype(np.intp), -1)


def ramp(count: int, tokens: Theme) -> list[str]:
    """Return colours for things that follow each other, the last the one that stands out most.

    All have a contrast of 3 at least on the ground of their theme.
    """
    ends = SEQUENTIAL[4:] if tokens.name == "light" else SEQUENTIAL[5::-1]
    places = np.linspace(0, len(ends) - 1, count) if count > 1 else np.array([len(ends) - 1.0])
    channels = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in ends], dtype=np.float64)
    mixed = np.column_stack([np.interp(places, np.arange(len(ends)), channel) for channel in channels.T])
    return ["#{:02X}{:02X}{:02X}".format(*row) for row in np.rint(mixed).astype(int).tolist()]


def see_through(color: str, alpha: float) -> str:
    """Let the ground shine through a colour; a faint trace as a whole is composed badly by some browsers."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
