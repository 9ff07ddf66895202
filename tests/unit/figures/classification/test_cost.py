"""Picture of costs: steps, the cheapest threshold and the chosen one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runlake.analysis.classification import Binary, at_thresholds, cheapest
from runlake.figures.classification import cost_figure
from unit.figures.classification.looks import a_binary, named, nothing, numbers, shown, spec

COST = cheapest(at_thresholds(a_binary()), 1, 5)


class TestCost:
    def test_is_drawn_at_every_finite_threshold(self) -> None:
        line = spec(cost_figure(shown(COST)))["data"][0]

        assert numbers(line["x"]) == pytest.approx(COST.threshold[1:].tolist())
        assert numbers(line["y"]) == pytest.approx(COST.cost[1:].tolist())
        assert line["line"]["shape"] == "hv"

    def test_has_a_star_at_the_cheapest_and_a_circle_at_the_chosen_threshold(self) -> None:
        marks = spec(cost_figure(shown(COST, threshold=0.4)))["data"][1:]

        places = {mark["marker"]["symbol"]: (mark["x"][0], mark["y"][0]) for mark in marks}
        row = COST.at(0.4)
        assert places["star"] == pytest.approx((COST.best_threshold, COST.best_cost))
        assert places["circle"] == pytest.approx((COST.threshold[row], COST.cost[row]))

    def test_says_where_it_is_least(self) -> None:
        assert named(cost_figure(shown(COST))) == [
            f"run · least {COST.best_cost:.4g} at threshold {COST.best_threshold:.4g}"
        ]

    def test_has_no_star_where_it_is_cheapest_to_call_nothing_positive(self) -> None:
        upside_down = Binary("pos", np.array([True, False]), np.array([0.1, 0.9]))
        cost = cheapest(at_thresholds(upside_down), 1000, 1)

        figure = cost_figure(shown(cost))

        assert math.isinf(cost.best_threshold)
        assert named(figure) == [f"run · least {cost.best_cost:.4g} where nothing is called positive"]
        assert len(figure.data) == 1

    def test_says_why_a_run_is_missing(self) -> None:
        figure = cost_figure(shown(cheapest(at_thresholds(nothing()), 1, 1)))

        assert named(figure) == ["run · 1 of 2 scores are NaN or infinite"]

    def test_spans_the_scores_where_these_are_no_probabilities(self) -> None:
        wide = Binary("pos", np.array([True, False, True]), np.array([7.0, -3.0, 2.0]))

        figure = cost_figure(shown(cheapest(at_thresholds(wide), 1, 1)))

        assert figure.layout.xaxis.range is None
        assert cost_figure(shown(COST)).layout.xaxis.range == (-0.01, 1.02)
