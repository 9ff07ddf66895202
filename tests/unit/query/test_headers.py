from __future__ import annotations

import polars as pl

from builders import Logged, a_lake, a_run, at
from runlake.ids import experiment_id
from runlake.query.headers import ATTRIBUTES, BASE


def patch(run_id: str = "run-1", **fields: object) -> Logged:
    return Logged().add("runs", **({"run_id": run_id, "writer": "cli", "at": 500} | fields))


def header(*logged: Logged) -> dict[str, object]:
    return dict(a_lake(*logged).run("run-1").header)


class TestAHeader:
    def test_is_folded_field_by_field(self) -> None:
        found = header(a_run(notes="first", hypothesis="h"), patch(name="renamed", notes="second"))

        assert {k: found[k] for k in (*BASE, "host", "notes", "hypothesis", "experiment_id", "deleted")} == {
            "run_id": "run-1",
            "experiment": "demo",
            "name": "renamed",
            "status": "finished",
            "user": "ada",
            "started_at": at(0),
            "ended_at": at(60),
            "duration_s": 60.0,
            "host": "tower",
            "notes": "second",
            "hypothesis": "h",
            "experiment_id": experiment_id("demo"),
            "deleted": False,
        }

    def test_has_every_attribute(self) -> None:
        assert tuple(header(a_run())) == ATTRIBUTES

    def test_takes_the_earliest_start_and_the_latest_sign_of_life(self) -> None:
        resumed = patch(started_at=at(400), heartbeat_at=at(450))

        found = header(a_run(heartbeat_at=at(10)), resumed, patch(heartbeat_at=at(20), at=900))

        assert (found["started_at"], found["heartbeat_at"], found["changed_at"]) == (at(0), at(450), at(900))

    def test_has_no_duration_while_it_runs(self) -> None:
        found = header(a_run(status="running"))

        assert (found["status"], found["ended_at"], found["duration_s"]) == ("running", None, None)

    def test_has_no_duration_where_the_clock_was_put_back(self) -> None:
        assert header(a_run(seconds=-3600.0))["duration_s"] is None

    def test_has_an_exact_duration(self) -> None:
        assert header(a_run(seconds=0.003772))["duration_s"] == 0.003772

    def test_forgets_the_error_of_an_attempt_that_was_continued(self) -> None:
        failed = a_run(status="failed", error="boom")
        finished = patch(status="finished", ended_at=at(600))

        assert header(failed)["error"] == "boom"
        assert header(failed, finished)["error"] is None

    def test_is_deleted_and_restored_by_the_newest_patch(self) -> None:
        gone, back = patch(deleted=True), patch(deleted=False, at=900)

        assert header(a_run(), gone)["deleted"] is True
        assert header(a_run(), gone, back)["deleted"] is False

    def test_shows_what_the_newest_identity_says(self) -> None:
        known = Logged().add("identities", actor_id="actor-ada", user="Ada L.", at=900, writer="w9")

        assert header(a_run(), known)["user"] == "Ada L."
        assert header(a_run(), known)["host"] == "tower"


class TestARunThatNeverSaidThatItStarted:
    def test_counts_as_running_with_everything_else_unknown(self) -> None:
        lake = a_lake(patch(notes="only this"), a_run("run-2"))

        assert lake.runs().row(1, named=True) == dict.fromkeys(lake.runs().columns) | {
            "run_id": "run-1",
            "status": "running",
        }


class TestHeaders:
    def test_are_in_the_default_order(self) -> None:
        starts = {"b": 0.0, "a": 0.0, "new": 9.0}
        lake = a_lake(patch("unknown"), *(a_run(name, started=start) for name, start in starts.items()))

        assert lake.folded.headers["run_id"].to_list() == ["new", "a", "b", "unknown"]
        assert lake.folded.headers["_row"].to_list() == [0, 1, 2, 3]

    def test_of_an_empty_store_are_none(self) -> None:
        headers = a_lake().folded.headers

        assert headers.height == 0
        assert headers.schema["duration_s"] == pl.Float64
