from __future__ import annotations

import math
from typing import Any

import numpy as np

from runlake.analysis.arrange import Terms, View
from runlake.analysis.bands import Center, Spread, band
from runlake.analysis.crowd import crowd, points_each
from runlake.figures.curves import panels_figure
from runlake.figures.layout import Axes, Panel, Quiet, Ribbon, Section
from runlake.figures.many_caption import bands_caption, crowds_caption, smoothing_caption

GROUP = [(np.arange(4.0), np.array([1.0, 2, 3, 4])), (np.arange(2.0), np.array([3.0, 6]))]


def traces(panel: Panel, *, log_y: bool = False) -> list[Any]:
    return list(panels_figure([Section("", (panel,))], axes=Axes(log_y=log_y)).data)


def ribbon(spread: Spread = Spread.RANGE, name: str = "g") -> Ribbon:
    return Ribbon(name, band(GROUP, spread=spread), "#3B6BE3")


class TestARibbon:
    def test_is_a_band_a_whole_line_and_a_dashed_one_where_runs_are_missing(self) -> None:
        outline, whole, partial = traces(Panel("loss", (), ribbons=(ribbon(),)))

        assert outline.fill == "toself"
        assert np.array_equal(whole.y, [2, 4, math.nan, math.nan], equal_nan=True)
        assert np.array_equal(partial.y, [math.nan, 4, 3, 4], equal_nan=True)
        assert (whole.line.dash, partial.line.dash) == ("solid", "4px,3px")

    def test_tells_how_many_runs_it_stands_for(self) -> None:
        _, whole, _ = traces(Panel("loss", (), ribbons=(ribbon(),)))

        assert whole.hovertemplate.endswith("%{customdata[0]} of 2 runs")
        assert whole.customdata[:, 0].tolist() == [2, 2, 1, 1]

    def test_has_an_outline_with_a_gap_where_there_is_no_interval(self) -> None:
        outline, *_ = traces(Panel("loss", (), ribbons=(ribbon(Spread.INTERVAL),)))

        assert outline.x[:-1].tolist() == [0, 1, 1, 0, 0]
        assert math.isnan(outline.x[-1])

    def test_is_cut_off_above_zero_on_a_logarithmic_axis(self) -> None:
        low = Ribbon(
            "g",
            band([(np.arange(2.0), np.array([-5.0, 1])), (np.arange(2.0), np.array([2.0, 3]))], spread=Spread.RANGE),
            "#3B6BE3",
        )
        outline, *_ = traces(Panel("loss", (), ribbons=(low,)), log_y=True)

        assert np.nanmin(outline.y) > 0

    def test_has_no_markup_of_a_name(self) -> None:
        assert all("<b>" not in trace.name for trace in traces(Panel("x", (), ribbons=(ribbon(name="<b>g</b>"),))))

    def test_of_nothing_says_so(self) -> None:
        bare = Ribbon("g", band([(np.arange(2.0), np.full(2, math.nan))]), "#3B6BE3")
        figure = panels_figure([Section("", (Panel("x", (), ribbons=(bare,)),))])

        assert "no finite value" in [note.text for note in figure.layout.annotations]


class TestACrowd:
    def test_is_a_trace_for_each_hundred_lines_that_tells_the_number_of_a_run(self) -> None:
        lines = [(np.arange(3.0), np.arange(3.0))] * 250
        found = traces(Panel("x", (), quiet=(Quiet("run", crowd(lines, range(1, 251), max_points=4), "#8A94A6"),)))

        assert [int(np.isnan(t.x).sum()) for t in found] == [100, 100, 50]
        assert [int(t.customdata.max()) for t in found] == [100, 200, 250]
        assert {t.type for t in found} == {"scatter"}

    def test_is_told_one_at_a_time(self) -> None:
        quiet = Quiet("run", crowd(GROUP, [1, 2], max_points=4), "#8A94A6")

        assert panels_figure([Section("", (Panel("x", (), quiet=(quiet,)),))]).layout.hovermode == "closest"
        assert panels_figure([Section("", (Panel("x", (), ribbons=(ribbon(),)),))]).layout.hovermode == "x unified"

    def test_has_fewer_points_a_line_the_more_lines_there_are(self) -> None:
        assert [points_each(n) for n in (0, 1, 100, 1_000, 100_000)] == [1000, 1000, 400, 40, 40]


class TestTheCaption:
    def test_says_what_line_and_band_are_and_that_runs_are_missing(self) -> None:
        said = bands_caption([ribbon().band], center=Center.MEDIAN, spread=Spread.RANGE, axis="steps", log_y=False)

        assert said == (
            "Line: median of the runs of a group; band: least to greatest. Paler and dashed: not all runs of the group "
            "are there, the pointer says how many. Runs of a group have logged the same steps."
        )

    def test_says_that_lines_stand_for_points_and_what_does_not_count(self) -> None:
        runs = [(np.array([0.0, 10]), np.array([1.0, math.nan])), (np.array([0.0, 5, 10]), np.ones(3))]
        said = bands_caption([band(runs)], center=Center.MEAN, spread=Spread.INTERVAL, axis="steps", log_y=False)

        assert "between two points of a run the straight line counts, never beyond its first or last." in said
        assert "1 point that is NaN or infinite does not count." in said

    def test_says_that_one_run_has_no_interval(self) -> None:
        said = bands_caption([band(GROUP[:1])], center=Center.MEAN, spread=Spread.INTERVAL, axis="steps", log_y=False)

        assert "1 group has one run, and so no band." in said

    def test_says_how_thin_lines_were_reduced(self) -> None:
        long = [(np.arange(5_000.0), np.zeros(5_000))]

        assert "up to 5,000 points (40 points each)" in crowds_caption([crowd(long, [1], max_points=40)])
        assert crowds_caption([crowd(GROUP, [1, 2], max_points=40)]).endswith("every point is drawn.")
        assert crowds_caption([]) == ""

    def test_says_how_each_run_was_smoothed(self) -> None:
        assert smoothing_caption(Terms(1.0, "step", (0.0,)), View()) == ""
        assert "halves every 5 steps (2 % of the steps)" in smoothing_caption(
            Terms(1.0, "step", (5.0,)), View(smooth_percent=2)
        )
