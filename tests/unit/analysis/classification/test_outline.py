"""What is drawn of a long curve: nothing moved, nothing that can be seen left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import at_thresholds, pr_curve, roc_curve
from runlake.analysis.classification.outline import MAX_VERTICES, outline
from unit.analysis.classification.examples import a_random_binary

LONG = at_thresholds(a_random_binary(0, 200_000, digits=15))


def distance_to_path(points: np.ndarray, path: np.ndarray) -> np.ndarray:
    """From each point to the nearest place of the drawn line."""
    start, step = path[:-1], np.diff(path, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-300)
    result = np.empty(len(points))
    for i, point in enumerate(points):
        part = np.clip(((point - start) * step).sum(axis=1) / square, 0, 1)
        result[i] = np.sqrt((((start + part[:, None] * step) - point) ** 2).sum(axis=1).min())
    return result


class TestAShortCurve:
    def test_is_drawn_as_it_is(self) -> None:
        x = np.linspace(0, 1, MAX_VERTICES)

        assert outline(x, x**2).tolist() == list(range(MAX_VERTICES))


class TestALongCurve:
    def test_from_corner_to_corner_is_within_half_a_pixel_of_what_is_drawn(self) -> None:
        curve = roc_curve(LONG)
        points = np.column_stack((curve.false_positive_rate, curve.true_positive_rate))

        kept = outline(curve.false_positive_rate, curve.true_positive_rate)

        assert len(kept) <= MAX_VERTICES
        assert distance_to_path(points[::101], points[kept]).max() < 0.5 / 500

    def test_full_of_spikes_keeps_the_highest_and_lowest_of_every_stretch(self) -> None:
        y = np.random.default_rng(0).random(100_000)
        x = np.arange(100_000.0)

        kept = outline(x, y)

        assert len(kept) <= MAX_VERTICES
        for part in np.array_split(np.arange(100_000), 200):
            inside = kept[(kept >= part[0]) & (kept <= part[-1])]
            assert y[inside].max() > 0.95
            assert y[inside].min() < 0.05

    def test_keeps_the_jumps_of_precision_at_its_beginning(self) -> None:
        curve = pr_curve(LONG)

        kept = outline(curve.recall, curve.precision)

        first = np.arange(1, 30)
        points = np.column_stack((curve.recall, curve.precision))
        assert distance_to_path(points[first], points[kept]).max() < 1 / 500

    @settings(deadline=None)
    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(8, 60))
    def test_keeps_both_ends_and_both_extremes_in_order(self, values: list[float], limit: int) -> None:
        y = np.array(values)
        x = np.arange(float(len(y)))

        kept = outline(x, y, max_vertices=limit)

        assert len(kept) <= limit
        assert (kept[0], kept[-1]) == (0, len(y) - 1)
        assert (np.diff(kept) > 0).all()
        assert (y[kept].min(), y[kept].max()) == (y.min(), y.max())

    @pytest.mark.parametrize("x", [np.zeros(5000), np.arange(5000.0)])
    def test_that_does_not_spread_is_still_reduced(self, x: np.ndarray) -> None:
        assert len(outline(x, np.zeros(5000))) <= MAX_VERTICES
