from __future__ import annotations

from builders import Logged, a_run, at
from runlake.cli.checks.runs import run_findings
from unit.cli.lab import a_lake

HOUR = 3600.0
OVERFLOW = {
    "event_id": "e9",
    "action": "journal.overflow",
    "target_type": "writer",
    "target_id": "w",
    "result": "error",
}


def found(*logged: Logged, now: float = HOUR) -> dict[str, tuple[str, str]]:
    return {f.code: (f.severity.value, f.message) for f in run_findings(a_lake(*logged, now=now))}


class TestGoodRuns:
    def test_leave_nothing_to_say(self) -> None:
        assert found(a_run("01a2-0001"), a_run("01a2-0002", status="failed")) == {}

    def test_that_run_and_give_signs_of_life(self) -> None:
        assert found(a_run("01a2-0001", status="running", heartbeat_at=at(HOUR - 60))) == {}


class TestASilentRun:
    def test_is_named(self) -> None:
        assert found(a_run("01a2-0001", status="running"), a_run("01a2-0002")) == {
            "runs.silent": (
                "warning",
                "no sign of life for up to 1 h from 1 running run: 1a2-0001",
            )
        }

    def test_is_one_of_five_that_are_named(self) -> None:
        many = [a_run(f"01a2-000{i}", status="running") for i in range(7)]

        assert found(*many)["runs.silent"][1].endswith("1a2-0004 and 2 more")


class TestAKilledRun:
    def test_is_told_for_a_week(self) -> None:
        killed = a_run("01a2-0001", status="killed")

        assert found(killed) == {"runs.killed": ("info", "killed in the last 7 days: 1 run: 1a2-0001")}
        assert found(killed, now=8 * 24 * HOUR) == {}


class TestARunFromTheFuture:
    def test_says_that_a_clock_is_wrong(self) -> None:
        assert found(a_run("01a2-0001", started=2 * HOUR))["clock.future"] == (
            "warning",
            "times in the future in 1 run of tower: 1a2-0001",
        )

    def test_of_some_seconds_is_within_tolerance(self) -> None:
        assert found(a_run("01a2-0001", started=HOUR + 30, seconds=1)) == {}


class TestLostCalls:
    def test_are_counted(self) -> None:
        lost = a_run("01a2-0001").add("events", **OVERFLOW, new='{"lost_calls": 1234}')

        assert found(lost) == {
            "runs.lost_calls": (
                "problem",
                "lost because there was no room on disk and in memory: 1,234 calls of 1 process",
            )
        }

    def test_of_long_ago_are_no_worry(self) -> None:
        lost = a_run("01a2-0001").add("events", **OVERFLOW, new="not json")

        assert found(lost, now=30 * 24 * HOUR)["runs.lost_calls"][0] == "info"
