"""However runs have logged, what stands for a group comes from its runs alone, each within its own range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.aligned import align
from runlake.analysis.bands import Spread, band
from runlake.analysis.crowd import crowd

if TYPE_CHECKING:
    from runlake.analysis.curves import Floats

numbers = st.one_of(st.floats(-100, 100), st.sampled_from([math.nan, math.inf, -math.inf]))
points = st.lists(st.tuples(st.integers(0, 12), numbers), min_size=1, max_size=10)
groups = st.lists(points, min_size=1, max_size=5)


def series(logged: list[tuple[int, float]]) -> tuple[Floats, Floats]:
    return np.array([float(x) for x, _ in logged]), np.array([y for _, y in logged])


def by_hand(logged: list[tuple[int, float]], at: float) -> float | None:
    """What a run has at a position: its last value there, or what lies on the line between its neighbours."""
    last = dict(logged)
    if at in last:
        return last[int(at)] if math.isfinite(last[int(at)]) else None
    before, after = [x for x in last if x < at], [x for x in last if x > at]
    if not before or not after:
        return None
    left, right = max(before), min(after)
    if not (math.isfinite(last[left]) and math.isfinite(last[right])):
        return None
    return last[left] + (last[right] - last[left]) * (at - left) / (right - left)


@settings(max_examples=200, deadline=None)
@given(groups)
def test_a_group_is_the_mean_of_what_its_runs_have(runs: list[list[tuple[int, float]]]) -> None:
    found = band([series(run) for run in runs], spread=Spread.RANGE)

    assert found.x.tolist() == sorted({float(x) for run in runs for x, _ in run})
    for at, center, low, high, count in zip(found.x, found.center, found.low, found.high, found.count, strict=True):
        values = [value for run in runs if (value := by_hand(run, at)) is not None]
        assert count == len(values)
        if values:
            expected = [sum(values) / len(values), min(values), max(values)]
            np.testing.assert_allclose(np.array([center, low, high]), np.array(expected), atol=1e-9)
        else:
            assert math.isnan(center)


@settings(max_examples=200, deadline=None)
@given(groups)
def test_lines_stand_for_points_only_where_some_run_has_none(runs: list[list[tuple[int, float]]]) -> None:
    grid = align([series(run) for run in runs])

    lacking = [x for x in grid.x for run in runs if min(run)[0] < x < max(run)[0] and x not in {own for own, _ in run}]
    assert grid.between == bool(lacking)
    inside = [sum(min(run)[0] <= x <= max(run)[0] for run in runs) for x in grid.x]
    assert grid.present.tolist() == inside


@settings(max_examples=200, deadline=None)
@given(groups, st.integers(4, 12))
def test_a_crowd_keeps_ends_and_peaks_of_each_line(runs: list[list[tuple[int, float]]], most: int) -> None:
    found = crowd([series(run) for run in runs], list(range(len(runs))), max_points=most)

    for number, run in enumerate(runs):
        own = found.number == number
        drawn, finite = found.y[own], [y for _, y in run if math.isfinite(y)]
        assert np.isnan(found.x[own][-1])
        assert np.count_nonzero(~np.isnan(found.x[own])) <= max(most, len(run) if len(run) <= most else 0) + 2
        if finite:
            assert (np.nanmin(drawn), np.nanmax(drawn)) == (min(finite), max(finite))
