"""Runs as lines across parallel axes: what is drawn, how much of it, and that data stays data."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from runlake.analysis.axes import axis
from runlake.analysis.bundles import LANE, parallel, rank_share
from runlake.figures.parallel import Look, parallel_figure
from runlake.figures.shades import SHADES, shades
from runlake.figures.theme import DARK, LIGHT, PALETTE

if TYPE_CHECKING:
    from runlake.analysis.axes import Axis

EVIL = "%{x}<a href='javascript:1'>"


def some_axes(n: int) -> list[Axis]:
    random = np.random.default_rng(0)
    return [
        axis(pl.Series("params.lr", 10.0 ** random.uniform(-5, -1, n))),
        axis(pl.Series("params.model", [("forest", "net", None)[one] for one in random.integers(0, 3, n)])),
        axis(pl.Series("metrics.val/f1", random.random(n))),
    ]


def drawn(axes: list[Axis], *, kept: int | None = None, names: list[str] | None = None, **look: Any) -> dict[str, Any]:
    n = len(axes[0].place)
    rank = rank_share(axes[-1].position, maximize=True)
    lines = parallel(axes, rank, np.arange(n) < (n if kept is None else kept))
    figure = parallel_figure(lines, names=names or [f"run {row}" for row in range(n)], look=Look(**look))
    spec: dict[str, Any] = json.loads(figure.to_json())
    return spec


def lines(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in spec["data"] if trace["mode"] == "lines"]


def notes(spec: dict[str, Any]) -> list[str]:
    return [note["text"] for note in spec["layout"]["annotations"]]


class TestFewRuns:
    def test_are_a_line_each_in_a_colour_of_its_own(self) -> None:
        spec = drawn(some_axes(5))

        assert [trace["line"]["color"] for trace in lines(spec)] == list(PALETTE[:5])
        assert {trace["line"]["width"] for trace in lines(spec)} == {2}

    def test_tell_their_name_and_real_values_under_the_pointer(self) -> None:
        axes = [axis(pl.Series("params.lr", [0.001, 1.0])), axis(pl.Series("params.model", ["a", None]))]

        marks = [trace for trace in drawn(axes, names=[EVIL, "b"])["data"] if trace["mode"] == "markers"]

        assert marks[0]["text"] == ["&#37;{x}&lt;a href='javascript:1'&gt;<br>lr: 0.001", "b<br>lr: 1"]
        assert marks[1]["text"][1] == "b<br>model: no value"
        assert {trace["hovertemplate"] for trace in marks} == {"%{text}<extra></extra>"}


class TestManyRuns:
    def test_are_svg_lines_in_shades_the_best_drawn_last(self) -> None:
        spec = drawn(some_axes(400))

        assert {trace["type"] for trace in spec["data"]} == {"scatter"}
        colors = [trace["line"]["color"] for trace in lines(spec)]
        best = shades(LIGHT)[-1]
        rgb = ",".join(str(int(best[at : at + 2], 16)) for at in (1, 3, 5))
        assert colors[-1].startswith(f"rgba({rgb},")
        assert len({color.rpartition(",")[0] for color in colors}) <= SHADES + 1

    def test_that_are_brushed_away_stay_faint_below_the_others(self) -> None:
        spec = drawn(some_axes(400), kept=300)

        assert lines(spec)[0]["line"]["color"].startswith("rgba(86,96,116,0.")
        assert len(drawn(some_axes(20), kept=0)["data"]) == 1 + 3

    def test_of_ten_thousand_take_little_room(self) -> None:
        random = np.random.default_rng(1)
        axes = [axis(pl.Series(f"params.p{number}", random.random(10_000))) for number in range(9)]

        rank = np.linspace(0, 1, 10_000)
        figure = parallel_figure(parallel(axes, rank, np.ones(10_000, dtype=np.bool_)), names=["run"] * 10_000)

        assert len(figure.to_json()) < 600_000


class TestAxes:
    def test_lie_in_a_strip_each_that_together_fill_the_picture(self) -> None:
        layout = drawn(some_axes(30))["layout"]

        domains = [layout[f"xaxis{number}"]["domain"] for number in (2, 3, 4)]
        assert domains[0][0] == 0
        assert domains[-1][1] == 1
        assert [low for low, _ in domains[1:]] == pytest.approx([high for _, high in domains[:-1]])
        assert (layout["dragmode"], layout["selectdirection"]) == ("select", "v")
        centre = [sum(layout[f"xaxis{number}"]["range"]) / 2 for number in (3,)]
        assert centre == [1]

    def test_are_named_with_what_they_are_and_marked_with_real_values(self) -> None:
        said = notes(drawn(some_axes(300), objective="metrics.val/f1", maximize=True))

        assert any(text.startswith("<b>lr</b>") and "log" in text for text in said)
        assert any(text.startswith("<b>val/f1</b>") and "higher is better" in text for text in said)
        assert {"forest", "net", "0.001"} <= set(said)
        assert sum(text.startswith("best ") for text in said) == 1

    @pytest.mark.parametrize(("maximize", "place"), [(True, 1.0), (False, 0.0), (None, math.nan)])
    def test_mark_the_best_end_where_one_is_declared(self, maximize: bool | None, place: float) -> None:
        spec = drawn(some_axes(300), objective="metrics.val/f1", maximize=maximize)

        found = [note["y"] for note in spec["layout"]["annotations"] if note["text"].startswith("best ")]
        assert found == ([] if math.isnan(place) else [place])

    def test_have_a_lane_for_what_is_missing_only_where_something_is(self) -> None:
        whole = [axis(pl.Series("a", [1.0, 2.0])), axis(pl.Series("b", [1.0, 2.0]))]

        assert "no value" in notes(drawn(some_axes(30)))
        assert "no value" not in notes(drawn(whole))
        assert drawn(some_axes(30))["layout"]["yaxis"]["range"][0] < LANE

    def test_show_where_they_are_brushed(self) -> None:
        spec = drawn(some_axes(30), brushes={"params.lr": [(0.2, 0.4)]})

        boxes = [shape for shape in spec["layout"]["shapes"] if shape["type"] == "rect"]
        assert [(box["xanchor"], box["y0"], box["y1"]) for box in boxes] == [(0, 0.2, 0.4)]

    def test_are_the_key_to_the_colours(self) -> None:
        spec = drawn(some_axes(400), objective="metrics.val/f1", maximize=True)

        key = [shape for shape in spec["layout"]["shapes"] if shape["line"]["width"] == 6]
        assert [shape["line"]["color"] for shape in key] == list(shades(LIGHT))

    def test_bear_names_that_are_markup_and_a_single_axis(self) -> None:
        made = axis(pl.Series(f"params.{EVIL}", ["<img src=x>", "b"]))

        said = notes(drawn([made]))
        assert not any("<img" in text or "<a " in text for text in said)


def test_both_themes_differ_in_their_shades_and_grounds() -> None:
    light, dark = drawn(some_axes(400), tokens=LIGHT), drawn(some_axes(400), tokens=DARK)

    assert lines(light)[-1]["line"]["color"] != lines(dark)[-1]["line"]["color"]
    assert "rgba(14,19,32," in json.dumps(dark["layout"]["annotations"])
