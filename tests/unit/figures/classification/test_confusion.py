"""Pictures of confusion matrices: one scale, one order, words that can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runlake.analysis.classification import Confusion, Normalise, Order, confusion, predictions
from runlake.errors import InvalidValue
from runlake.figures.classification import Matrices, Shown, confusion_figure
from runlake.figures.classification.confusion import _colour_at, _colours, _ink_on
from runlake.figures.theme import DARK, LIGHT, SEQUENTIAL, Theme
from unit.figures.classification.looks import MARKUP, MARKUP_SHOWN, numbers, shown, spec

TWO = Confusion.from_counts([[90, 10], [5, 45]], ("neg", "pos"))
each_theme = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)


def of_classes(k: int, *, seed: int = 0, name: str = "class ") -> Confusion:
    counts = np.random.default_rng(seed).integers(0, 30, (k, k)) + 200 * np.eye(k, dtype=int)
    return Confusion.from_counts(counts, [f"{name}{i}" for i in range(k)])


def heats(figure: Any) -> list[dict[str, Any]]:
    return [trace for trace in spec(figure)["data"] if trace["type"] == "heatmap"]


def words(figure: Any) -> list[list[str]]:
    return [trace["text"] for trace in spec(figure)["data"] if trace["type"] == "scatter"]


class TestAMatrix:
    def test_has_the_true_classes_in_its_rows_from_the_top(self) -> None:
        figure = spec(confusion_figure(shown(TWO)))

        assert numbers(figure["data"][0]["z"]) == [[90, 10], [5, 45]]
        assert figure["layout"]["yaxis"]["range"] == [1.5, -0.5]
        assert (figure["layout"]["xaxis"]["title"]["text"], figure["layout"]["yaxis"]["title"]["text"]) == (
            "predicted",
            "true",
        )

    @pytest.mark.parametrize(
        ("normalise", "said"),
        [
            (Normalise.NONE, ["90", "10", "5", "45"]),
            (Normalise.TRUE, ["90 %", "10 %", "10 %", "90 %"]),
            (Normalise.PREDICTED, ["95 %", "18 %", "5 %", "82 %"]),
            (Normalise.ALL, ["60 %", "7 %", "3 %", "30 %"]),
        ],
    )
    def test_says_counts_or_shares(self, normalise: Normalise, said: list[str]) -> None:
        assert words(confusion_figure(shown(TWO), matrices=Matrices(normalise))) == [said]

    def test_rounds_nothing_to_all_or_none(self) -> None:
        matrix = Confusion.from_counts([[999, 1], [0, 0]], ("a", "b"))

        said = words(confusion_figure(shown(matrix), matrices=Matrices(Normalise.TRUE)))
        assert said == [["99 %", "<1 %", "–", "–"]]

    def test_shortens_counts_of_six_digits(self) -> None:
        matrix = Confusion.from_counts([[1_234_567, 99_999], [0, 0]], ("a", "b"))

        assert words(confusion_figure(shown(matrix)))[0][:2] == ["1,235k", "99,999"]

    def test_always_says_the_counts_under_the_pointer(self) -> None:
        (heat,) = heats(confusion_figure(shown(TWO), matrices=Matrices(Normalise.TRUE)))

        assert numbers(heat["customdata"]) == [[90, 10], [5, 45]]
        assert "%{customdata:,} examples<br>%{z:.2%}" in heat["hovertemplate"]

    def test_can_be_selected_from_cell_by_cell(self) -> None:
        (words,) = [t for t in spec(confusion_figure(shown(TWO)))["data"] if t["type"] == "scatter"]

        assert [row[0] for row in numbers(words["customdata"])] == [90, 10, 5, 45]
        assert words["hovertemplate"].startswith("true %{y}<br>predicted %{x}")

    def test_says_its_threshold_or_what_is_left_out(self) -> None:
        whole = predictions([0, 1], ("a", "b"), scores=[0.1, 0.9])
        torn = predictions([0, 1], ("a", "b"), scores=[0.1, float("nan")])

        figure = spec(confusion_figure(shown(confusion(whole, 0.25), confusion(torn))))

        first, second = (note["text"] for note in figure["layout"]["annotations"])
        assert "2 examples, threshold 0.25" in first
        assert "1 of 2 examples have NaN scores and are left out" in second

    def test_without_an_example_is_drawn_empty(self) -> None:
        nothing = Confusion.from_counts([[0, 0], [0, 0]], ("a", "b"))

        for normalise in Normalise:
            said = words(confusion_figure(shown(nothing), matrices=Matrices(normalise)))
            assert said == [["0"] * 4 if normalise is Normalise.NONE else ["–"] * 4]


class TestSeveralMatrices:
    def test_share_one_scale(self) -> None:
        small = Confusion.from_counts([[9, 1], [1, 4]], ("neg", "pos"))

        counts, shares, parts = (
            [heat["zmax"] for heat in heats(confusion_figure(shown(TWO, small), matrices=Matrices(n)))]
            for n in (Normalise.NONE, Normalise.TRUE, Normalise.ALL)
        )

        assert (counts, shares, parts) == ([90, 90], [1, 1], [0.6, 0.6])

    def test_share_one_order(self) -> None:
        one = Confusion.from_counts([[50, 0, 0], [0, 10, 9], [0, 0, 30]], ("a", "b", "c"))

        first, second = heats(confusion_figure(shown(one, one), matrices=Matrices(order=Order.ERRORS)))

        assert first["y"] == second["x"] == ["b", "c", "a"]
        assert numbers(first["z"])[0] == [10, 9, 0]

    def test_of_other_classes_are_refused(self) -> None:
        with pytest.raises(InvalidValue, match="those of the first matrix"):
            confusion_figure(shown(TWO, of_classes(2)))

    @pytest.mark.parametrize(("runs", "k"), [(1, 2), (2, 3), (5, 10), (3, 50)])
    def test_never_overlap_and_stay_inside(self, runs: int, k: int) -> None:
        layout = spec(confusion_figure(shown(*[of_classes(k)] * runs), matrices=Matrices(columns=2)))["layout"]

        boxes = []
        for n in ("", *range(2, runs + 1)):
            (left, right), (low, high) = layout[f"xaxis{n}"]["domain"], layout[f"yaxis{n}"]["domain"]
            assert 0 <= left < right <= 1
            assert 0 <= low < high <= 1
            boxes.append((left, right, low, high))
        for at, (left, right, low, high) in enumerate(boxes):
            for other in boxes[at + 1 :]:
                assert right < other[0] or other[1] < left or high < other[2] or other[3] < low

    def test_name_their_rows_once(self) -> None:
        layout = spec(confusion_figure(shown(TWO, TWO)))["layout"]

        assert (layout["yaxis"]["showticklabels"], layout["yaxis2"]["showticklabels"]) == (True, False)

    def test_of_no_run_are_an_empty_figure(self) -> None:
        assert spec(confusion_figure([]))["data"] == []


class TestManyClasses:
    @pytest.mark.parametrize(
        ("k", "columns", "written"), [(2, 3, True), (10, 2, True), (15, 1, True), (30, 2, False), (50, 1, False)]
    )
    def test_have_words_in_their_cells_while_these_fit(self, k: int, columns: int, written: bool) -> None:
        runs = shown(*[of_classes(k)] * columns)

        figure = confusion_figure(runs, matrices=Matrices(columns=columns))

        assert bool(words(figure)) is written
        assert len(heats(figure)) == columns

    def test_are_named_beside_each_row_and_below_as_often_as_there_is_room(self) -> None:
        layout = spec(confusion_figure(shown(*[of_classes(50)] * 3), matrices=Matrices(columns=3)))["layout"]

        assert len(layout["yaxis"]["ticktext"]) == 50
        assert 5 < len(layout["xaxis"]["ticktext"]) < 26
        assert layout["xaxis"]["tickangle"] == -90
        assert layout["xaxis"]["categoryarray"] == [f"class {i}" for i in range(50)]

    def test_of_which_two_look_alike_when_shortened_keep_their_own_cells(self) -> None:
        long = [f"{'a' * 60}{middle}{'b' * 60}" for middle in "xy"]

        (heat,) = heats(confusion_figure(shown(Confusion.from_counts([[1, 2], [3, 4]], long))))

        assert len(set(heat["x"])) == 2

    def test_that_are_numbers_are_names_all_the_same(self) -> None:
        layout = spec(confusion_figure(shown(Confusion.from_counts([[1, 2], [3, 4]], ("1", "0")))))["layout"]

        assert (layout["xaxis"]["type"], layout["xaxis"]["categoryarray"]) == ("category", ["1", "0"])

    def test_make_a_figure_that_is_small(self) -> None:
        figure = confusion_figure(shown(*[of_classes(50)] * 5), matrices=Matrices(columns=3))

        assert len(figure.to_json()) < 400_000


class TestWords:
    @each_theme
    def test_can_be_read_on_every_colour(self, tokens: Theme) -> None:
        def luminance(colour: tuple[float, float, float]) -> float:
            red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue

        for part in np.linspace(0, 1, 201).tolist():
            colour = _colour_at(_colours(tokens), part)
            ink = _ink_on(colour)
            words_at = luminance((0, 0, 0) if ink == "#000000" else (1, 1, 1))
            dark, light = sorted((luminance(colour), words_at))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, part

    def test_stand_on_the_colour_that_plotly_mixes(self) -> None:
        scale = ["#000000", "#ffffff", "#ff0000"]

        mixed = [_colour_at(scale, part) for part in (0, 0.25, 0.5, 1)]
        assert mixed == [(0, 0, 0), (0.5, 0.5, 0.5), (1, 1, 1), (1, 0, 0)]

    @each_theme
    def test_begin_near_the_ground(self, tokens: Theme) -> None:
        assert _colours(tokens)[0] == tokens.surface
        assert set(_colours(tokens)[1:]) <= set(SEQUENTIAL)

    def test_of_classes_and_runs_are_never_read_as_markup_or_as_templates(self) -> None:
        figure = spec(
            confusion_figure([Shown(MARKUP, Confusion.from_counts([[1, 2], [3, 4]], (MARKUP, "b")), "#112233")])
        )

        assert MARKUP not in str(figure)
        assert figure["data"][0]["x"] == [MARKUP_SHOWN, "b"]
        assert figure["layout"]["xaxis"]["ticktext"][0].startswith("&lt;b&gt;")
        assert MARKUP_SHOWN in figure["layout"]["annotations"][0]["text"]

    def test_are_svg(self) -> None:
        assert {trace["type"] for trace in spec(confusion_figure(shown(TWO)))["data"]} == {"heatmap", "scatter"}


class TestCellsWithoutWords:
    def test_can_be_clicked_where_that_is_asked_for(self) -> None:
        figure = spec(confusion_figure(shown(of_classes(50)), matrices=Matrices(width_px=500, clickable=True)))

        (points,) = [trace for trace in figure["data"] if trace["type"] == "scatter"]
        assert (points["mode"], len(points["x"]), points["marker"]["opacity"]) == ("markers", 2500, 0)
        assert (points["x"][51], points["y"][51]) == ("class 1", "class 1")

    def test_of_too_many_classes_cannot(self) -> None:
        figure = spec(confusion_figure(shown(of_classes(61)), matrices=Matrices(width_px=500, clickable=True)))

        assert [trace["type"] for trace in figure["data"]] == ["heatmap"]
