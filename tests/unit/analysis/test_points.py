"""Runs as points of two axes."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from runlake.analysis.axes import axis
from runlake.analysis.points import points

NAN = math.nan


def test_few_points_are_drawn_each_where_they_are() -> None:
    x, y = axis(pl.Series("x", [0.0, 1.0, 2.0])), axis(pl.Series("y", [4.0, None, 0.0]))

    found = points(x, y, np.array([0.1, 0.2, 0.3]))

    assert (found.x.tolist(), found.y.tolist(), found.first.tolist()) == ([0, 1], [1, 0], [0, 2])
    assert (found.left_out, found.is_merged) == (1, False)


def test_many_points_merge_and_none_is_lost() -> None:
    random = np.random.default_rng(3)
    x, y = axis(pl.Series("x", random.normal(size=10_000))), axis(pl.Series("y", random.normal(size=10_000)))
    shade = random.random(10_000)

    found = points(x, y, shade)

    assert found.count.sum() == 10_000
    assert len(found.x) <= 1_500
    assert (found.count * found.shade).sum() == pytest.approx(shade.sum())
    assert (found.count * found.x).sum() == pytest.approx(x.place.sum())


def test_the_front_is_in_the_order_of_x_and_only_where_both_directions_are_known() -> None:
    x, y = axis(pl.Series("x", [3.0, 1.0, 2.0, 0.0])), axis(pl.Series("y", [1.0, 3.0, 2.0, 0.0]))
    shade = np.full(4, NAN)

    assert points(x, y, shade, better=(True, True)).front.tolist() == [1, 2, 0]
    assert points(x, y, shade, better=(False, False)).front.tolist() == [3]
    assert points(x, y, shade, better=(True, None)).front.tolist() == []
