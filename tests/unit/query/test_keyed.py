from __future__ import annotations

import polars as pl

from runlake.query.keyed import Keyed, encoded, keyed

HEADERS = pl.DataFrame({"_row": [0, 1, 2], "run_id": ["c", "a", "b"]}, schema_overrides={"_row": pl.UInt32})


def rows(*cells: tuple[str, str, float | None]) -> Keyed:
    long = pl.DataFrame(cells, schema={"run_id": pl.String, "key": pl.String, "value": pl.Float64}, orient="row")
    return keyed(encoded(long, HEADERS), HEADERS.height)


def numbers(*places: int) -> pl.Series:
    return pl.Series("_row", places, dtype=pl.UInt32)


CELLS = rows(("b", "loss", 3.0), ("a", "loss", 1.0), ("a", "_row", 5.0), ("gone", "lost", 9.0))


class TestAColumn:
    def test_is_aligned_with_the_headers(self) -> None:
        assert CELLS.column("loss", "value").to_list() == [None, 1.0, 3.0]

    def test_of_an_unknown_key_is_null_and_typed(self) -> None:
        column = CELLS.column("nope", "value")

        assert column.equals(pl.Series("nope:value", [None, None, None], dtype=pl.Float64), check_dtypes=True)


class TestKeys:
    def test_are_sorted_and_only_those_of_known_runs(self) -> None:
        assert CELLS.keys == ["_row", "loss"]
        assert "loss" in CELLS
        assert "lost" not in CELLS


class TestTheRowsOfSomeRuns:
    def test_are_all_their_keys(self) -> None:
        assert CELLS.of(numbers(1)).select("_row", pl.col("key").cast(pl.String), "value").rows() == [
            (1, "_row", 5.0),
            (1, "loss", 1.0),
        ]

    def test_are_none_where_they_have_no_keys(self) -> None:
        assert CELLS.of(numbers(0)).is_empty()


class TestAWideFrame:
    def test_follows_the_order_of_the_runs_and_has_their_keys_alone(self) -> None:
        assert CELLS.wide(numbers(2, 0), "value").to_dict(as_series=False) == {"loss": [3.0, None]}
        assert CELLS.wide(numbers(2, 1), "value").to_dict(as_series=False) == {"_row": [None, 5.0], "loss": [3.0, 1.0]}

    def test_of_all_runs_may_be_in_any_order(self) -> None:
        assert CELLS.wide(numbers(1, 2, 0), "value")["loss"].to_list() == [1.0, 3.0, None]

    def test_has_no_columns_without_keys(self) -> None:
        assert CELLS.wide(numbers(0), "value").width == 0
        assert rows().wide(numbers(0, 1), "value").width == 0
