from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import runlake
from builders import START, StoppedClock, a_lake, a_run, a_snapshot, lake_on
from runlake.errors import InvalidType, InvalidValue, NotFound
from runlake.query import Lake, open_lake

if TYPE_CHECKING:
    from pathlib import Path


class TestRefreshing:
    def test_gives_the_same_lake_while_nothing_changes(self) -> None:
        lake = a_lake(a_run())

        assert lake.refresh() is lake

    def test_gives_a_lake_on_the_newer_snapshot(self) -> None:
        older, newer = a_snapshot(a_run()), a_snapshot(a_run(), a_run("run-2"), key="2")
        lake = Lake(older, reopen=lambda: newer, clock=StoppedClock())

        assert (lake.refresh().runs().height, lake.runs().height) == (2, 1)
        assert lake.refresh().refresh().snapshot is newer

    def test_notices_that_more_is_pending(self) -> None:
        older = a_snapshot(a_run())
        newer = replace(older, pending=("2 journal segments wait",))
        lake = Lake(older, reopen=lambda: newer, clock=StoppedClock())

        assert (lake.pending, lake.refresh().pending) == ((), ("2 journal segments wait",))

    def test_never_leaves_a_moment_that_was_asked_for(self) -> None:
        older, newer = a_snapshot(as_of=START), a_snapshot(key="2")
        lake = Lake(older, reopen=lambda: newer, clock=StoppedClock())

        assert lake.refresh() is lake


class TestNow:
    def test_is_as_of_or_what_the_clock_shows(self) -> None:
        assert a_lake().now == START + timedelta(days=1)
        assert a_lake(as_of=START).now == START


class TestNames:
    def test_must_be_texts(self) -> None:
        with pytest.raises(InvalidType, match="run_ids: expected texts"):
            a_lake().metrics(run_ids=[1])  # type: ignore[list-item]
        with pytest.raises(InvalidType, match="keys: expected texts"):
            a_lake().metrics(keys=[None])  # type: ignore[list-item]


class TestEveryAnswerOfAnEmptyLake:
    def test_is_an_empty_frame(self) -> None:
        lake = a_lake()

        frames = [
            lake.runs(),
            lake.metrics(),
            lake.values(),
            lake.summaries(),
            lake.results(),
            lake.params(),
            lake.tags(),
        ]
        frames += [
            lake.artifacts(),
            lake.datasets(),
            lake.console("r"),
            lake.system_metrics(),
            lake.events(),
            lake.experiments(),
        ]
        frames += [
            lake.runs("metrics.a.best > 1 and datasets.name = 'x'", "params.p, tags.t, summary.s, metrics.m.best")
        ]

        assert [frame.height for frame in frames] == [0] * len(frames)
        assert all(frame.width for frame in frames)


class TestTheRepresentation:
    def test_names_the_store_and_the_moment(self) -> None:
        assert repr(lake_on(a_snapshot())) == "<Lake 'memory'>"
        assert repr(lake_on(a_snapshot(as_of=START))) == "<Lake 'memory' as of 2026-01-31T12:00:00+00:00>"


class TestAStoreOnDisk:
    def test_shows_a_run_from_its_first_call_to_its_end(self, store: str) -> None:
        run = runlake.start_run(
            "demo", name="rf", params={"lr": 0.1}, tags={"team": ["a", "b"]}, store=store, capture=False
        )
        run.log({"loss": 2.0}, step=0)
        live = open_lake(store)
        run.log({"loss": 1.0, "f1": float("nan")}, step=1)
        run.summary["auc"] = 0.5
        run.log_artifact(b"bytes", name="a.txt")
        waiting = live.refresh()
        spooled = waiting.artifact_bytes(run.id, "a.txt")
        run.finish()
        done = waiting.refresh()

        columns = ["name", "status", "params.*", "metrics.loss", "summary.*", "tags.*"]
        assert live.runs(columns=["status", "metrics.loss"]).rows() == [("running", 2.0)]
        assert spooled == b"bytes"
        assert done.runs(columns=columns).rows() == [("rf", "finished", "0.1", 1.0, 0.5, "a, b")]
        assert done.metrics(run.id, "loss").select("step", "value").rows() == [(0.0, 2.0), (1.0, 1.0)]
        assert done.artifact_bytes(run.id, "a.txt") == b"bytes"
        assert waiting.artifact_bytes(run.id, "a.txt") == b"bytes"
        assert done.events(run.id)["action"].to_list() == ["run.finish", "run.start"]
        assert done.run(run.short_id).problems == ()
        assert done.pending == ()

    def test_answers_alike_from_journals_and_from_tables(self, store: str) -> None:
        for number in range(3):
            with runlake.start_run(f"demo/{number}", params={"n": number}, store=store, capture=False) as run:
                run.log({"loss": float(number)})

        overlaid, drained = open_lake(store), open_lake(store, live=False)

        assert overlaid.runs().equals(drained.runs())
        assert overlaid.summaries().equals(drained.summaries())
        assert overlaid.runs(experiment="demo")["params.n"].to_list() == ["2", "1", "0"]

    def test_is_read_as_it_was(self, store: str) -> None:
        with runlake.start_run("demo", name="first", store=store, capture=False):
            pass
        open_lake(store)
        between = datetime.now(UTC)
        with runlake.start_run("demo", name="second", store=store, capture=False):
            pass

        assert open_lake(store).runs()["name"].to_list() == ["second", "first"]
        assert open_lake(store, as_of=between).runs()["name"].to_list() == ["first"]
        assert open_lake(store, as_of=between.isoformat()).runs()["name"].to_list() == ["first"]
        assert open_lake(store, as_of="-1d").runs().is_empty()

    def test_is_found_by_the_environment(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with runlake.start_run("demo", store=store, capture=False):
            pass
        monkeypatch.setenv("RUNLAKE_STORE", store)

        assert open_lake().runs().height == 1


class TestAStoreThatCannotBeOpened:
    def test_because_it_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no store"):
            open_lake(tmp_path / "nope")

    def test_because_the_moment_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValue, match="as_of: expected a datetime with a time zone"):
            open_lake(tmp_path, as_of=datetime(2026, 1, 1))  # noqa: DTZ001  # the fault under test
        with pytest.raises(InvalidValue, match="as_of: expected an aware datetime"):
            open_lake(tmp_path, as_of="last week")
