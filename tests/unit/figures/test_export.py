from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from runlake.analysis.bins import on_the_same_edges
from runlake.analysis.classification import Confusion
from runlake.analysis.curves import Curve
from runlake.figures.classification import Shown, confusion_figure
from runlake.figures.curves import panels_figure
from runlake.figures.drawn import drawn
from runlake.figures.export import WIDTH_PX, exported_figure
from runlake.figures.histograms import Shape, alone_figure, overlaid_figure
from runlake.figures.layout import Axes, Line, Panel, Section
from runlake.figures.theme import DARK, LIGHT

VALUES = np.array([0.1, np.nan, 1 / 3])


def a_line(name: str = "a <b> run") -> Line:
    none = np.array([])
    x = np.array([0.0, 1.0, 2.0])
    return Line(
        name, Curve(x, VALUES, none, none, np.array([1.0]), none, none, 3, 1, 0, 0, 0.1, 1 / 3, True), "#112233"
    )


class TestTheDataOfCurves:
    def test_is_each_point_as_it_is_and_words_for_what_is_no_number(self) -> None:
        figure = panels_figure([Section("", (Panel("val/f1", (a_line(),)),))], exact=True)

        found = drawn(figure)

        assert found.columns == ("panel", "series", "x", "y")
        assert found.rows == [
            ("val/f1", "a <b> run", 0, 0.1),
            ("val/f1", "a <b> run", 2, 1 / 3),
            ("val/f1", "a <b> run", 1, "NaN"),
        ]

    def test_has_moments_where_the_axis_is_time(self) -> None:
        figure = panels_figure([Section("", (Panel("loss", (a_line(),)),))], axes=Axes(x_is_time=True), exact=True)

        assert drawn(figure).rows[0][2] == "1970-01-01T00:00:00.000"


class TestTheDataOfOtherPictures:
    def test_of_a_matrix_is_a_row_per_cell(self) -> None:
        matrix = Confusion.from_counts(np.array([[5, 1], [2, 7]]), ("ham", "spam"))

        found = drawn(confusion_figure([Shown("one", matrix, "#112233", "solid")]))

        values = {row[-1] for row in found.rows}
        assert len(found.rows) == 4
        assert values == {5, 1, 2, 7}

    def test_of_bars_has_their_width(self) -> None:
        binned = on_the_same_edges([([3, 4], [0.0, 1.0, 3.0])])

        assert drawn(alone_figure(binned, 0, Shape("run", "#112233"))).rows == [
            (*("run", 0.5, 3), 1),
            (*("run", 2, 4), 2),
        ]


class TestAnExportedPicture:
    lines = ("Runlake · store s", "Runs: " + "very long name " * 80)

    def test_says_what_it_is_of_and_names_its_lines(self) -> None:
        figure = overlaid_figure(
            on_the_same_edges([([1], [0, 1]), ([2], [0, 1])]), [Shape("one", "#112233"), Shape("two", "#445566")]
        )

        found = exported_figure(figure, title="<script>", lines=self.lines, tokens=LIGHT)

        assert found.layout.title.text == "<b>&lt;script&gt;</b>"
        assert found.layout.title.subtitle.text.count("<br>") == 3
        assert found.layout.title.subtitle.text.endswith("…")
        assert (found.layout.width, found.layout.paper_bgcolor) == (WIDTH_PX, "#FFFFFF")
        assert found.layout.showlegend
        assert found.layout.height > figure.layout.height

    def test_leaves_the_one_on_the_page_alone(self) -> None:
        figure = panels_figure([Section("", (Panel("loss", (a_line(),)),))])
        before = figure.to_json()

        exported_figure(figure, title="t", lines=["l"], tokens=DARK)

        assert figure.to_json() == before

    @pytest.mark.parametrize("figure", [go.Figure(), go.Figure({"data": [{"type": "scatter"}]})])
    def test_of_nothing_has_no_points(self, figure: go.Figure) -> None:
        assert drawn(exported_figure(figure, title="t", lines=[], tokens=LIGHT)).rows == []
