"""Series on common terms: one x axis, one unit of time, one rule of smoothing for all that a picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from runlake.analysis.curves import Curve, draw, half_life_of
from runlake.analysis.over import over
from runlake.analysis.series import Series, XAxis, time_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class View:
    """How the reader wants to see series.

    Attributes:
        axis: what they are drawn over.
        smooth_percent: half-life of the smoothing in percent of the steps of a group; 0 for none.
        stretch: draw only from one x to another, in the unit of the axis; None for all.
        over: key of the metric that series are drawn over, where that is the axis.
    """

    axis: XAxis = XAxis.STEP
    smooth_percent: float = 0.0
    stretch: tuple[float, float] | None = None
    over: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all series of a picture share.

    Attributes:
        unit_s: length of the unit of relative time, in seconds.
        x_title: what the x axis counts.
        half_lives: of the smoothing of each group, in steps; 0 where nothing is smoothed.
    """

    unit_s: float
    x_title: str
    half_lives: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Arranged:
    """Curves of groups of series, in the order given.

    Attributes:
        groups: one tuple of curves for each group.
        half_lives: of each group, in steps; 0 where nothing is smoothed.
        x_title: what the x axis counts.
        view: as it was asked for.
        left_out: how many points have no place on the axis, see `over.over`.
    """

    groups: tuple[tuple[Curve, ...], ...]
    half_lives: tuple[float, ...]
    x_title: str
    view: View
    left_out: int = 0

    @property
    def curves(self) -> list[Curve]:
        """All curves of all groups."""
        return [curve for group in self.groups for curve in group]


def arrange(
    groups: Sequence[Sequence[Series]],
    view: View,
    *,
    started: Mapping[str, datetime | None],
    max_points: int = 1000,
    common: Terms | None = None,
    others: Mapping[str, Series] | None = None,
) -> Arranged:
    """Make the curves of all groups; those of one group share a half-life, all share the axis.

    Args:
        groups: series that are drawn in one panel each.
        view: how to see them.
        started: when each run started, for relative time; its first point where that is not known.
        max_points: of one curve.
        common: of a picture that has more than these series; None for theirs.
        others: run_id to the series that is drawn over, where the axis is another metric.
    """
    common = terms(groups, view) if common is None else common
    left_out = 0

    def curve(series: Series, half_life: float) -> Curve:
        nonlocal left_out
        drawn = partial(draw, half_life=half_life, within=view.stretch, max_points=max_points)
        if view.axis is not XAxis.METRIC:
            x = series.x(view.axis, origin=started.get(series.run_id), unit_s=common.unit_s)
            return drawn(x, series.value, step=series.step)
        placed = over(series, (others or {}).get(series.run_id))
        left_out += placed.left_out
        return drawn(placed.x, placed.value, step=placed.step, scattered=placed.goes_back)

    curves = tuple(
        tuple(curve(series, half_life) for series in group)
        for group, half_life in zip(groups, common.half_lives, strict=True)
    )
    return Arranged(curves, common.half_lives, common.x_title, view, left_out)


def terms(groups: Sequence[Sequence[Series]], view: View) -> Terms:
    """Choose what all series of a picture share; those of one group share a half-life."""
    span = max((series.seconds_span for group in groups for series in group), default=0.0)
    unit_s, unit = time_unit(span)
    half_lives = tuple(
        half_life_of([series.step_span for series in group], share=view.smooth_percent / 100) for group in groups
    )
    titles = {XAxis.STEP: "step", XAxis.RELATIVE: f"{unit} since the start", XAxis.TIME: "time"}
    return Terms(unit_s, titles.get(view.axis, view.over), half_lives)
