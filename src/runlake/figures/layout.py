"""Where the panels of a picture are: sections below each other, panels row by row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.bands import Band
    from runlake.analysis.crowd import Crowd
    from runlake.analysis.curves import Curve

HEADING_PX, TITLE_PX, FOOT_PX = 34, 26, 46
# Few points are shown each; of many the line alone is clearer.
MARKED_POINTS, MARKED_LINES = 40, 4
# What stands before the name of a line in a title, so that no line is known by its colour alone.
STROKES = {"solid": "●", "dash": "╌╌", "dot": "···"}


@dataclass(frozen=True, slots=True)
class Line:
    """One curve with the name and the look that it has in the picture."""

    name: str
    curve: Curve
    color: str
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The course of a group of runs, with the name and the look that the group has in the picture."""

    name: str
    band: Band
    color: str
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Many runs as thin lines that stay behind; `name` is that of their group."""

    name: str
    crowd: Crowd
    color: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One small picture, from back to front: quiet lines, ribbons, lines.

    `named` writes the lines' names beside its title.
    """

    title: str
    lines: tuple[Line, ...]
    named: bool = False
    ribbons: tuple[Ribbon, ...] = ()
    quiet: tuple[Quiet, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether there is no finite number in it."""
        return (
            all(math.isnan(line.curve.low) for line in self.lines)
            and not any((ribbon.band.count > 0).any() for ribbon in self.ribbons)
            and all(math.isnan(one.crowd.low) for one in self.quiet)
        )

    def has_markers(self, line: Line) -> bool:
        """Whether each point of a line is marked: always where a line alone hides one, else where all are few."""
        few = len(self.lines) <= MARKED_LINES and all(len(one.curve.x) <= MARKED_POINTS for one in self.lines)
        return few or line.curve.scattered or line.curve.has_lone_points


@dataclass(frozen=True, slots=True)
class Section:
    """Panels that belong together, below a heading where it has one."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Axes:
    """How the panels are laid out and scaled; `x_range` is in units of x."""

    x_title: str = "step"
    x_is_time: bool = False
    log_x: bool = False
    log_y: bool = False
    x_range: tuple[float, float] | None = None
    columns: int = 3
    panel_px: int = 210


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel is, in parts of the figure; `heading` is set for the first panel of a section."""

    left: float
    right: float
    bottom: float
    top: float
    heading: str = ""


def places_of(sections: Sequence[Section], axes: Axes) -> tuple[list[Place], int]:
    """Lay the panels out from the top in pixels, then turn that into parts of the whole height."""
    columns = max(1, min(axes.columns, max((len(section.panels) for section in sections), default=1)))
    gap = 0.05 if columns > 1 else 0.0
    width = (1 - gap * (columns - 1)) / columns
    boxes: list[tuple[float, int, int, str]] = []
    top = 0
    for section in sections:
        top += HEADING_PX if section.title else 0
        for index in range(len(section.panels)):
            row, column = divmod(index, columns)
            upper = top + TITLE_PX + row * (axes.panel_px + TITLE_PX + FOOT_PX)
            boxes.append((column * (width + gap), upper, upper + axes.panel_px, section.title if index == 0 else ""))
        top += math.ceil(len(section.panels) / columns) * (axes.panel_px + TITLE_PX + FOOT_PX)
    height = max(top, HEADING_PX)
    places = [
        Place(left, left + width, 1 - lower / height, 1 - upper / height, heading)
        for left, upper, lower, heading in boxes
    ]
    return places, height
