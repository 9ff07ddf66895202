"""Colours for things that follow each other."""

from __future__ import annotations

import pytest

from runlake.figures.shades import ramp
from runlake.figures.theme import DARK, LIGHT, Theme


def luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class TestARamp:
    @pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
    @pytest.mark.parametrize("count", [1, 2, 5, 12])
    def test_stands_out_more_from_one_to_the_next(self, tokens: Theme, count: int) -> None:
        contrasts = [contrast(color, tokens.background) for color in ramp(count, tokens)]

        assert len(contrasts) == count
        assert contrasts == sorted(contrasts)
        assert min(contrasts) >= 2.95

    def test_of_none_is_empty(self) -> None:
        assert len(ramp(1, LIGHT)) == 1
