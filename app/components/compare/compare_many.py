"""The curves of many runs: groups as a line in its band, single runs thin behind, the chosen ones above."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

import state
from components import format
from components.charts import chart_export, curve_controls, curves
from components.compare import grouping
from components.compare.slots import looks_of_groups
from reads import compared
from runlake.analysis.arrange import arrange
from runlake.analysis.bands import Center, Spread
from runlake.analysis.series import XAxis
from runlake.figures.caption import caption
from runlake.figures.curves import panels_figure
from runlake.figures.layout import Panel, Quiet, Ribbon
from runlake.figures.many_caption import bands_caption, crowds_caption, smoothing_caption
from runlake.figures.theme import OTHERS, series_colour, series_dash, theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.compare.grouping import Grouping
    from components.compare.slots import Slot
    from runlake.analysis.bands import Band
    from runlake.analysis.crowd import Crowd

_CENTERS = {"mean": "Mean", "median": "Median"}
_SPREADS = {
    "interval": "95 % interval of the mean",
    "deviation": "Standard deviation",
    "quartiles": "Quartiles",
    "range": "Least to greatest",
    "none": "No band",
}
_COUNTED = {XAxis.STEP: "steps", XAxis.RELATIVE: "times", XAxis.TIME: "times"}


def controls() -> None:
    """Draw the choice of line and band, and whether single runs are shown, in the row that is open."""
    curve_controls.ready(state.COMPARE_CENTER, state.COMPARE_SPREAD, state.COMPARE_SINGLE)
    _choose("Line", _CENTERS, state.COMPARE_CENTER, width=120)
    _choose("Band", _SPREADS, state.COMPARE_SPREAD, width=230)
    st.toggle("Single runs", key=state.COMPARE_SINGLE.key, persist_state="session")


def _choose(label: str, words: Mapping[str, str], param: state.Param[str], *, width: int) -> None:
    st.selectbox(
        label,
        list(words),
        key=param.key,
        format_func=lambda one: words[one],
        persist_state="session",
        label_visibility="collapsed",
        width=width,
    )


def show(runs: Sequence[Slot], metrics: Sequence[str], grouped: Grouping) -> None:
    """Draw one panel per metric, and below it how it was computed and what it leaves out."""
    # No metric is offered as x axis: a band needs an axis on which each run goes forward.
    choice, wanted = curve_controls.choice(curve_controls.COMPARE, ()), tuple(metrics)
    run_ids, view = tuple(run.run_id for run in runs), choice.view
    lines = compared.lines(run_ids, wanted, view)
    above = _above(runs, grouped)
    how = (Center(state.COMPARE_CENTER.get()), Spread(state.COMPARE_SPREAD.get()))
    bands = compared.bands(run_ids, wanted, view, grouped.by, how) if grouped.is_on else {}
    bands = {place: one for place, one in bands.items() if place[1] not in state.COMPARE_HIDDEN.get()}
    behind = _behind(runs, grouped, above)
    crowds = compared.crowds(run_ids, wanted, view, grouped.by, behind) if behind else {}

    groups = [
        curves.Group(metric, tuple(
            curves.Shown(run.label, lines.series[run.run_id, metric], run.color, run.dash)
            for run in above if (run.run_id, metric) in lines.series
        )) for metric in wanted
    ]  # fmt: skip
    started = {run.run_id: run.started_at for run in above}
    arranged = arrange(
        [[one.series for one in group.shown] for group in groups], view, started=started, common=lines.terms
    )
    columns, panel_px = (1, 400) if len(groups) == 1 else (2, 230)
    setting = curves.Setting("compare.many", started, curve_controls.COMPARE, columns=columns, panel_px=panel_px)
    sections = [
        replace(section, panels=tuple(_filled(panel, grouped, bands, crowds) for panel in section.panels))
        for section in curves.sections(groups, arranged)
    ]
    axes = curves.axes_of(lines.terms.x_title, choice, setting, panels=len(groups))
    draw = partial(panels_figure, sections, axes=axes)
    what = f"{len(runs):,} runs" + (f" in {len(grouped.groups) + len(grouped.rest):,} groups" if grouped.is_on else "")
    alt = in_order(f"Curves of {', '.join(wanted)}: {what}")
    curves.plotly(draw(tokens=theme(st.context.theme.type)), setting, alt)
    chart_export.show(partial(draw, exact=True), of=alt, key="compare.many.export", run_ids=run_ids)
    said = [
        bands_caption(list(bands.values()), center=how[0], spread=how[1], axis=_COUNTED[view.axis], log_y=choice.log_y),
        grouping.explained(grouped.by, run_ids),
        crowds_caption(list(crowds.values())),
        smoothing_caption(lines.terms, view) if bands or crowds else "",
        caption(arranged, log_y=choice.log_y) if above else "",
        "Many runs are drawn over steps or time, not over a metric." if state.COMPARE_X.get() == XAxis.METRIC else "",
        *_uncoloured(runs, grouped),
        *_without(run_ids, wanted, lines),
    ]
    st.caption(" ".join(sentence for sentence in said if sentence))


def _above(runs: Sequence[Slot], grouped: Grouping) -> list[Slot]:
    """Return the runs that have a line of their own in front: those ticked, and where colours are of runs, those with one."""
    lifted = set(state.COMPARE_LIFTED.get())
    return [
        run for place, run in enumerate(runs) if run.run_id in lifted or (not grouped.is_on and place < state.AT_HAND)
    ]


def _behind(runs: Sequence[Slot], grouped: Grouping, above: Sequence[Slot]) -> tuple[str, ...]:
    """Return the runs that are thin lines: all that nothing else stands for, and what the reader wants to see of groups."""
    front, hidden = {run.run_id for run in above}, set(state.COMPARE_HIDDEN.get())
    if not grouped.is_on:
        return tuple(run.run_id for run in runs if run.run_id not in front)
    single, opened = state.COMPARE_SINGLE.get(), state.COMPARE_OPEN.get()
    rest = {group.label for group in grouped.rest}
    return tuple(
        run.run_id
        for run in runs
        if run.run_id not in front and run.group not in hidden and (single or run.group == opened or run.group in rest)
    )


def _filled(
    panel: Panel,
    grouped: Grouping,
    bands: dict[tuple[str, str], Band],
    crowds: dict[tuple[str, str], Crowd],
) -> Panel:
    ribbons = tuple(
        Ribbon(group.label, bands[panel.title, group.label], series_colour(place), series_dash(place))
        for place, group in enumerate(grouped.groups)
        if (panel.title, group.label) in bands
    )
    look = looks_of_groups(grouped.groups, grouped.rest)
    colors = {one.group: one.color for one in look.values()}
    quiet = tuple(
        Quiet(label or "run", one, colors.get(label, OTHERS))
        for (title, label), one in crowds.items()
        if title == panel.title
    )
    return replace(panel, ribbons=ribbons, quiet=quiet)


def _uncoloured(runs: Sequence[Slot], grouped: Grouping) -> Iterator[str]:
    if grouped.rest:
        total = len(grouped.groups) + len(grouped.rest)
        yield f"{len(grouped.groups):,} of {total:,} groups, those with the most runs, have a colour; the runs of the others are grey."
    elif not grouped.is_on and len(runs) > state.AT_HAND:
        yield (
            f"The first {state.AT_HAND} runs have a colour each, the other {len(runs) - state.AT_HAND:,} are grey: "
            "tick some in the list to lift them out, or group them."
        )
    if hidden := len(set(state.COMPARE_HIDDEN.get()) & {group.label for group in (*grouped.groups, *grouped.rest)}):
        yield f"{hidden:,} {'group is' if hidden == 1 else 'groups are'} hidden."


def _without(run_ids: tuple[str, ...], metrics: Sequence[str], lines: compared.Lines) -> Iterator[str]:
    parts = [
        f"{format.markdown(metric)}: {missing:,}"
        for metric in metrics
        if (missing := len(run_ids) - len(lines.of[metric]))
    ]
    if parts:
        yield f"Runs without this metric – {', '.join(parts)}"
