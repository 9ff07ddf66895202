"""The marks of an axis."""

from __future__ import annotations

import math
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.analysis.axes import axis
from runlake.figures.ticks import number, ticks, value_text


def texts(*values: object) -> list[str]:
    return [tick.text for tick in ticks(axis(pl.Series("params.p", values, strict=False)))]


class TestMarks:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ((0.0, 0.3, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
            ((3.0, 6.0), ["3", "4", "5", "6"]),
            ((1e-5, 1e-1), ["1e-5", "1e-4", "0.001", "0.01", "0.1"]),
            ((0.213, 1.0), ["0.213", "0.4", "0.6", "0.8", "1"]),
            ((5.0, 5.0), ["5"]),
            (("b", "a", None), ["a", "b"]),
            (("<b>$x$", "y"), ["&lt;b&gt;&#36;x&#36;", "y"]),
            ((None, None), []),
        ],
    )
    def test_say_real_values_with_both_ends(self, values: tuple[object, ...], expected: list[str]) -> None:
        assert texts(*values) == expected

    def test_say_how_many_categories_share_the_last_place(self) -> None:
        assert texts(*(f"c{number}" for number in range(25)))[-1] == "6 others"

    @given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=5, unique=True), st.booleans())
    def test_are_few_in_order_and_apart(self, values: list[float], turn: bool) -> None:
        made = axis(pl.Series("p", values), turned=["p"] if turn else [])

        marks = ticks(made)
        assert 1 <= len(marks) <= 14
        assert all(before.place < after.place for before, after in pairwise(marks))
        assert (marks[0].place, marks[-1].place) in {(0, 1), (0.5, 0.5)}


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.1 + 0.2, "0.3"), (1234.5, "1,234"), (2.5e-7, "2.5e-7"), (-1e6, "-1e6"), (100000.0, "1e5"), (0.0, "0")],
    )
    def test_are_short(self, value: float, text: str) -> None:
        assert number(value) == text

    def test_of_a_single_run_are_longer(self) -> None:
        made = axis(pl.Series("p", [0.123456789, 1.0]))

        assert value_text(made, made.position[0]) == "0.123457"
        assert value_text(made, math.nan) == "no value"
