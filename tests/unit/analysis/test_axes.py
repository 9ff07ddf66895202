"""Columns of runs as axes."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.analysis.axes import MOST_CATEGORIES, Kind, axis, columns_of, varying

NAN, INF = math.nan, math.inf
numbers = st.floats(allow_nan=True, allow_infinity=True)


def a_column(*values: object, name: str = "params.p") -> pl.Series:
    return pl.Series(name, values, strict=False)


class TestTheKindOfAnAxis:
    @pytest.mark.parametrize(
        ("values", "kind", "is_log"),
        [
            ((0.5, 1.5), Kind.NUMBER, False),
            ((1.0, 2.0, 64.0), Kind.INTEGER, False),
            ((1.0, 1024.0), Kind.INTEGER, True),
            ((0.001, 0.5), Kind.NUMBER, True),
            ((0.01, 1.0), Kind.NUMBER, False),  # two decades, not more
            ((0.0, 1000.0), Kind.INTEGER, False),
            ((-1.0, 1000.0), Kind.INTEGER, False),
            (("true", "false"), Kind.FLAG, False),
            (("relu", "true"), Kind.CATEGORY, False),
        ],
    )
    def test_follows_from_its_values(self, values: tuple[object, ...], kind: Kind, is_log: bool) -> None:
        made = axis(a_column(*values))

        assert (made.kind, made.is_log) == (kind, is_log)

    def test_can_have_the_other_scale_where_all_values_are_above_zero(self) -> None:
        assert axis(a_column(1.0, 2.0), turned={"params.p"}).is_log
        assert not axis(a_column(0.001, 2.0), turned={"params.p"}).is_log
        assert not axis(a_column(0.0, 2000.0), turned={"params.p"}).is_log


class TestThePlaceOfARun:
    def test_is_between_the_ends(self) -> None:
        assert axis(a_column(10.0, 15.0, 20.0)).place.tolist() == [0, 0.5, 1]

    def test_follows_the_logarithm(self) -> None:
        assert axis(a_column(0.001, 0.01, 0.1, 1.0)).place == pytest.approx([0, 1 / 3, 2 / 3, 1])

    def test_is_none_where_there_is_no_finite_value(self) -> None:
        made = axis(a_column(1.0, None, NAN, INF, -INF, 2.0))

        assert np.isnan(made.place).tolist() == [False, True, True, True, True, False]
        assert (made.low, made.high, made.missing) == (1, 2, 4)

    def test_is_the_middle_where_all_are_equal(self) -> None:
        assert axis(a_column(3.0, 3.0)).place.tolist() == [0.5, 0.5]

    def test_survives_the_widest_range(self) -> None:
        assert axis(a_column(-1.7e308, 0.0, 1.7e308)).place == pytest.approx([0, 0.5, 1])

    @given(st.lists(numbers, min_size=1, max_size=30), st.booleans())
    def test_keeps_the_order_of_the_values_and_leads_back_to_them(self, values: list[float], turn: bool) -> None:
        made = axis(a_column(*values), turned={"params.p"} if turn else ())

        placed = made.place[~np.isnan(made.place)]
        finite = np.array([value for value in values if math.isfinite(value)])
        assert len(placed) == len(finite)
        assert np.all((placed >= -1e-9) & (placed <= 1 + 1e-9))
        order = np.argsort(finite, kind="stable")
        assert np.all(np.diff(placed[order]) >= -1e-12)
        if made.is_log:
            assert [made.value_at(place) for place in placed] == pytest.approx(finite.tolist(), rel=1e-6)


class TestCategories:
    def test_are_in_natural_order(self) -> None:
        made = axis(a_column("layer10", "layer2", None, "layer2"))

        assert made.categories == ("layer2", "layer10")
        assert made.place.tolist()[:2] == [1, 0]
        assert math.isnan(made.place[2])

    def test_that_are_too_many_share_the_last_place_but_for_the_most_frequent(self) -> None:
        values = [f"c{number}" for number in range(30) for _ in range(1 + (number < 5))]

        made = axis(a_column(*values))

        assert len(made.categories) + 1 == MOST_CATEGORIES
        assert made.rest == 30 - len(made.categories)
        assert set(made.categories) >= {f"c{number}" for number in range(5)}
        assert made.place.max() == 1
        assert not np.isnan(made.place).any()


class TestColumns:
    def test_are_numbers_where_all_values_are_and_texts_otherwise(self) -> None:
        logged = pl.DataFrame(
            {
                "run_id": ["a", "a", "b", "b", "c", "x"],
                "key": ["lr", "depth", "lr", "depth", "depth", "lr"],
                "value": ["0.1", "3", "0.2", "none", "null", "0.3"],
                "value_num": [0.1, 3.0, 0.2, None, None, 0.3],
            }
        )

        found = columns_of(logged, ["b", "a", "c"])

        assert found.to_dict(as_series=False) == {
            "run_id": ["b", "a", "c"],
            "params.depth": ["none", "3", None],
            "params.lr": [0.2, 0.1, None],
        }

    def test_of_runs_without_parameters_are_none(self) -> None:
        logged = pl.DataFrame(
            schema={"run_id": pl.String, "key": pl.String, "value": pl.String, "value_num": pl.Float64}
        )

        assert columns_of(logged, ["a"]).columns == ["run_id"]

    def test_that_vary_have_two_different_values(self) -> None:
        frame = pl.DataFrame(
            {"same": [1.0, 1.0], "nan": [1.0, NAN], "gap": [1.0, None], "two": [1.0, 2.0], "texts": ["a", "b"]}
        )

        assert varying(frame) == ["two", "texts"]
