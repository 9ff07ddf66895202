from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, cast

import pytest

from builders import START, MemorySnapshot, a_lake, a_run, a_snapshot, at, lake_on
from runlake.errors import InvalidType, InvalidValue, QueryError

LAKE = a_lake(
    a_run("run-a", started=0, metrics={"f1": [0.9]}, params={"lr": 0.5, "model": "rf"}),
    a_run("run-b", started=10, metrics={"f1": [math.nan]}, params={"lr": 10}, status="failed"),
    a_run("run-c", started=20, metrics={"f1": [0.1, 0.7]}, params={"lr": "auto"}, tags={"team": ["x", "y"]}),
    a_run("run-d", started=30, params={"lr": 2}, status="running"),
    a_run("run-e", started=40, deleted=True),
)


def ids(*args: Any, **settings: Any) -> str:
    return "".join(run_id[-1] for run_id in LAKE.runs(*args, **settings)["run_id"])


class TestWithoutAQuestion:
    def test_all_runs_that_are_not_deleted_come_newest_first(self) -> None:
        assert ids() == "dcba"

    def test_blank_texts_are_no_question(self) -> None:
        assert ids(" ", "") == "dcba"


class TestSomeRuns:
    def test_are_those_that_were_named_in_the_usual_order(self) -> None:
        assert ids(run_ids=["run-a", "run-e", "run-c", "never"]) == "ca"
        assert ids(run_ids=["run-e"], deleted=True) == "e"
        assert ids("params.lr = 0.5", run_ids=["run-a", "run-b"]) == "a"
        assert ids(run_ids="run-b") == "b"

    def test_can_be_none(self) -> None:
        assert ids(run_ids=[]) == ""

    def test_that_are_no_texts_are_refused(self) -> None:
        with pytest.raises(InvalidType, match="run_ids"):
            LAKE.runs(run_ids=cast("Any", [1]))


class TestAFilter:
    @pytest.mark.parametrize(
        ("where", "matching"),
        [
            ("metrics.f1 > 0.5", "ca"),
            ("metrics.f1 is nan", "b"),
            ("metrics.f1 is null", "d"),
            ("metrics.f1.min < 0.5", "c"),
            ("params.lr > 1", "db"),
            ("params.lr = 'auto'", "c"),
            ("tags.team = 'y'", "c"),
            ("status = 'running' or params.model = 'rf'", "da"),
            ("started_at >= '2026-01-31T12:00:10Z' and not status = 'failed'", "dc"),
            ("metrics.nope > 0", ""),
            ("deleted", ""),
        ],
    )
    def test_keeps_the_runs_that_match(self, where: str, matching: str) -> None:
        assert ids(where) == matching

    def test_counts_time_ago_from_the_clock(self) -> None:
        # The clock stands at START + 1 day.
        assert ids("started_at > -86385s") == "dc"

    def test_counts_time_ago_from_as_of(self) -> None:
        lake = a_lake(a_run("run-a"), a_run("run-b", started=90), as_of=START + timedelta(seconds=100))

        assert lake.runs("started_at > -50s")["run_id"].to_list() == ["run-b"]

    def test_that_does_not_parse_says_where(self) -> None:
        with pytest.raises(QueryError):
            LAKE.runs("metrics.f1 >")


class TestAnOrder:
    @pytest.mark.parametrize(
        ("order_by", "ordered"),
        [
            ("metrics.f1", "cabd"),
            ("metrics.f1 desc", "acbd"),
            ("params.lr", "adbc"),
            ("params.lr desc", "bdac"),
            ("tags.team", "cdba"),
            ("status, started_at", "bacd"),
            ("name", "abcd"),
            ("ended_at desc", "cbad"),
        ],
    )
    def test_puts_nan_and_then_nulls_last_in_both_directions(self, order_by: str, ordered: str) -> None:
        assert ids(None, order_by) == ordered


class TestALimit:
    def test_takes_the_first_of_the_order(self) -> None:
        assert ids(None, "metrics.f1", 2) == "ca"
        assert ids(limit=0) == ""
        assert ids(limit=99) == "dcba"

    @pytest.mark.parametrize("limit", [-1, 2.5, "ten"])
    def test_that_is_no_number_of_runs_is_refused(self, limit: Any) -> None:
        with pytest.raises(InvalidValue, match="limit: expected a whole number of runs"):
            LAKE.runs(limit=limit)


class TestDeletedRuns:
    def test_are_there_when_asked_for(self) -> None:
        assert ids(deleted=True) == "edcba"
        assert ids("deleted", deleted=True) == "e"


class TestACount:
    def test_is_the_number_of_runs_without_a_limit(self) -> None:
        assert LAKE.count() == 4
        assert LAKE.count("params.lr > 1") == 2
        assert LAKE.count(experiment="demo/.", deleted=True) == 5
        assert LAKE.count(experiment="nothing") == 0


class TestTheLastValue:
    def test_is_the_point_with_the_greatest_step_even_if_it_came_earlier_or_is_nan(self) -> None:
        backwards = a_run("run-a", metrics={"loss": [(5, 1.0), (2, 9.0)], "nan": [(0, 1.0), (1, math.nan)]})

        row = a_lake(backwards).runs(columns=["metrics.*"]).row(0, named=True)

        assert repr(row) == repr({"metrics.loss": 1.0, "metrics.nan": math.nan})


def test_the_same_question_has_the_same_answer_whatever_order_the_rows_came_in() -> None:
    logged = a_run(params={"a": 1, "b": 2}, metrics={"x": [1.0], "y": [2.0]}, tags={"t": ["v"]})
    other = a_run("run-2", params={"b": 3}, metrics={"y": [3.0]}, notes="n", seconds=5)
    snapshot = a_snapshot(logged, other)
    shuffled = {name: rows.sample(fraction=1, shuffle=True, seed=3) for name, rows in snapshot.tables.items()}

    frame = lake_on(snapshot).runs()

    assert lake_on(MemorySnapshot(shuffled)).runs().equals(frame)
    assert frame["started_at"].to_list() == [at(0), at(0)]
