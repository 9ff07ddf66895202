from __future__ import annotations

from typing import Any

from builders import Logged, a_lake, a_run, at
from runlake.query.people import FIELDS


class TestADetail:
    def test_holds_what_is_known_of_one_run_and_nothing_of_others(self) -> None:
        rich: dict[str, Any] = {
            "params": {"lr": 0.1},
            "metrics": {"loss": [2.0]},
            "results": {"auc": 0.5},
            "tags": {"t": ["v"]},
        }
        lake = a_lake(
            a_run(**rich, datasets={"train": "v1"}, artifacts={"a.txt": b"a"}),
            a_run("run-2", **rich),
        )

        detail = lake.run("run-1")

        assert (detail.run_id, detail.short_id, detail.header["name"]) == ("run-1", "run-1", "run-1")
        assert detail.params.equals(lake.params("run-1"))
        assert detail.tags.equals(lake.tags("run-1"))
        assert detail.summaries.equals(lake.summaries("run-1"))
        assert detail.results.equals(lake.results("run-1"))
        assert detail.artifacts.equals(lake.artifacts("run-1"))
        assert detail.datasets.equals(lake.datasets("run-1"))
        assert detail.events.equals(lake.events("run-1"))
        assert (detail.silent_s, detail.problems) == (None, ())

    def test_is_found_by_what_find_takes(self) -> None:
        assert a_lake(a_run("run-12345678")).run("12345678").run_id == "run-12345678"
        assert a_lake(a_run()).run("demo:run-1").run_id == "run-1"

    def test_says_who_started_the_run_in_the_words_of_its_own_process(self) -> None:
        later = a_run("run-2", started=500)
        later.rows["identities"][0] |= {"pid": 777, "cwd": "~/elsewhere"}

        lake = a_lake(a_run(), later)

        assert (lake.run("run-1").identity["pid"], lake.run("run-2").identity["pid"]) == (4242, 777)
        assert lake.run("run-1").identity["cwd"] is None
        assert a_lake(a_run(user=None)).run("run-1").identity == dict.fromkeys(FIELDS)

    def test_takes_the_actor_where_the_process_said_nothing(self) -> None:
        silent = a_run("run-2")
        silent.rows["identities"].clear()

        assert a_lake(a_run(), silent).run("run-2").identity["user"] == "ada"


class TestNestedRuns:
    def test_know_their_parent_and_children(self) -> None:
        lake = a_lake(
            a_run("top"),
            a_run("late", parent_run_id="top", started=20),
            a_run("early", parent_run_id="top", started=10),
            a_run("gone", parent_run_id="top", deleted=True),
        )

        assert lake.run("top").children["run_id"].to_list() == ["early", "late"]
        assert lake.run("top").parent.is_empty()
        assert lake.run("late").parent["run_id"].to_list() == ["top"]

    def test_may_have_a_parent_that_is_not_there(self) -> None:
        assert a_lake(a_run(parent_run_id="elsewhere")).run("run-1").parent.is_empty()


class TestLinks:
    def test_go_both_ways(self) -> None:
        logged = a_run(datasets={"train": "v1"})
        logged.add("links", run_id="run-1", subject="run:run-1", predicate="forked_from", object="run:run-0")
        other = a_run("run-2")
        other.add("links", run_id="run-2", subject="run:run-2", predicate="retry_of", object="run:run-1")

        links = a_lake(logged, other).run("run-1").links

        assert links.select("direction", "predicate", "other", "version").rows() == [
            ("out", "forked_from", "run:run-0", None),
            ("out", "used_dataset", "dataset:train", "v1"),
            ("in", "retry_of", "run:run-2", None),
        ]


class TestSilence:
    def test_is_counted_from_the_last_sign_of_life_of_a_running_run(self) -> None:
        # The clock stands at START + 86,400 s.
        running = a_run(status="running", heartbeat_at=at(86_000), metrics={"loss": [1.0]})
        talking = a_run("run-2", status="running", started=86_300, metrics={"loss": [1.0] * 51})

        lake = a_lake(running, talking)

        assert (lake.run("run-1").silent_s, lake.run("run-2").silent_s) == (400.0, 50.0)
        assert lake.run("run-1").problems == ("The run counts as running, but has been silent for 400 s.",)
        assert lake.run("run-2").problems == ()

    def test_is_not_broken_by_what_others_say_of_the_run(self) -> None:
        note = Logged().add("runs", run_id="run-1", notes="what is it doing?", writer="cli", at=86_390)

        assert a_lake(a_run(status="running"), note).run("run-1").silent_s == 86_400.0

    def test_is_unknown_where_no_sign_of_life_is(self) -> None:
        assert a_lake(Logged().add("runs", run_id="run-1", notes="hm")).run("run-1").silent_s is None

    def test_is_never_negative(self) -> None:
        assert a_lake(a_run(status="running", heartbeat_at=at(90_000))).run("run-1").silent_s == 0.0


class TestProblems:
    def test_name_missing_bytes_and_actions_that_failed(self) -> None:
        logged = a_run()
        logged.add("artifacts", run_id="run-1", path="m.bin", kind="file", metadata='{"missing": true}')
        denied = {
            "event_id": "e9",
            "action": "run.delete",
            "target_type": "run",
            "target_id": "run-1",
            "result": "denied",
        }
        logged.add("events", run_id="run-1", **denied)

        assert a_lake(logged).run("run-1").problems == (
            "The bytes of artifact m.bin (version 1) are missing.",
            "run.delete of run-1 ended with: denied.",
        )

    def test_name_a_start_that_was_not_recorded(self) -> None:
        ended = Logged().add("runs", run_id="run-1", status="finished", ended_at=at(5))

        assert a_lake(ended).run("run-1").problems == (
            "The start of the run is not recorded.",
            "The experiment of the run is not recorded.",
        )
