"""A caption says what a picture leaves out or changes."""

from __future__ import annotations

import numpy as np

from runlake.analysis.arrange import Arranged, View
from runlake.analysis.curves import draw
from runlake.figures.caption import caption

AS_LOGGED = View()
NAN, INF = float("nan"), float("inf")


def arranged(
    *values: float, half_life: float = 0.0, view: View = AS_LOGGED, within: tuple[float, float] | None = None
) -> Arranged:
    y = np.array(values, dtype=np.float64)
    curve = draw(np.arange(len(y), dtype=np.float64), y, half_life=half_life, within=within)
    return Arranged(((curve,),), (half_life,), "step", view)


class TestACaption:
    def test_is_empty_where_all_is_drawn_as_logged(self) -> None:
        assert caption(arranged(1, 2, -3)) == ""

    def test_says_how_many_points_were_reduced_and_how(self) -> None:
        text = caption(arranged(*range(5000)))

        assert text.startswith("Downsampled: of 5,000 points, the lowest and the highest of each stretch are drawn")

    def test_invites_to_drag_only_where_that_is_possible(self) -> None:
        many = arranged(*range(5000))

        assert caption(many).endswith("no spike is lost; drag over a stretch to see more of it.")
        assert caption(many, can_drag=False).endswith("no spike is lost.")

    def test_says_where_a_stretch_is_exact(self) -> None:
        text = caption(arranged(*range(5000), within=(0, 10), view=View(stretch=(0, 10))))

        assert text == "Every point of this stretch is drawn."

    def test_states_the_rule_of_smoothing(self) -> None:
        assert caption(arranged(1, 2, 3, half_life=0.04, view=View(smooth_percent=2))) == (
            "Smoothed: mean of the points so far, the weight of a point halves every 0.04 steps "
            "(2 % of the steps); the points as logged are faint."
        )

    def test_states_the_range_where_panels_differ(self) -> None:
        one = draw(np.arange(3.0), np.arange(3.0), half_life=1)
        two = Arranged(((one,), (one,)), (0.5, 20.0), "step", View(smooth_percent=2))

        assert "halves every 0.5 to 20 steps" in caption(two)

    def test_counts_what_is_no_number(self) -> None:
        assert caption(arranged(NAN, INF, -INF, 1)) == "1 NaN (×) and 2 infinite (▲▼) marked at the edge."

    def test_counts_what_a_logarithmic_axis_cannot_show(self) -> None:
        assert caption(arranged(0, 1), log_y=True) == "1 point at or below zero cannot be on a logarithmic axis."
        assert caption(arranged(0, 1)) == ""
