from __future__ import annotations

import math

import numpy as np
import pytest

from runlake.analysis.residuals import quantiles, spreads
from runlake.figures.classification import Shown
from runlake.figures.regression import (
    HIGHLIGHT_PX,
    MOST_POINTS,
    chosen,
    predicted_figure,
    quantile_figure,
    residual_figure,
    spread_figure,
)

TRUE, GUESS = np.array([1.0, 2.0, np.nan, 4.0]), np.array([1.5, 2.0, 3.0, 3.0])


def shown(name: str = "run") -> Shown[tuple[np.ndarray, np.ndarray]]:
    return Shown(name, (TRUE, GUESS), "#123456")


class TestThePictures:
    def test_draw_each_finite_example(self) -> None:
        line, points = predicted_figure([shown()]).data

        assert list(line.x) == list(line.y) == [1.0, 4.0]
        assert (list(points.x), list(points.y)) == ([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])

    def test_of_residuals_are_predicted_minus_true(self) -> None:
        (points,) = residual_figure([shown()]).data

        assert list(points.y) == [0.5, 0.0, -1.0]

    def test_read_no_name_as_markup(self) -> None:
        assert "<b>" not in predicted_figure([shown("<b>x</b>")]).to_json()


class TestWhichPointsAreDrawn:
    def test_is_all_of_few(self) -> None:
        assert len(chosen(TRUE, GUESS)) == 4

    def test_keeps_the_ends_of_many(self) -> None:
        x = np.random.default_rng(1).normal(size=50_000)
        y = np.random.default_rng(2).normal(size=50_000)

        kept = chosen(x, y)

        assert len(kept) <= MOST_POINTS
        assert {x.argmin(), x.argmax(), y.argmin(), y.argmax()} <= set(kept)


class TestHowErrorsAreSpread:
    ERRORS = np.random.default_rng(0).normal(size=50)

    def test_is_bars_of_one_run_and_outlines_of_several(self) -> None:
        one = spread_figure([Shown("a", spreads([self.ERRORS])[0], "#112233")])
        two = spread_figure(
            [Shown(name, found, "#112233") for name, found in zip("ab", spreads([self.ERRORS] * 2), strict=True)]
        )

        assert [trace.type for trace in one.data] == ["bar"]
        assert [(trace.type, trace.line.shape) for trace in two.data] == [("scatter", "hv")] * 2
        assert sum(one.data[0].y) == 50

    def test_has_a_line_on_which_errors_would_be_normal(self) -> None:
        found = quantiles(self.ERRORS)

        points, line = quantile_figure([Shown("a", found, "#112233")]).data

        assert list(points.y) == sorted(self.ERRORS)
        assert list(line.y) == pytest.approx([found.mean + found.deviation * x for x in line.x])

    def test_of_nothing_is_empty_but_whole(self) -> None:
        nothing = np.array([np.nan])

        assert len(quantile_figure([Shown("a", quantiles(nothing), "#112233")]).data) == 1
        assert len(spread_figure([Shown("a", spreads([nothing])[0], "#112233")]).data) == 1


class TestAnExampleThatIsLookedAt:
    def test_is_ringed_in_each_run_that_has_it(self) -> None:
        pair = (np.array([1.0, 2.0]), np.array([1.5, math.nan]))
        runs = [Shown("a", pair, "#112233"), Shown("b", pair, "#445566")]

        ringed = [t for t in predicted_figure(runs, marked=[0, 1]).data if t.marker.size == HIGHLIGHT_PX]

        assert [(t.x[0], t.y[0]) for t in ringed] == [(1.0, 1.5)]
