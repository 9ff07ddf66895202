"""Where confusion matrices are in a picture, and how much room a cell and a label have there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.figures.text import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL = 18
_TITLE_PX, _FOOT_PX, _LETTER_PX = 44, 44, 6.6
_LEAST_PX, _USUAL_PX, _MOST_PX = 150, 360, 640
_LEAST_CELL_PX, _USUAL_CELL_PX = 12, 44
_WIDEST = 2.2  # times its height; a matrix of two classes would else be a band across the page
_LEAST_FONT, _USUAL_FONT = 9.0, 13.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Matrices row by row.

    Attributes:
        columns, rows: matrices beside and below each other.
        width: of a matrix, as part of the figure.
        step: from the left of a matrix to that of the next, as part of the figure.
        panel_px: height of a matrix.
        foot_px: room for the names of the classes below it.
        cell_width_px, cell_height_px: of a cell; the width follows from how wide the figure will about be.
        angle: at which the names below are written.
        every: only each so many-th class is named below, where they would overlap.
    """

    columns: int
    rows: int
    width: float
    step: float
    panel_px: float
    foot_px: float
    cell_width_px: float
    cell_height_px: float
    angle: int
    every: int

    @property
    def height(self) -> int:
        """Of the whole figure in pixels."""
        return math.ceil(max(self.rows * (_TITLE_PX + self.panel_px + self.foot_px), _TITLE_PX))

    @property
    def tick_size(self) -> float:
        """Size of the names beside a matrix."""
        return min(12.0, max(7.0, self.cell_height_px - 2))

    @property
    def title_letters(self) -> int:
        """How many letters of a title fit above a matrix."""
        return max(12, int(self.cell_width_px * self.panel_px / self.cell_height_px / 8.5))

    def domains(self, number: int) -> tuple[list[float], list[float]]:
        """Parts of the figure that a matrix takes: from left to right, from bottom to top."""
        row, column = divmod(number, self.columns)
        left = column * self.step
        top = row * (_TITLE_PX + self.panel_px + self.foot_px) + _TITLE_PX
        return [left, left + self.width], [1 - (top + self.panel_px) / self.height, 1 - top / self.height]

    def font_size(self, letters: int) -> float | None:
        """Size at which so many letters fit into a cell; None where it would be too small to read."""
        # A digit is about 0.62 of its size wide, and a line needs 1.3 of it.
        by_width = 0.9 * self.cell_width_px / (0.62 * max(letters, 1))
        size = min(by_width, self.cell_height_px / 1.3, _USUAL_FONT)
        return size if size >= _LEAST_FONT else None


def grid_of(count: int, names: Sequence[str], *, columns: int, width_px: int) -> Grid:
    """Lay `count` matrices of the classes `names` out, at most `columns` beside each other."""
    k = max(len(names), 1)
    columns = max(1, min(columns, count))
    name_px = max((len(shorten(name, limit=LABEL)) for name in names), default=0) * _LETTER_PX
    panel_px = min(max(_LEAST_CELL_PX * k, min(_USUAL_CELL_PX * k, _USUAL_PX), _LEAST_PX), _MOST_PX)
    inner_px = max(width_px - name_px - 40.0, 1.0)
    gap = 0.04 if columns > 1 else 0.0
    step = (1 + gap) / columns
    width = min(step - gap, _WIDEST * panel_px / inner_px)
    cell_px = width * inner_px / k
    tick_px = min(12.0, max(7.0, panel_px / k - 2))
    # Level, aslant or upright, whichever is the first to keep neighbours apart.
    angle = 0 if name_px < cell_px else -45 if 1.7 * tick_px < cell_px else -90
    foot = {0: 0.0, -45: 0.7 * name_px, -90: name_px * tick_px / 12}[angle]
    return Grid(
        columns=columns,
        rows=math.ceil(count / columns),
        width=width,
        step=step,
        panel_px=panel_px,
        foot_px=_FOOT_PX + foot,
        cell_width_px=cell_px,
        cell_height_px=panel_px / k,
        angle=angle,
        every=max(1, math.ceil(1.1 * tick_px / cell_px)) if angle == -90 else 1,
    )
