from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from builders import Logged, a_lake, a_run
from runlake.errors import InvalidValue, NotFound
from runlake.query import Comparison, compare
from runlake.query.compare import SECTIONS


def compared(*logged: Logged) -> Comparison:
    lake = a_lake(*logged)
    return compare(lake, [run_id for one in logged for run_id in [one.rows["runs"][0]["run_id"]]])


def changes(first: Any, second: Any) -> dict[str, object]:
    """What is said of a parameter that was `first` in one run and is `second` in the other."""
    params = [{"p": value} if value is not ... else {} for value in (first, second)]
    cells = compared(*(a_run(f"run-{i}", params=p) for i, p in enumerate(params))).cells
    cell = cells.filter((pl.col("section") == "params") & (pl.col("run") == 1))
    return cell.select("text", "delta", "percent", "change", "differs").row(0, named=True)


class TestAParameter:
    @pytest.mark.parametrize(
        ("first", "second", "said"),
        [
            (0.1, 0.1, ("0.1", 0.0, 0.0, "same", False)),
            (10, 15, ("15", 5.0, 50.0, "changed", True)),
            (-10, -15, ("-15", -5.0, -50.0, "changed", True)),
            (0, 1, ("1", 1.0, None, "changed", True)),
            (1, 1.0, ("1.0", 0.0, 0.0, "type", True)),
            ("1", 1, ("1", None, None, "type", True)),
            ("rf", "gb", ("gb", None, None, "changed", True)),
            (0.1, "auto", ("auto", None, None, "changed", True)),
            (..., "gb", ("gb", None, None, "added", True)),
            ("rf", ..., (None, None, None, "removed", True)),
        ],
    )
    def test_is_compared_by_value_and_type(self, first: Any, second: Any, said: tuple[object, ...]) -> None:
        assert tuple(changes(first, second).values()) == said


class TestMetrics:
    def test_are_compared_by_their_last_least_and_greatest_value(self) -> None:
        comparison = compared(
            a_run("run-1", metrics={"loss": [4.0, 2.0]}),
            a_run("run-2", metrics={"loss": [4.0, 1.0, 3.0], "f1": [math.nan]}),
        )

        assert comparison.table("metrics").rows() == [
            ("f1", "last", True, None, "NaN"),
            ("loss", "last", True, "2.0", "3.0"),
            ("loss", "min", True, "2.0", "1.0"),
            ("loss", "max", False, "4.0", "4.0"),
        ]
        last = comparison.cells.filter(
            (pl.col("field") == "loss") & (pl.col("aspect") == "last") & (pl.col("run") == 1)
        )
        assert last.select("number", "delta", "percent", "change").row(0) == (3.0, 1.0, 50.0, "changed")

    def test_that_are_nan_in_both_runs_are_the_same(self) -> None:
        runs = [a_run(name, metrics={"loss": [math.nan]}) for name in ("run-1", "run-2")]

        assert compared(*runs).table("metrics", only_different=True).is_empty()


class TestAComparison:
    def test_has_all_sections(self) -> None:
        rich: dict[str, Any] = {"git_commit": "a" * 40, "git_dirty": True, "memory_bytes": 8}
        first = a_run("run-1", tags={"team": ["a", "b"]}, results={"auc": 0.5}, datasets={"d": "v1"}, **rich)
        second = a_run(
            "run-2", tags={"team": ["a"]}, results={"auc": 0.75}, datasets={"d": "v2"}, status="failed", error="boom"
        )

        comparison = compared(first, second)

        assert comparison.cells["section"].unique(maintain_order=True).to_list() == [
            section for section in SECTIONS if section not in ("params", "metrics", "packages")
        ]
        assert comparison.table("attributes", only_different=True).rows() == [
            ("status", "", True, "finished", "failed"),
            ("error", "", True, None, "boom"),
            ("git_commit", "", True, "a" * 40, None),
            ("git_dirty", "", True, "true", None),
            ("memory_bytes", "", True, "8", None),
        ]
        assert comparison.table("datasets").rows() == [("d (train)", "", True, "v1", "v2")]
        assert comparison.table("tags").rows() == [("team", "", True, "a, b", "a")]
        assert comparison.table("summary").rows() == [("auc", "", True, "0.5", "0.75")]
        assert comparison.different == 8

    def test_of_three_runs_marks_a_field_that_differs_only_in_the_last(self) -> None:
        comparison = compared(*(a_run(f"run-{i}", params={"a": 1, "b": i // 2}) for i in range(3)))

        assert comparison.table("params").rows() == [("a", "", False, "1", "1", "1"), ("b", "", True, "0", "0", "1")]

    def test_takes_runs_in_the_order_asked_for_each_once_by_anything_that_find_takes(self) -> None:
        lake = a_lake(a_run("run-aaaaaaaa", name="one"), a_run("run-bbbbbbbb", name="two"))

        comparison = compare(lake, ["demo:two", "aaaaaaaa", "run-bbbbbbbb"])

        assert (comparison.run_ids, comparison.names) == (("run-bbbbbbbb", "run-aaaaaaaa"), ("two", "one"))

    def test_of_one_run_has_no_differences(self) -> None:
        comparison = compared(a_run(params={"a": 1}))

        assert comparison.different == 0
        assert comparison.table("params").rows() == [("a", "", False, "1")]

    def test_of_runs_that_logged_nothing_is_empty_but_for_the_attributes(self) -> None:
        comparison = compared(*(Logged().add("runs", run_id=f"run-{i}", writer=f"w{i}") for i in range(2)))

        assert comparison.table("params").is_empty()
        assert comparison.table("attributes").rows() == [("status", "", False, "running", "running")]

    def test_of_nothing_or_of_unknown_runs_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="compare"):
            compare(a_lake(), [])
        with pytest.raises(NotFound):
            compare(a_lake(a_run()), ["run-1", "run-9"])

    def test_has_no_section_by_another_name(self) -> None:
        with pytest.raises(InvalidValue, match="section"):
            compared(a_run()).table("nope")
