"""Runs as points."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from runlake.analysis.axes import axis
from runlake.analysis.points import points
from runlake.figures.scatter import Colour, Plane, matrix_figure, scatter_figure

if TYPE_CHECKING:
    from runlake.analysis.axes import Axis

EVIL = "%{x}<a href='javascript:1'>"


def a_plane(x: Axis, y: Axis, shade: list[float] | None = None, **kwargs: Any) -> Plane:
    return Plane(x, y, points(x, y, np.array(shade or [0.5] * len(x.place)), **kwargs))


def spec(figure: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(figure.to_json())
    return parsed


X = axis(pl.Series("params.lr", [0.001, 0.1, 1.0]))
Y = axis(pl.Series("metrics.loss", [3.0, 2.0, 1.0]))


class TestAPlane:
    def test_has_real_values_on_its_axes_and_under_the_pointer(self) -> None:
        figure = spec(scatter_figure(a_plane(X, Y), names=[EVIL, "b", "c"], colour=Colour("rank")))

        assert figure["layout"]["xaxis"]["ticktext"] == ["0.001", "0.01", "0.1", "1"]
        assert figure["layout"]["xaxis"]["title"]["text"] == "lr (log)"
        assert figure["data"][0]["text"][0] == "&#37;{x}&lt;a href='javascript:1'&gt;<br>lr: 0.001<br>loss: 3"

    @pytest.mark.parametrize(("maximize_x", "shape"), [(True, "vh"), (False, "hv")])
    def test_joins_the_front_by_corners_that_no_run_reaches(self, maximize_x: bool, shape: str) -> None:
        plane = a_plane(X, Y, better=(maximize_x, False))

        front = spec(scatter_figure(plane, names="abc", colour=Colour("rank"), maximize_x=maximize_x))["data"][-1]

        assert (front["mode"], front["line"]["shape"]) == ("lines+markers", shape)

    def test_draws_what_has_no_colour_first(self) -> None:
        plane = a_plane(X, Y, [0.9, float("nan"), 0.1])

        grey, colored = spec(scatter_figure(plane, names="abc", colour=Colour("rank")))["data"]

        assert (len(grey["text"]), len(colored["text"])) == (1, 2)
        assert colored["text"][1].startswith("a")

    def test_of_ten_thousand_runs_takes_little_room_and_is_svg(self) -> None:
        random = np.random.default_rng(0)
        x, y = (axis(pl.Series(name, random.random(10_000))) for name in ("params.x", "metrics.y"))

        figure = scatter_figure(a_plane(x, y), names=["run"] * 10_000, colour=Colour("rank", x, (x,)))

        assert {trace["type"] for trace in spec(figure)["data"]} == {"scatter"}
        assert len(figure.to_json()) < 200_000


def test_a_matrix_has_each_pair_once_and_titles_at_its_edges_only() -> None:
    axes = [axis(pl.Series(f"params.{name}", [1.0, 2.0, 3.0])) for name in "abc"]
    pairs = [(1, 0), (2, 0), (2, 1)]

    figure = spec(
        matrix_figure(axes, [a_plane(axes[column], axes[row]) for row, column in pairs], colour=Colour("rank"))
    )

    layout = figure["layout"]
    assert len(figure["data"]) == 3
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert [layout[name]["title"].get("text") for name in ("yaxis", "yaxis2", "yaxis3")] == ["b", "c", ""]
    assert [layout[name]["title"].get("text") for name in ("xaxis", "xaxis2", "xaxis3")] == ["", "a", "b"]
