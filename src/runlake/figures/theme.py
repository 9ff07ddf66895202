"""The look of every figure: palette, light and dark tokens, one layout. Draws nothing.

`.streamlit/config.toml` repeats these colours for the dashboard's own widgets; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

ThemeName = Literal["light", "dark"]

# Ten hues with a contrast of at least 3 on both backgrounds, so that a run keeps its colour in both themes.
PALETTE = (
    "#3B6BE3",  # blue
    "#D97706",  # orange
    "#0E9F6E",  # green
    "#C2419A",  # magenta
    "#8B6CF0",  # violet
    "#0891B2",  # teal
    "#DC4545",  # red
    "#7C8A12",  # olive
    "#A8693A",  # brown
    "#6B7A90",  # slate
)
# Runs and groups beyond those that have a look of their own; a contrast of 3 on both backgrounds too.
OTHERS = "#8A94A6"
# Told apart without colour: the second turn through the palette is dashed, the third dotted.
DASHES = ("solid", "dash", "dot")

SEQUENTIAL = (
    "#EEF3FE",
    "#D8E3FC",
    "#B9CDF9",
    "#94B1F4",
    "#6E93EE",
    "#4F79E6",
    "#3B63D0",
    "#2E4FAB",
    "#233C83",
    "#1A2C61",
)
DIVERGING = (
    "#9A3412",
    "#C2500F",
    "#E07B39",
    "#F0AE7E",
    "#F9DCC6",
    "#D5E1F7",
    "#A3BFF0",
    "#6B93E4",
    "#3B6BE3",
    "#274A9E",
)

FONT = "Inter, system-ui, sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens of one appearance, as hex colours."""

    name: ThemeName
    background: str
    surface: str
    text: str
    muted: str
    grid: str
    border: str
    primary: str
    good: str
    bad: str
    warn: str
    info: str


LIGHT = Theme(
    name="light",
    background="#FFFFFF",
    surface="#F5F7FB",
    text="#141A29",
    muted="#566074",
    grid="#E8ECF3",
    border="#D5DBE7",
    primary="#2F5FD8",
    good="#0B7A55",
    bad="#B42323",
    warn="#9A5B00",
    info="#2450B8",
)
DARK = Theme(
    name="dark",
    background="#0E1320",
    surface="#171E2E",
    text="#E8ECF5",
    muted="#9AA5BA",
    grid="#222B3F",
    border="#2D3850",
    primary="#3E6EE6",
    good="#4CC79A",
    bad="#F58A8A",
    warn="#F2B35E",
    info="#8FB0FA",
)

# Fills behind the words of a status: pale in light, deep in dark, readable with the theme's text.
STATUS_FILL: Mapping[ThemeName, Mapping[str, str]] = {
    "light": {"running": "#DCE7FD", "finished": "#DDF3E8", "failed": "#FBE0E0", "killed": "#FAE8CC"},
    "dark": {"running": "#20376B", "finished": "#12402F", "failed": "#5A2226", "killed": "#4E3810"},
}


def theme(name: str | None) -> Theme:
    """Return the tokens for `light` or `dark`; anything else reads as light."""
    return DARK if name == "dark" else LIGHT


def series_colour(position: int) -> str:
    """Return the colour of the series at `position`, counted from 0; repeats after ten."""
    return PALETTE[position % len(PALETTE)]


def series_dash(position: int) -> str:
    """Return the dash that tells series of equal colour apart."""
    return DASHES[position // len(PALETTE) % len(DASHES)]


def faded(color: str, opacity: float = 0.36) -> str:
    """Let the ground shine through a colour; a faint trace as a whole is composed badly by some browsers."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def style(figure: go.Figure, tokens: Theme = LIGHT, *, height: int = 420) -> go.Figure:
    """Give `figure` the common look and return it; what the builder set explicitly stays.

    The look is a template, which the browser lays beneath every axis: to set it on twenty axes one by one takes a
    tenth of a second.

    Args:
        figure: changed in place.
        tokens: LIGHT or DARK.
        height: pixels.
    """
    return figure.update_layout(template=_template(tokens), height=height)


@cache
def _template(tokens: Theme) -> go.layout.Template:
    import plotly.graph_objects as go

    small = {"color": tokens.muted, "size": 12}
    axis = {
        "gridcolor": tokens.grid,
        "showline": True,
        "linecolor": tokens.border,
        "zerolinecolor": tokens.border,
        "tickcolor": tokens.border,
        "tickfont": small,
        "automargin": True,
    }
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(PALETTE),
        "font": {"family": FONT, "size": 13, "color": tokens.text},
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8, "pad": 8},
        "hoverlabel": {
            "bgcolor": tokens.surface,
            "bordercolor": tokens.border,
            "font": {"family": FONT, "size": 12, "color": tokens.text},
        },
        "legend": {"font": {"color": tokens.text, "size": 12}, "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": axis
        | {"showgrid": False, "zeroline": False, "ticks": "outside", "title": {"font": small, "standoff": 20}},
        "yaxis": axis | {"title": {"font": small, "standoff": 24}},
    }
    return go.layout.Template(layout=layout, data={"scatter": [{"marker": {"line": {"width": 0}}}]})
