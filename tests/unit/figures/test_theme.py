from __future__ import annotations

import itertools

import plotly.graph_objects as go
import pytest

from runlake.figures import theme


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Ratio of the Web Content Accessibility Guidelines: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
class TestATheme:
    def test_has_readable_words_on_both_grounds(self, tokens: theme.Theme) -> None:
        words = (tokens.text, tokens.muted, tokens.good, tokens.bad, tokens.warn, tokens.info)

        low = {(w, g) for w, g in itertools.product(words, (tokens.background, tokens.surface)) if contrast(w, g) < 4.5}
        assert low == set()

    def test_has_a_primary_colour_that_carries_white(self, tokens: theme.Theme) -> None:
        assert contrast(tokens.primary, "#FFFFFF") >= 4.5

    def test_has_readable_statuses(self, tokens: theme.Theme) -> None:
        assert all(contrast(fill, tokens.text) >= 4.5 for fill in theme.STATUS_FILL[tokens.name].values())

    def test_shows_every_series(self, tokens: theme.Theme) -> None:
        assert all(contrast(colour, tokens.background) >= 3 for colour in theme.PALETTE)


class TestSeries:
    def test_of_equal_colour_differ_by_dash(self) -> None:
        looks = [(theme.series_colour(n), theme.series_dash(n)) for n in range(30)]

        assert len(set(looks)) == 30


class TestStyle:
    def test_is_the_theme_and_leaves_the_data_alone(self) -> None:
        figure = theme.style(go.Figure({"data": [{"type": "scatter", "x": [1], "y": [2]}]}), theme.DARK, height=300)

        assert (figure.layout.height, figure.layout.template.layout.font.color) == (300, theme.DARK.text)
        assert figure.data[0].y == (2,)

    def test_lets_what_the_builder_said_stay(self) -> None:
        figure = theme.style(go.Figure({"layout": {"xaxis": {"showgrid": True}, "margin": {"t": 1}}}))

        assert (figure.layout.xaxis.showgrid, figure.layout.margin.t) == (True, 1)
        assert figure.layout.template.layout.xaxis.showgrid is False

    def test_reads_an_unknown_name_as_light(self) -> None:
        assert theme.theme(None) is theme.LIGHT
