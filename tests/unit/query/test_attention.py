from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from builders import Logged, a_lake, a_run, at
from runlake.query.attention import attention

if TYPE_CHECKING:
    from runlake.query import Lake

DAY = 86_400.0  # the clock of `a_lake` stands one day after its runs start


def kinds(lake: Lake) -> list[tuple[str, str]]:
    return list(attention(lake).select("kind", "run_id").iter_rows())


class TestASilentRun:
    def test_is_one_that_runs_and_is_not_heard_of(self) -> None:
        runs = a_run("quiet", status="running"), a_run("fresh", status="running", started=DAY - 60)

        assert kinds(a_lake(*runs)) == [("silent", "quiet")]

    def test_is_not_one_with_a_heartbeat(self) -> None:
        beat = Logged().add("runs", run_id="run-1", writer="w-run-1", at=DAY - 30, seq=9, heartbeat_at=at(DAY - 30))

        assert kinds(a_lake(a_run(status="running"), beat)) == []

    def test_is_not_one_whose_last_point_is_fresh(self) -> None:
        run = a_run(status="running", metrics={"loss": [1.0, 2.0]})
        for row in run.rows["summaries"]:
            row["last_ts"] = at(DAY - 20)

        assert kinds(a_lake(run)) == []

    def test_is_silent_since_its_last_sign_of_life(self) -> None:
        beat = Logged().add("runs", run_id="run-1", writer="w-run-1", at=500, seq=9, heartbeat_at=at(500))

        assert attention(a_lake(a_run(status="running"), beat))["at"].to_list() == [at(500)]


class TestARunThatEndedBadly:
    @pytest.mark.parametrize("status", ["failed", "killed"])
    def test_is_listed_for_a_week(self, status: str) -> None:
        recent = a_run("recent", status=status, started=-5 * DAY, error="boom")
        older = a_run("older", status=status, started=-7 * DAY)

        found = attention(a_lake(recent, older))

        assert found.select("kind", "run_id", "error").rows() == [(status, "recent", "boom")]


class TestAnUnconcludedRun:
    def test_has_a_hypothesis_and_no_conclusion_and_has_ended(self) -> None:
        lake = a_lake(
            a_run("open", hypothesis="deeper is better"),
            a_run("done", hypothesis="h", conclusion="it is"),
            a_run("blank", hypothesis="h", conclusion=" "),
            a_run("none", hypothesis=" "),
            a_run("goes on", hypothesis="h", status="running", started=DAY - 60),
        )

        assert kinds(lake) == [("unconcluded", "blank"), ("unconcluded", "open")]


def test_each_run_is_listed_once_by_kind_and_then_the_newest_first() -> None:
    lake = a_lake(
        a_run("a", hypothesis="h"),
        a_run("b", hypothesis="h", started=50),
        a_run("c", hypothesis="h", status="failed"),
        a_run("d", status="killed"),
        a_run("e", status="running"),
        a_run("f", status="failed", deleted=True),
    )

    assert kinds(lake) == [
        ("silent", "e"),
        ("failed", "c"),
        ("killed", "d"),
        ("unconcluded", "b"),
        ("unconcluded", "a"),
    ]
