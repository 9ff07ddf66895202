"""Pictures of curves: every run, its measure, its mark, and why one is missing."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlake.analysis.classification import Binary, at_thresholds, det_curve, lift, pr_curve, roc_curve
from runlake.analysis.classification.outline import MAX_VERTICES
from runlake.figures.classification import Shown, det_figure, lift_figure, pr_figure, roc_figure
from runlake.figures.theme import DARK, LIGHT
from unit.figures.classification.looks import MARKUP, MARKUP_SHOWN, a_binary, named, nothing, numbers, shown, spec

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (pr_figure, pr_curve),
    (roc_figure, roc_curve),
    (det_figure, det_curve),
    (lift_figure, lift),
]
each_kind = pytest.mark.parametrize(("figure_of", "curve_of"), KINDS, ids=["pr", "roc", "det", "lift"])


def counts(seed: int = 0, n: int = 400) -> Any:
    return at_thresholds(a_binary(seed, n))


def lines_of(figure: Any) -> list[dict[str, Any]]:
    return [trace for trace in spec(figure)["data"] if "customdata" in trace and trace["mode"] == "lines"]


def marks_of(figure: Any) -> list[dict[str, Any]]:
    return [trace for trace in spec(figure)["data"] if "customdata" in trace and trace["mode"] == "markers"]


class TestEachPicture:
    @each_kind
    @pytest.mark.parametrize("runs", [1, 2, 5, 30])
    def test_has_a_line_for_every_run_in_its_look(self, figure_of: Any, curve_of: Any, runs: int) -> None:
        figure = figure_of([Shown(f"r{i}", curve_of(counts(i)), f"#00000{i % 10}", "dash") for i in range(runs)])

        lines = lines_of(figure)
        assert [line["line"]["color"] for line in lines] == [f"#00000{i % 10}" for i in range(runs)]
        assert {line["line"]["dash"] for line in lines} == {"dash"}
        assert [name.partition(" ")[0] for name in named(figure)] == [f"r{i}" for i in range(runs)]

    @each_kind
    def test_is_svg_in_both_themes_and_draws_the_same(self, figure_of: Any, curve_of: Any) -> None:
        light, dark = (spec(figure_of(shown(curve_of(counts())), tokens=t)) for t in (LIGHT, DARK))

        assert {trace["type"] for trace in light["data"]} == {"scatter"}
        assert light["data"][-1] == dark["data"][-1]
        assert light["layout"]["template"] != dark["layout"]["template"]

    @each_kind
    def test_marks_the_threshold_on_the_line(self, figure_of: Any, curve_of: Any) -> None:
        curve = curve_of(counts())

        (mark,) = marks_of(figure_of(shown(curve, threshold=0.4)))

        row = curve.at(0.4)
        said = numbers(mark["customdata"])[0]
        assert (said if isinstance(said, float) else said[2]) == pytest.approx(curve.threshold[row])
        assert mark["showlegend"] is False

    @each_kind
    def test_marks_nothing_where_no_threshold_is_asked_for(self, figure_of: Any, curve_of: Any) -> None:
        assert marks_of(figure_of(shown(curve_of(counts())))) == []

    @each_kind
    def test_says_why_a_run_has_no_line(self, figure_of: Any, curve_of: Any) -> None:
        figure = figure_of(shown(curve_of(at_thresholds(nothing())), curve_of(counts()), threshold=0.5))

        assert named(figure)[0] == "run · 1 of 2 scores are NaN or infinite"
        assert len(lines_of(figure)) == 1

    @each_kind
    def test_of_no_run_is_empty_but_whole(self, figure_of: Any, curve_of: Any) -> None:
        assert named(figure_of([])) == []

    @each_kind
    def test_never_reads_a_name_as_markup_or_as_a_template(self, figure_of: Any, curve_of: Any) -> None:
        figure = figure_of([Shown(MARKUP, curve_of(counts()), "#112233")])

        assert named(figure)[0].startswith(MARKUP_SHOWN)
        assert lines_of(figure)[0]["hovertemplate"].endswith(f"<extra>{MARKUP_SHOWN}</extra>")

    @each_kind
    def test_of_a_hundred_thousand_thresholds_draws_few_of_them_as_they_are(
        self, figure_of: Any, curve_of: Any
    ) -> None:
        curve = curve_of(counts(n=100_000))

        (line,) = lines_of(figure_of(shown(curve)))

        said = numbers(line["customdata"])
        drawn = [row if isinstance(row, float) else row[2] for row in said]
        assert 500 < len(drawn) <= MAX_VERTICES
        assert set(drawn) <= set(curve.threshold.tolist())

    @each_kind
    def test_of_five_long_runs_stays_small(self, figure_of: Any, curve_of: Any) -> None:
        curve = curve_of(counts(n=50_000))

        assert len(figure_of(shown(*[curve] * 5)).to_json()) < 800_000

    @each_kind
    def test_grows_with_its_legend_and_not_without_end(self, figure_of: Any, curve_of: Any) -> None:
        curve = curve_of(counts())

        heights = [figure_of(shown(*[curve] * runs)).layout.height for runs in (1, 5, 12, 30)]
        assert heights[0] < heights[1] < heights[2] == heights[3]


class TestPrecisionAndRecall:
    def test_are_steps_that_enclose_the_average_precision(self) -> None:
        curve = pr_curve(counts())

        (line,) = lines_of(pr_figure(shown(curve)))

        recall, precision = np.array(numbers(line["x"])), np.array(numbers(line["y"]))
        assert line["line"]["shape"] == "vh"
        assert float(np.sum(np.diff(recall) * precision[1:])) == pytest.approx(curve.average_precision)
        assert line["name"] == f"run · AP {curve.average_precision:.4f}"

    def test_have_one_line_for_each_prevalence(self) -> None:
        one, other = pr_curve(counts(0)), pr_curve(counts(1))

        def notes(*curves: Any) -> list[str]:
            texts = [note["text"] for note in spec(pr_figure(shown(*curves)))["layout"]["annotations"]]
            return [text for text in texts if text.startswith("prevalence")]

        assert notes(one, one) == [f"prevalence {one.prevalence:.3g}"]
        assert len(notes(one, other)) == 2

    def test_have_lines_of_equal_f1_behind_them(self) -> None:
        figure = spec(pr_figure(shown(pr_curve(counts()))))

        texts = [note["text"] for note in figure["layout"]["annotations"]]
        assert texts[:4] == ["F1 0.2", "F1 0.4", "F1 0.6", "F1 0.8"]
        for trace, f1 in zip(figure["data"], (0.2, 0.4, 0.6, 0.8), strict=False):
            recall, precision = np.array(trace["x"]), np.array(trace["y"])
            np.testing.assert_allclose(2 * recall * precision / (recall + precision), f1)
            assert precision.max() <= 1 + 1e-12

    def test_that_mean_little_say_so_beside_their_line(self) -> None:
        only = at_thresholds(Binary("pos", np.array([True, True]), np.array([0.1, 0.2])))

        assert named(pr_figure(shown(pr_curve(only)))) == [
            "run · AP 1.0000 · no example is negative, so precision is always 1"
        ]


class TestRoc:
    def test_names_the_area(self) -> None:
        curve = roc_curve(counts())

        assert named(roc_figure(shown(curve))) == [f"run · AUC {curve.auc:.4f}"]

    def test_has_the_diagonal(self) -> None:
        diagonal = spec(roc_figure(shown(roc_curve(counts()))))["data"][0]

        assert (diagonal["x"], diagonal["y"], diagonal["showlegend"]) == ([0, 1], [0, 1], False)


class TestErrorTradeOff:
    def test_is_drawn_on_normal_deviates_without_the_ends_that_are_infinitely_far(self) -> None:
        curve = det_curve(counts())

        (line,) = lines_of(det_figure(shown(curve)))

        normal = NormalDist()
        rows = [
            (p, q)
            for p, q in zip(curve.false_positive_rate.tolist(), curve.false_negative_rate.tolist(), strict=True)
            if 0 < p < 1 and 0 < q < 1
        ]
        assert numbers(line["x"]) == pytest.approx([normal.inv_cdf(p) for p, _ in rows])
        assert numbers(line["y"]) == pytest.approx([normal.inv_cdf(q) for _, q in rows])

    def test_labels_its_axes_with_rates(self) -> None:
        axis = spec(det_figure(shown(det_curve(counts()))))["layout"]["xaxis"]

        assert axis["ticktext"][1:6] == ["0.1", "1", "5", "20", "50"]
        assert numbers(axis["tickvals"])[5] == pytest.approx(0)

    def test_without_errors_on_both_sides_says_so(self) -> None:
        perfect = at_thresholds(Binary("pos", np.array([True, False]), np.array([0.9, 0.1])))

        figure = det_figure(shown(det_curve(perfect), threshold=0.5))

        assert named(figure) == ["run · no threshold errs on both sides, so there is no trade-off"]
        assert all(math.isfinite(end) for end in figure.layout.xaxis.range)


class TestLift:
    def test_is_drawn_from_the_first_example_on(self) -> None:
        curve = lift(counts())

        (line,) = lines_of(lift_figure(shown(curve)))

        assert numbers(line["y"]) == pytest.approx(curve.lift[1:].tolist())

    def test_can_be_drawn_as_gain(self) -> None:
        curve = lift(counts())

        figure = lift_figure(shown(curve), gains=True)

        assert numbers(lines_of(figure)[0]["y"]) == pytest.approx(curve.gain.tolist())
        assert figure.layout.yaxis.title.text == "share of the positives found"


class TestPointsThatCanBeClicked:
    @each_kind
    def test_know_the_threshold_of_their_place(self, figure_of: Any, curve_of: Any) -> None:
        curve = curve_of(counts(n=5000))
        (shown_,) = shown(curve)

        figure = figure_of([Shown(shown_.name, curve, shown_.color, picks=100)])

        (targets,) = [t for t in spec(figure)["data"] if t.get("marker", {}).get("opacity") == 0]
        said = numbers(targets["customdata"])
        thresholds = [row if isinstance(row, float) else row[-1] for row in said]
        assert 8 <= len(thresholds) <= 100
        assert set(thresholds) <= set(curve.threshold[1:].tolist())
        assert len(numbers(targets["x"])) == len(thresholds)
        assert targets["selected"]["marker"]["opacity"] == 0

    @each_kind
    def test_answer_for_the_line_under_the_pointer(self, figure_of: Any, curve_of: Any) -> None:
        figure = figure_of([Shown("a", curve_of(counts()), "#112233", picks=50)])

        (line,) = lines_of(figure)
        assert line["hoverinfo"] == "skip"
        assert "hovertemplate" not in line
