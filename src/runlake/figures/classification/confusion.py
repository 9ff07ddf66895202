"""Pictures of confusion matrices: one heat map per run, all on one scale and with their classes in one order."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from runlake.analysis.classification.confusion import Normalise, Order, order_of
from runlake.figures.classification.grid import LABEL, grid_of
from runlake.figures.text import literal
from runlake.figures.theme import LIGHT, SEQUENTIAL, Theme, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.analysis.classification import Confusion
    from runlake.analysis.classification.predictions import Floats
    from runlake.figures.classification.grid import Grid
    from runlake.figures.classification.shown import Part, Shown

# Of the two, the one that stands out more has a contrast of at least 4.5 on any colour.
# Beyond so many classes a cell cannot be clicked: a point for each would cost the browser seconds.
MOST_TARGETS = 60
_DARK_INK, _LIGHT_INK = "#000000", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Matrices:
    """How the matrices are shown.

    Attributes:
        normalise: what a cell is a share of.
        order: of the classes, one for all runs.
        columns: matrices beside each other, at most.
        width_px: how wide the figure will about be; text that would not fit into a cell is left out.
        clickable: cells without text can be clicked too, up to `MOST_TARGETS` classes.
    """

    normalise: Normalise = Normalise.NONE
    order: Order = Order.GIVEN
    columns: int = 2
    width_px: int = 1000
    clickable: bool = False


@dataclass(frozen=True, slots=True)
class _Cells:
    """What is in the cells of one matrix.

    Attributes:
        counts: (k, k) examples.
        shares: (k, k) what the colour shows, where `top` is the deepest.
        is_share: False where it shows the counts themselves.
    """

    counts: Floats
    shares: Floats
    top: float
    is_share: bool

    def texts(self) -> list[str]:
        """Row by row."""
        say = _percent if self.is_share else _count
        return [say(value) for value in self.shares.ravel().tolist()]


_USUAL = Matrices()


def confusion_figure(
    runs: Sequence[Shown[Confusion]], *, matrices: Matrices = _USUAL, tokens: Theme = LIGHT
) -> go.Figure:
    """Draw the matrices; rows are the true classes, columns the predicted ones.

    Args:
        runs: of the same classes in the same order.
        matrices: how to show them.
        tokens: LIGHT or DARK.

    Raises:
        InvalidValue: the classes differ.
    """
    order = order_of([run.result for run in runs], matrices.order)
    arranged = [run.result.arranged(order) for run in runs]
    cells = _cells(arranged, matrices.normalise)
    names = arranged[0].classes if arranged else ()
    labels = _labels(names)
    grid = grid_of(len(runs), names, columns=matrices.columns, width_px=matrices.width_px)
    font = grid.font_size(max((len(text) for one in cells for text in one.texts()), default=1))
    traces: list[Part] = []
    layout: dict[str, Part] = {}
    notes: list[Part] = []
    for number, (run, one) in enumerate(zip(runs, cells, strict=True)):
        traces.append(_heat(number, one, labels, tokens) | ({"hoverinfo": "skip"} if font is not None else {}))
        if font is not None:
            traces.append(_ink(number, one, labels, font, tokens))
        elif matrices.clickable and len(labels) <= MOST_TARGETS:
            traces.append(_targets(number, one, labels))
        layout |= _axes(number, names, labels, grid)
        notes.append(_title(number, run, grid, tokens))
    figure = style(go.Figure({"data": traces, "layout": layout}), tokens, height=grid.height)
    plain = {"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True}
    plain["tickfont"] = {"color": tokens.muted, "size": grid.tick_size}
    figure.update_xaxes(**plain).update_yaxes(**plain)
    margin = {"l": 8, "r": 8, "t": 0, "b": 0}
    return figure.update_layout(
        annotations=notes, margin=margin, dragmode=False, showlegend=False, hovermode="closest", hoverdistance=-1
    )


def _cells(matrices: Sequence[Confusion], normalise: Normalise) -> list[_Cells]:
    shares = [matrix.shares(normalise) for matrix in matrices]
    top = max((float(part.max(initial=0.0, where=~np.isnan(part))) for part in shares), default=0.0)
    # A share of a row or column is read against all of it; counts against the largest of all matrices.
    scale = 1.0 if normalise in (Normalise.TRUE, Normalise.PREDICTED) or not top else top
    is_share = normalise is not Normalise.NONE
    return [
        _Cells(matrix.counts.astype(np.float64), part, scale, is_share)
        for matrix, part in zip(matrices, shares, strict=True)
    ]


def _labels(names: Sequence[str]) -> list[str]:
    """Name the places on the axes; two of one name would be one place."""
    labels = [literal(name) for name in names]
    counts = Counter(labels)
    return [label if counts[label] == 1 else f"{label} ({position})" for position, label in enumerate(labels, start=1)]


def _heat(number: int, cells: _Cells, labels: list[str], tokens: Theme) -> Part:
    return {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        "z": cells.shares,
        "customdata": cells.counts,
        "zmin": 0,
        "zmax": cells.top,
        "colorscale": _colours(tokens),
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "xaxis": f"x{_suffix(number)}",
        "yaxis": f"y{_suffix(number)}",
        "hovertemplate": _about(cells, "customdata", "z"),
    }


def _about(cells: _Cells, count: str, share: str) -> str:
    said = f"<br>%{{{share}:.2%}}" * cells.is_share
    return f"true %{{y}}<br>predicted %{{x}}<br>%{{{count}:,}} examples{said}<extra></extra>"


def _ink(number: int, cells: _Cells, labels: list[str], size: float, tokens: Theme) -> Part:
    # A trace of its own: the text of a heat map cannot have a colour for each cell, nor can its cells be selected.
    # The text nearest to the pointer answers for its cell; their order, row by row, tells which one that is.
    scale = _colours(tokens)
    return _targets(number, cells, labels) | {
        "mode": "markers+text",
        "text": cells.texts(),
        "textfont": {
            "size": size,
            "color": [
                tokens.muted if math.isnan(part) else _ink_on(_colour_at(scale, part))
                for part in (cells.shares / cells.top).ravel().tolist()
            ],
        },
    }


def _targets(number: int, cells: _Cells, labels: list[str]) -> Part:
    """Points over the cells, row by row, that nobody sees: a heat map cannot be clicked."""
    unseen: Part = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": {"opacity": 0, "size": 4},
        "selected": unseen,
        "unselected": unseen,
        "x": labels * len(labels),
        "y": [label for label in labels for _ in labels],
        "customdata": np.column_stack((cells.counts.ravel(), cells.shares.ravel())),
        "hovertemplate": _about(cells, "customdata[0]", "customdata[1]"),
        "xaxis": f"x{_suffix(number)}",
        "yaxis": f"y{_suffix(number)}",
    }


def _colours(tokens: Theme) -> list[str]:
    """From nothing, which is near the ground, to all, which stands out most."""
    return [tokens.surface, *(SEQUENTIAL[1:] if tokens.name == "light" else SEQUENTIAL[-2::-1])]


def _colour_at(scale: Sequence[str], part: float) -> tuple[float, float, float]:
    """Mix the two neighbours on the scale, as Plotly does; channels from 0 to 1."""
    place = min(max(part, 0.0), 1.0) * (len(scale) - 1)
    below, above = list(pairwise(scale))[min(int(place), len(scale) - 2)]
    weight = place - min(int(place), len(scale) - 2)
    red, green, blue = (
        ((1 - weight) * int(below[at : at + 2], 16) + weight * int(above[at : at + 2], 16)) / 255 for at in (1, 3, 5)
    )
    return red, green, blue


def _ink_on(colour: tuple[float, float, float]) -> str:
    """Black or white, whichever has the higher contrast by the Web Content Accessibility Guidelines."""
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _DARK_INK if (luminance + 0.05) ** 2 > 1.05 * 0.05 else _LIGHT_INK


def _axes(number: int, names: Sequence[str], labels: list[str], grid: Grid) -> dict[str, Part]:
    x, y = grid.domains(number)
    is_first = number % grid.columns == 0
    short = [literal(name, limit=LABEL) for name in names]
    common: Part = {"type": "category", "categoryorder": "array", "categoryarray": labels}
    across: Part = {
        "domain": x,
        "anchor": f"y{_suffix(number)}",
        "range": [-0.5, len(names) - 0.5],
        "tickvals": labels[:: grid.every],
        "ticktext": short[:: grid.every],
        "tickangle": grid.angle,
        "title": {"text": "predicted", "standoff": 14},
    }
    down: Part = {
        "domain": y,
        "anchor": f"x{_suffix(number)}",
        "range": [len(names) - 0.5, -0.5],
        "tickvals": labels,
        "ticktext": short,
        "showticklabels": is_first,
        "title": {"text": "true" if is_first else "", "standoff": 12},
    }
    return {f"xaxis{_suffix(number)}": common | across, f"yaxis{_suffix(number)}": common | down}


def _title(number: int, run: Shown[Confusion], grid: Grid, tokens: Theme) -> Part:
    matrix, (across, down) = run.result, grid.domains(number)
    at = "" if matrix.threshold is None else f", threshold {matrix.threshold:.4g}"
    facts = matrix.problem or f"{matrix.n:,} examples{at}"
    name = literal(run.name, limit=grid.title_letters)
    return {
        "text": (
            f'<span style="color:{run.color}">■</span> <b>{name}</b>'
            f'<br><span style="font-size:11px;color:{tokens.muted}">{facts}</span>'
        ),
        "x": across[0],
        "y": down[1],
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 2,
        "align": "left",
        "showarrow": False,
        "font": {"size": 13, "color": tokens.text},
    }


def _percent(share: float) -> str:
    if math.isnan(share):
        return "–"
    if 0 < share < 0.005:
        return "<1 %"
    # 100 % is said of all alone; 99.7 % is not all.
    return f"{min(round(share * 100), 99 if share < 1 else 100)} %"


def _count(count: float) -> str:
    return f"{count:,.0f}" if count < 100_000 else f"{count / 1000:,.0f}k"


def _suffix(number: int) -> str:
    return "" if number == 0 else str(number + 1)
