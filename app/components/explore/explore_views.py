"""The three views of the Explore page: lines across parallel axes, points of two axes, importance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

import state
from components import format
from components.apart import apart
from components.charts import chart_export, curve_controls
from components.charts.curves import CONFIG
from components.explore import brushes, explore_axes, explore_study
from components.explore import objective as objectives
from components.runs import run_table
from reads import explored
from runlake.analysis.bundles import MOST_SINGLE, parallel
from runlake.analysis.points import points
from runlake.figures.importance import importance_figure
from runlake.figures.parallel import Look, parallel_figure
from runlake.figures.scatter import Colour, Plane, matrix_figure, scatter_figure
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from components.explore.explore_study import Study
    from runlake.analysis.axes import Axis

MATRIX_AXES = 5
_MATRIX_POINTS = 500


def show_parallel(study: Study) -> None:
    """Draw the axes and the lines across them."""
    names = explore_axes.chosen(study.frame, study.ranked)
    axes = explore_axes.made(study.where, names, study.objective)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        explore_axes.controls(study.frame, study.ranked, names)
        with st.popover("Scales", icon=":material/straighten:", key="explore.scales"):
            explore_axes.scales(axes)
        with st.popover("Ranges", icon=":material/tune:", key="explore.ranges"):
            brushes.controls(axes, study.brushes)
    lines = parallel(axes, study.rank, study.kept)
    look = Look(
        objective=study.objective.column,
        maximize=study.objective.maximize,
        brushes={
            axis.name: brushes.stretches(axis, study.brushes[axis.name]) for axis in axes if axis.name in study.brushes
        },
        tokens=theme(st.context.theme.type),
    )
    key = _key("parallel")
    alt = f"Parallel axes: {', '.join(explore_axes.label(a.name) for a in axes)}"
    _chart(parallel_figure(lines, names=study.names, look=look), key, partial(brushes.take, key, axes), alt=alt)
    chart_export.show(
        lambda *, tokens: parallel_figure(lines, names=study.names, look=replace(look, tokens=tokens)),
        of=alt, key="explore.export.parallel", rows=partial(_rows, study, [axis.name for axis in axes]),
    )  # fmt: skip
    explore_study.foot(study)
    st.caption(" ".join(_about_lines(study, axes, cells=lines.strokes.cells if lines.strokes.is_merged else 0)))


def show_scatter(study: Study) -> None:
    """Draw the points of two axes, or of all pairs of the first few axes."""
    x, y, colour = _plane(study)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _plane_controls(study, (x, y, colour))
    values = dict.fromkeys((x, y, *([colour] if colour else [])))
    made = {name: explore_axes.one(study.where, name) for name in values}
    if state.EXPLORE_MATRIX.get():
        _matrix(study)
        explore_study.foot(study)
        return
    declared = objectives.declarations(study.frame)
    better = tuple(_better(study, name, declared) for name in (x, y))
    found = points(made[x], made[y], _shade(study, made.get(colour)), better=(better[0], better[1]))
    plane = Plane(made[x], made[y], found, _box(study, made[x], made[y]))
    draw = partial(
        scatter_figure, plane, names=study.names, colour=_colour(study, made.get(colour)), maximize_x=bool(better[0])
    )
    key = _key("scatter")
    alt = f"Runs by {explore_axes.label(x)} and {explore_axes.label(y)}"
    figure = draw(tokens=theme(st.context.theme.type))
    _chart(figure, key, partial(brushes.take_both, key, (made[x], made[y])), alt=alt)
    chart_export.show(draw, of=alt, key="explore.export.scatter", rows=partial(_rows, study, list(values)))
    explore_study.foot(study)
    st.caption(" ".join(_about_points(study, plane, better)))


def show_importance(study: Study) -> None:
    """Draw which params matter for the objective, and say how that was found out."""
    if not study.objective.base:
        st.info("These runs have logged no number that parameters could matter for.")
        return
    with st.spinner("Growing forests …"):
        found = explored.importances(study.where, study.objective.column)
    if found.refusal:
        st.info(f"No importance can be told. {found.refusal}")
        return
    if not found.explains:
        st.warning(
            "The forests predict unseen runs no better than the mean does, so these importances mean nothing.",
            icon=":material/warning:",
        )
    alt = f"Importance of parameters for {study.objective.words}"
    st.plotly_chart(
        importance_figure(found, tokens=theme(st.context.theme.type)),
        theme=None,
        key=_key("importance"),
        config=CONFIG | {"displayModeBar": False},
        alt=in_order(alt),
    )
    chart_export.show(partial(importance_figure, found), of=alt, key="explore.export.importance")
    sample = (
        f" A sample of {found.n:,} of the {found.available:,} runs that have it." if found.n < found.available else ""
    )
    left_out = (
        f" {found.left_out:,} further parameters, which go along with it least, are left out." if found.left_out else ""
    )
    st.caption(
        f"For {format.markdown(study.objective.words)}: R² on unseen runs {found.score:.2f} "
        f"({found.score_low:.2f} to {found.score_high:.2f} over the repeats). {found.method} Lines reach from the least to "
        f"the greatest of the repeats. ρ is Spearman's rank correlation with its 95 % interval.{sample}{left_out} "
        "Parameters that change together share their importance; none of this proves a cause."
        + (" Brushes do not count here." if study.brushes else "")
    )


def _key(view: str) -> str:
    """Name a picture by what it shows, so that an old box is not drawn over a new picture."""
    parts = (state.EXPLORE_BRUSH, state.EXPLORE_AXES, state.EXPLORE_TURNED, state.EXPLORE_X, state.EXPLORE_Y)
    return f"explore.{view}.{abs(hash(tuple(part.get() for part in parts)))}"


def _chart(figure: go.Figure, key: str, on_select: partial[None], *, alt: str) -> None:
    st.plotly_chart(
        figure, theme=None, key=key, config=CONFIG, on_select=on_select, selection_mode="box", alt=in_order(alt)
    )


def _about_lines(study: Study, axes: Sequence[Axis], *, cells: int) -> list[str]:
    left = int(study.kept.sum())
    sentences = ["Drag up or down along an axis to brush it."]
    if left > MOST_SINGLE and study.objective.base:
        order = (
            "the strongest colour is the best"
            if study.objective.maximize is not None
            else "the strongest colour is the greatest"
        )
        sentences.append(f"Colours are eighths of the runs by {format.markdown(study.objective.words)}: {order}.")
    if cells:
        sentences.append(
            f"Lines that run between the same {100 / cells:.2g} % of two axes are one stroke, the thicker the more runs, "
            "in the colour of their mean rank."
        )
    if any(axis.missing for axis in axes):
        sentences.append("Runs without a value, or with none that is finite, are on the dotted line.")
    return [*sentences, objectives.said(study.objective)]


def _about_points(study: Study, plane: Plane, better: Sequence[bool | None]) -> list[str]:
    sentences = ["Drag a box to brush both axes."]
    if plane.points.is_merged:
        sentences.append("Runs so near that they would cover each other are one point, the larger the more there are.")
    if plane.points.left_out:
        count = plane.points.left_out
        sentences.append(f"{count:,} {'run has' if count == 1 else 'runs have'} no finite value on one of the axes.")
    if len(plane.points.front):
        sentences.append(f"{len(plane.points.front):,} on the line (Pareto front): none is better in both.")
    elif plane.x.name != plane.y.name and all(_is_metric(name) for name in (plane.x.name, plane.y.name)):
        sentences.append("Say for both, under Scales, which way is better to see the runs that none beats.")
    return sentences


def _plane(study: Study) -> tuple[str, str, str]:
    """Return the axes and the colour of the plane: chosen, or the objective by the param that tells most of it."""
    columns = explore_axes.offered(study.frame, study.ranked)
    known = {*columns, study.objective.column}
    y = state.EXPLORE_Y.get() if state.EXPLORE_Y.get() in known else study.objective.column or columns[0]
    by_number = sorted(columns[:MATRIX_AXES], key=lambda name: study.frame[name].dtype == pl.String)
    first = next((name for name in by_number if name != y), columns[0])
    x = state.EXPLORE_X.get() if state.EXPLORE_X.get() in known else first
    colour = state.EXPLORE_COLOUR.get() if state.EXPLORE_COLOUR.get() in known else ""
    return x, y, colour


def _plane_controls(study: Study, shown: tuple[str, str, str]) -> None:
    columns = list(dict.fromkeys([*explore_axes.offered(study.frame, study.ranked), study.objective.column]))
    curve_controls.ready(state.EXPLORE_MATRIX)
    many = state.EXPLORE_MATRIX.get()
    for title, param, name in (
        ("x", state.EXPLORE_X, shown[0]),
        ("y", state.EXPLORE_Y, shown[1]),
        ("Colour", state.EXPLORE_COLOUR, shown[2]),
    ):
        options = [option for option in columns if option]
        options = ["", *options] if param is state.EXPLORE_COLOUR else options
        st.selectbox(
            title,
            options,
            format_func=apart(options, partial(_titled, title), run_table.kind),
            label_visibility="collapsed",
            disabled=many,
            width=220,
            **curve_controls.mirror(param, name),
        )
    with st.popover("Scales", icon=":material/straighten:", key="explore.scales"):
        explore_axes.scales([explore_axes.one(study.where, name) for name in dict.fromkeys(shown) if name])
        declared = objectives.declarations(study.frame)
        for name in dict.fromkeys(shown[:2]):
            if _is_metric(name) and name not in (study.objective.column, study.objective.base):
                objectives.better(name, objectives.direction(name, declared))
    st.toggle("All pairs", key=state.EXPLORE_MATRIX.key, persist_state="session")


def _is_metric(name: str) -> bool:
    return name.startswith(("metrics.", "summary."))


def _titled(title: str, name: str) -> str:
    return f"{title}: {explore_axes.label(name) if name else 'the objective'}"


def _matrix(study: Study) -> None:
    names = explore_axes.chosen(study.frame, study.ranked)[: MATRIX_AXES - 1]
    axes = explore_axes.made(study.where, names, study.objective)[-MATRIX_AXES:]
    if len(axes) < 2:
        st.info("Pairs need two axes; these runs have one.")
        return
    pairs = [(row, column) for row in range(1, len(axes)) for column in range(row)]
    shade = _shade(study, None)
    planes = [
        Plane(axes[column], axes[row], points(axes[column], axes[row], shade, most=_MATRIX_POINTS))
        for row, column in pairs
    ]
    draw = partial(matrix_figure, axes, planes, colour=_colour(study, None))
    alt = "All pairs of the first axes"
    figure = draw(tokens=theme(st.context.theme.type))
    st.plotly_chart(figure, theme=None, key=_key("matrix"), config=CONFIG | {"displayModeBar": False}, alt=alt)
    names = [axis.name for axis in axes]
    chart_export.show(draw, of=alt, key="explore.export.matrix", rows=partial(_rows, study, names))
    st.caption(f"The first {len(axes)} axes of the parallel view, the objective as the last.")


def _rows(study: Study, names: Sequence[str]) -> pl.DataFrame:
    """Return what the points stand for: each run with its values on these axes, and whether the brushes keep it."""
    runs = study.frame.select("run_id", "name", "experiment")
    values = [explored.explored_values(study.where, name).alias(name) for name in dict.fromkeys(names)]
    return runs.with_columns(*values, pl.Series("kept", study.kept))


def _better(study: Study, name: str, declared: dict[str, tuple[str, bool | None]]) -> bool | None:
    return study.objective.maximize if name == study.objective.column else objectives.direction(name, declared)


def _shade(study: Study, axis: Axis | None) -> NDArray[np.float64]:
    """Return what gives the colour: the rank of the objective, or the place on an axis; brushed away is without."""
    shade = study.rank if axis is None else axis.place
    return np.where(study.kept, shade, np.nan)


def _colour(study: Study, axis: Axis | None) -> Colour:
    if axis is not None:
        return Colour(explore_axes.label(axis.name), axis, (axis,))
    if not study.objective.base:
        return Colour("")
    objective = explore_axes.one(study.where, study.objective.column)
    return Colour(f"rank by {study.objective.words}", values=(objective,))


def _box(study: Study, x: Axis, y: Axis) -> tuple[float, float, float, float] | None:
    edges: list[float] = []
    for axis in (x, y):
        found = brushes.stretches(axis, study.brushes[axis.name]) if axis.name in study.brushes else []
        edges += [min(low for low, _ in found), max(high for _, high in found)] if found else [-0.03, 1.03]
    return None if edges == [-0.03, 1.03] * 2 else (edges[0], edges[1], edges[2], edges[3])
