"""Panels of curves: what is drawn, where, and that data stays data."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlake.analysis.curves import Curve, draw
from runlake.figures.curves import panels_figure
from runlake.figures.layout import Axes, Line, Panel, Section
from runlake.figures.theme import DARK, LIGHT

if TYPE_CHECKING:
    import plotly.graph_objects as go


def a_curve(*values: float, half_life: float = 0.0) -> Curve:
    return draw(np.arange(len(values), dtype=np.float64), np.array(values, dtype=np.float64), half_life=half_life)


def a_panel(title: str = "loss", *values: float, names: tuple[str, ...] = ("run",), **kwargs: Any) -> Panel:
    return Panel(title, tuple(Line(name, a_curve(*values), "#3B6BE3") for name in names), **kwargs)


def a_figure(panels: list[Panel], **kwargs: Any) -> go.Figure:
    return panels_figure([Section("", tuple(panels))], **kwargs)


def spec(figure: go.Figure) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(figure.to_json())
    return parsed


class TestPanels:
    def test_get_an_axis_pair_each_in_rows_of_the_asked_width(self) -> None:
        figure = spec(a_figure([a_panel(str(i), 1, 2) for i in range(5)], axes=Axes(columns=3)))

        axes = sorted(name for name in figure["layout"] if name.startswith("xaxis"))
        assert axes == ["xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5"]
        assert [trace["yaxis"] for trace in figure["data"]] == ["y", "y2", "y3", "y4", "y5"]
        tops = [figure["layout"][f"yaxis{n}"]["domain"][1] for n in ("", "2", "3", "4", "5")]
        assert tops[0] == tops[1] == tops[2] > tops[3] == tops[4]

    def test_never_overlap_and_stay_inside(self) -> None:
        figure = spec(a_figure([a_panel(str(i), 1, 2) for i in range(12)], axes=Axes(columns=3)))

        for n in ("", *range(2, 13)):
            low, high = figure["layout"][f"yaxis{n}"]["domain"]
            assert 0 <= low < high <= 1
        rows = sorted({tuple(figure["layout"][f"yaxis{n}"]["domain"]) for n in ("", *range(2, 13))})
        assert all(below[1] < above[0] for below, above in pairwise(rows))

    def test_of_nothing_are_an_empty_figure(self) -> None:
        assert spec(a_figure([]))["data"] == []

    def test_say_so_where_no_value_was_finite(self) -> None:
        figure = spec(a_figure([a_panel("loss", float("nan"), float("inf"))]))

        assert [note["text"] for note in figure["layout"]["annotations"]] == [
            "<b>loss</b>",
            "no finite value",
        ]

    def test_name_their_lines_where_asked(self) -> None:
        figure = spec(a_figure([a_panel("loss", 1, 2, names=("train", "<b>"), named=True)]))

        assert "● train" in figure["layout"]["annotations"][0]["text"]
        assert "● &lt;b&gt;" in figure["layout"]["annotations"][0]["text"]


class TestSections:
    def test_start_a_row_below_their_heading(self) -> None:
        sections = [Section("", (a_panel("lr", 1, 2),)), Section("val", (a_panel("val/loss", 1), a_panel("val/f1", 1)))]

        figure = spec(panels_figure(sections, axes=Axes(columns=2)))

        texts = [note["text"] for note in figure["layout"]["annotations"]]
        assert texts == ["<b>lr</b>", "<b>val/loss</b>", "<b>val</b>", "<b>val/f1</b>"]
        first, second, third = (figure["layout"][f"yaxis{n}"]["domain"] for n in ("", "2", "3"))
        assert second == third
        assert second[1] < first[0]


class TestLines:
    def test_are_svg_so_that_no_page_needs_webgl(self) -> None:
        figure = spec(a_figure([a_panel("loss", *range(3000), names=("a", "b"))]))

        assert {trace["type"] for trace in figure["data"]} == {"scatter"}

    def test_show_each_point_of_a_short_series_only(self) -> None:
        short, long = a_panel("loss", 1, 2), a_panel("loss", *range(100))

        modes = [trace["mode"] for trace in spec(a_figure([short, long]))["data"]]
        assert modes == ["lines+markers", "lines"]

    def test_show_no_points_beside_a_longer_one_or_many_others(self) -> None:
        short, long = (Line("run", a_curve(*range(n)), "#3B6BE3") for n in (5, 100))
        for lines in ((short, long), (short,) * 5):
            modes = {trace["mode"] for trace in spec(a_figure([Panel("loss", lines)]))["data"]}
            assert modes == {"lines"}

    def test_show_numbers_between_gaps_as_points(self) -> None:
        nan = float("nan")

        traces = spec(a_figure([a_panel("loss", *([1, nan] * 50))]))["data"]
        assert traces[0]["mode"] == "lines+markers"

    def test_keep_the_points_faint_behind_the_smoothed_line(self) -> None:
        panel = Panel("loss", (Line("run", a_curve(1, 2, 3, half_life=1), "#112233", "dash"),))

        raw, trend = spec(a_figure([panel]))["data"]

        assert (raw["line"]["color"], raw["hoverinfo"]) == ("rgba(17,34,51,0.36)", "skip")
        assert trend["line"] == {"color": "#112233", "width": 2, "dash": "dash"}

    def test_mark_what_is_no_number_at_the_edge_whatever_the_zoom(self) -> None:
        figure = spec(a_figure([a_panel("loss", 1, float("nan"), float("inf"), float("-inf"))]))

        marks = figure["data"][1:]
        assert [mark["hovertemplate"] for mark in marks] == ["NaN", "−∞", "+∞"]
        assert [mark["marker"]["symbol"] for mark in marks] == ["x-thin", "triangle-down", "triangle-up"]
        assert {mark["yaxis"] for mark in marks} == {"y2"}
        assert figure["layout"]["yaxis2"]["overlaying"] == "y"

    def test_never_read_a_name_as_markup_or_as_a_template(self) -> None:
        figure = spec(a_figure([a_panel("<img src=x>", 1, 2, names=("%{x}<a href='javascript:1'>",))]))

        assert figure["layout"]["annotations"][0]["text"] == "<b>&lt;img src=x&gt;</b>"
        assert figure["data"][0]["name"] == "&#37;{x}&lt;a href='javascript:1'&gt;"


class TestAxes:
    @pytest.mark.parametrize(
        ("axes", "kinds"),
        [
            (Axes(), ("linear", "linear")),
            (Axes(log_y=True), ("linear", "log")),
            (Axes(log_x=True), ("log", "linear")),
            (Axes(x_is_time=True, log_x=True), ("date", "linear")),
        ],
    )
    def test_have_the_asked_scale(self, axes: Axes, kinds: tuple[str, str]) -> None:
        layout = spec(a_figure([a_panel("loss", 1, 2)], axes=axes))["layout"]

        assert (layout["xaxis"]["type"], layout["yaxis"]["type"]) == kinds

    def test_show_the_asked_stretch(self) -> None:
        linear = a_figure([a_panel("loss", 1, 2)], axes=Axes(x_range=(10, 1000)))
        log = a_figure([a_panel("loss", 1, 2)], axes=Axes(x_range=(10, 1000), log_x=True))

        assert spec(linear)["layout"]["xaxis"]["range"] == [10, 1000]
        assert spec(log)["layout"]["xaxis"]["range"] == [1, 3]


class TestTheLook:
    def test_follows_the_theme_and_shows_the_lines_in_both_as_they_are(self) -> None:
        light = spec(a_figure([a_panel("loss", 1, 2)], tokens=LIGHT))
        dark = spec(a_figure([a_panel("loss", 1, 2)], tokens=DARK))

        assert light["layout"]["template"] != dark["layout"]["template"]
        assert light["data"] == dark["data"]

    def test_lists_all_runs_under_the_pointer_only_while_they_are_few(self) -> None:
        few = a_figure([a_panel("loss", 1, 2, names=("a", "b"))])
        many = a_figure([a_panel("loss", 1, 2, names=tuple("abcdefghijklmn"))])

        assert (few.layout.hovermode, many.layout.hovermode) == ("x unified", "closest")

    def test_of_ten_series_of_a_hundred_thousand_points_stays_small(self) -> None:
        y = np.random.default_rng(0).normal(size=100_000)
        curve = draw(np.arange(100_000.0), y)
        lines = tuple(Line(str(i), curve, "#3B6BE3") for i in range(10))

        assert len(a_figure([Panel("loss", lines)]).to_json()) < 250_000
