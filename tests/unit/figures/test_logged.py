from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest

from runlake.figures.histogram import histogram_figure
from runlake.figures.logged import logged_figure
from runlake.figures.theme import LIGHT


def content(*traces: dict[str, object], **layout: object) -> bytes:
    return json.dumps({"data": list(traces), "layout": layout}).encode()


class TestALoggedFigure:
    def test_is_drawn_as_it_was(self) -> None:
        figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="a"), layout={"title": {"text": "t"}})

        found = logged_figure(figure.to_json().encode()).figure

        assert found is not None
        assert (found.data[0].name, found.layout.title.text) == ("a", "t")

    def test_loses_what_would_be_fetched(self) -> None:
        found = logged_figure(content({"type": "bar"}, images=[{"source": "https://evil.example/x.png"}])).figure

        assert found is not None
        assert "evil" not in found.to_json()

    def test_is_drawn_without_webgl_where_that_is_the_same(self) -> None:
        found = logged_figure(content({"type": "scattergl", "x": [1], "y": [2]})).figure

        assert found is not None
        assert found.data[0].type == "scatter"

    @pytest.mark.parametrize("kind", ["scattergeo", "choropleth", "scattermap", "scattermapbox", "densitymap"])
    def test_with_a_map_is_not_drawn(self, kind: str) -> None:
        found = logged_figure(content({"type": kind}))

        assert found.figure is None
        assert found.problem is not None
        assert "maps from other hosts" in found.problem

    @pytest.mark.parametrize("kind", ["parcoords", "scatter3d", "surface"])
    def test_that_needs_webgl_is_not_drawn(self, kind: str) -> None:
        assert "need WebGL" in (logged_figure(content({"type": kind})).problem or "")

    @pytest.mark.parametrize(
        "found",
        [b"", b"{", b"[]", b"{}", b'{"data": 1}', b'{"data": [1]}', b"[" * 100_000, b'{"data": [{"type": []}]}'],
    )
    def test_that_is_none_says_so(self, found: bytes) -> None:
        answer = logged_figure(found)

        assert answer.figure is None or not answer.problem
        assert answer.figure is not None or "no figure of Plotly" in (answer.problem or "")


class TestAHistogram:
    def test_has_a_bar_for_each_count_between_its_edges(self) -> None:
        bar = histogram_figure([1, 5], [0.0, 1.0, 3.0], tokens=LIGHT).data[0]

        assert (list(bar.x), list(bar.width), list(bar.y)) == ([0.5, 2.0], [1.0, 2.0], [1, 5])
