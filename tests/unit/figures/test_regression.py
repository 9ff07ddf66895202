from __future__ import annotations

import numpy as np

from runlake.figures.classification import Shown
from runlake.figures.regression import MOST_POINTS, chosen, predicted_figure, residual_figure

TRUE, GUESS = np.array([1.0, 2.0, np.nan, 4.0]), np.array([1.5, 2.0, 3.0, 3.0])


def shown(name: str = "run") -> Shown[tuple[np.ndarray, np.ndarray]]:
    return Shown(name, (TRUE, GUESS), "#123456")


class TestThePictures:
    def test_draw_each_finite_example(self) -> None:
        line, points = predicted_figure([shown()]).data

        assert list(line.x) == list(line.y) == [1.0, 4.0]
        assert (list(points.x), list(points.y)) == ([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])

    def test_of_residuals_are_predicted_minus_true(self) -> None:
        (points,) = residual_figure([shown()]).data

        assert list(points.y) == [0.5, 0.0, -1.0]

    def test_read_no_name_as_markup(self) -> None:
        assert "<b>" not in predicted_figure([shown("<b>x</b>")]).to_json()


class TestWhichPointsAreDrawn:
    def test_is_all_of_few(self) -> None:
        assert len(chosen(TRUE, GUESS)) == 4

    def test_keeps_the_ends_of_many(self) -> None:
        x = np.random.default_rng(1).normal(size=50_000)
        y = np.random.default_rng(2).normal(size=50_000)

        kept = chosen(x, y)

        assert len(kept) <= MOST_POINTS
        assert {x.argmin(), x.argmax(), y.argmin(), y.argmax()} <= set(kept)
