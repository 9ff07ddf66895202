"""Picture of calibration: bins with their intervals, and the scores below."""

from __future__ import annotations

import numpy as np
import pytest

from runlake.analysis.classification import calibration
from runlake.figures.classification import Shown, calibration_figure
from unit.figures.classification.looks import MARKUP, MARKUP_SHOWN, a_binary, named, nothing, numbers, shown, spec

RESULT = calibration(a_binary(), n_bins=20)


class TestCalibration:
    def test_shows_the_bins_that_hold_an_example(self) -> None:
        curve = spec(calibration_figure(shown(RESULT)))["data"][1]

        filled = RESULT.count > 0
        assert 0 < filled.sum() < 20
        assert numbers(curve["x"]) == pytest.approx(RESULT.mean_score[filled].tolist())
        assert numbers(curve["y"]) == pytest.approx(RESULT.observed[filled].tolist())

    def test_shows_how_sure_each_bin_is(self) -> None:
        curve = spec(calibration_figure(shown(RESULT)))["data"][1]

        filled = RESULT.count > 0
        above, below = numbers(curve["error_y"]["array"]), numbers(curve["error_y"]["arrayminus"])
        np.testing.assert_allclose(np.add(numbers(curve["y"]), above), RESULT.high[filled])
        np.testing.assert_allclose(np.subtract(numbers(curve["y"]), below), RESULT.low[filled])

    def test_has_the_scores_below_as_bars_of_one_run_and_as_outlines_of_several(self) -> None:
        one, two = (spec(calibration_figure(shown(*[RESULT] * runs)))["data"] for runs in (1, 2))

        assert [trace["type"] for trace in one] == ["scatter", "scatter", "bar"]
        assert {trace["type"] for trace in two} == {"scatter"}
        assert numbers(one[2]["y"]) == numbers(two[2]["y"]) == RESULT.histogram.tolist()
        assert one[2]["yaxis"] == "y2"

    def test_names_both_measures(self) -> None:
        assert named(calibration_figure(shown(RESULT))) == [
            f"run · Brier {RESULT.brier:.4f} · ECE {RESULT.expected_error:.4f}"
        ]

    def test_says_why_a_run_is_missing(self) -> None:
        figure = calibration_figure(shown(calibration(nothing()), RESULT))

        assert named(figure)[0] == "run · 1 of 2 scores are NaN or infinite"

    def test_never_reads_a_name_as_markup_or_as_a_template(self) -> None:
        figure = calibration_figure([Shown(MARKUP, RESULT, "#112233")])

        assert named(figure)[0].startswith(MARKUP_SHOWN)
        assert all(MARKUP not in trace.get("hovertemplate", "") for trace in spec(figure)["data"])
