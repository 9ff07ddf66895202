from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from journaling import OTHER, RUN, Ticks, Writer, counts, stored, versions
from runlake.journal import journal_root
from runlake.schema import COMMIT_ORDER, EVENTS, EXPERIMENTS, METRICS, RUNS, SUMMARIES, TAGS
from runlake.store.backlog import Backlog, Watch
from runlake.store.delivery import INTENT
from runlake.store.ingest import BOUNDED_BATCH_BYTES, WAKE, Drainer, DrainReport, drain
from runlake.store.layout import open_store
from runlake.store.lock import draining


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs, not even handlers of `Exception`."""


def killed_at(store: str, point: str) -> None:
    def step(name: str) -> None:
        if name == point:
            raise Killed

    with pytest.raises(Killed):
        drain(store, on_step=step)


def a_whole_run(store: str) -> Writer:
    writer = Writer(store).start().param("depth", "3").log(0, loss=1.0, acc=0.5).log(1, loss=0.5, acc=0.75)
    writer.artifact("model.bin", b"weights")
    return writer.finish()


WHOLE = {"metrics": 4, "params": 1, "artifacts": 1, "summaries": 2, "events": 1, "runs": 2}


class TestAFinishedRun:
    def test_is_in_the_tables_once(self, store: str) -> None:
        a_whole_run(store)

        report = drain(store)

        assert report == DrainReport(ingested=WHOLE)
        assert counts(store) == WHOLE

    def test_leaves_nothing_in_the_journal(self, store: str) -> None:
        writer = a_whole_run(store)

        drain(store)

        root = journal_root(store)
        assert list(writer.folder.glob("*.seg")) == []
        assert list((root / "spool").iterdir()) == []
        assert not (root / INTENT).exists()

    def test_is_committed_once_per_table_that_has_rows(self, store: str) -> None:
        a_whole_run(store)

        drain(store)

        assert versions(store) == dict.fromkeys(WHOLE, 1)

    def test_goes_into_one_commit_with_others(self, store: str) -> None:
        a_whole_run(store)
        Writer(store).start(OTHER).log(0, OTHER, loss=2.0).finish(OTHER)

        drain(store)

        assert versions(store) == dict.fromkeys(WHOLE, 1)
        assert stored(store, "metrics")["run_id"].to_list().count(OTHER) == 1

    def test_stores_each_link_document_once_with_the_last_table_of_its_link(self, store: str) -> None:
        writer = a_whole_run(store)
        documents = writer.journal.root / writer.id

        drain(store)

        assert not list(documents.glob("*.seg"))
        said = {name: commit(store, name, 1).get("runlake.docs") for name in WHOLE}
        assert [name for name, docs in said.items() if docs] == ["runs"]
        [document] = json.loads(said["runs"] or "")
        assert json.loads(document)["tables"]["metrics"][0] == 4

    def test_names_no_one_in_the_commits(self, store: str) -> None:
        a_whole_run(store)

        drain(store)

        assert commit(store, "runs", 1).keys() == {
            *("timestamp", "operation", "operationParameters", "engineInfo", "clientVersion"),
            *("runlake.links", "runlake.docs", "runlake.batch", "runlake.version"),
        }
        assert str(Path(store).parent) not in "".join(p.read_text() for p in Path(store).glob("*/_delta_log/*.json"))


def commit(store: str, table: str, version: int) -> dict[str, str]:
    text = (Path(store) / table / "_delta_log" / f"{version:020d}.json").read_text()
    return dict(next(json.loads(line)["commitInfo"] for line in text.splitlines() if "commitInfo" in line))


POINTS = ["blobs", "intent", *(f"{w}{t}" for t in WHOLE for w in ("parquet:", "")), "delete"]


class TestAKill:
    @pytest.mark.parametrize("point", POINTS)
    def test_between_any_two_steps_loses_and_doubles_nothing(self, store: str, point: str) -> None:
        a_whole_run(store)
        killed_at(store, point)

        drain(store)
        drain(store)

        assert counts(store) == WHOLE
        assert (
            Path(store) / open_store(store).blob(stored(store, "artifacts")["sha256"][0])
        ).read_bytes() == b"weights"

    def test_commits_runs_after_everything_else(self, store: str) -> None:
        a_whole_run(store)
        steps: list[str] = []

        drain(store, on_step=steps.append)

        committed = [step for step in steps if step in {t.name for t in COMMIT_ORDER}]
        assert committed == list(WHOLE)

    def test_keeps_the_link_document_for_the_table_that_is_missing(self, store: str) -> None:
        a_whole_run(store)
        killed_at(store, "events")

        drain(store)

        docs = [
            commit(store, name, v).get("runlake.docs") for name, v in versions(store).items() for v in range(1, v + 1)
        ]
        assert sum(doc is not None for doc in docs) == 1

    def test_while_summaries_are_committed_leaves_them_cumulative(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        writer.log(1, loss=3.0).finish()
        killed_at(store, "metrics")

        drain(store)

        assert stored(store, "summaries").select("link", "count", "mean", "last_value").rows() == [
            (0, 1, 1.0, 1.0),
            (1, 2, 2.0, 3.0),
        ]

    def test_leaves_a_note_of_what_was_intended(self, store: str) -> None:
        writer = a_whole_run(store)
        killed_at(store, "params")

        intent = json.loads((journal_root(store) / INTENT).read_text())

        assert intent["links"] == [[writer.id, 0]]
        assert intent["tables"] == list(WHOLE)


class TestAJournalRestoredFromABackup:
    def test_adds_nothing(self, store: str, tmp_path: Path) -> None:
        a_whole_run(store)
        shutil.copytree(journal_root(store), tmp_path / "backup")
        drain(store)
        before = versions(store)
        shutil.copytree(tmp_path / "backup", journal_root(store), dirs_exist_ok=True)

        report = drain(store)

        assert report.ingested == {}
        assert (counts(store), versions(store)) == (WHOLE, before)
        assert list(journal_root(store).glob("*/*.seg")) == []

    def test_adds_nothing_where_it_was_taken_of_an_open_segment(self, store: str, tmp_path: Path) -> None:
        writer = Writer(store).start().log(0, loss=1.0)
        shutil.copytree(journal_root(store), tmp_path / "backup")
        writer.log(1, loss=0.5).finish()
        drain(store)
        shutil.copytree(tmp_path / "backup", journal_root(store), dirs_exist_ok=True)
        writer.die()

        drain(store)

        assert stored(store, "metrics").height == 2
        assert stored(store, "runs")["status"].to_list() == ["running", "finished"]


class TestADeadProcess:
    def test_loses_nothing_that_it_logged(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).log(1, loss=0.5).die()

        drain(store)

        assert stored(store, "metrics")["value"].to_list() == [1.0, 0.5]
        assert not writer.folder.exists()

    def test_has_its_run_called_killed_once(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).die()

        drain(store)
        drain(store)

        said = stored(store, "runs").filter(pl.col("status") == "killed")
        assert said.select("run_id", "inferred", "status_of").rows() == [(RUN, True, writer.id)]
        assert said["writer"].to_list() != [writer.id]
        assert stored(store, "events")["action"].to_list().count("run.killed") == 1

    def test_has_its_run_called_killed_by_the_clock_that_was_given(self, store: str) -> None:
        Writer(store).start().die()
        clock = Ticks(1_900_000_000_000_000)

        drain(store, clock=clock)

        said = stored(store, "runs").filter(pl.col("status") == "killed")
        event = stored(store, "events").filter(pl.col("action") == "run.killed")
        told = [row[name].dt.epoch("us").item() for row in (said, event) for name in ("ts", "logged_at")]
        assert [1_900_000_000_000_000 < at <= clock.now for at in told] == [True] * 4

    def test_has_its_last_sign_of_life_as_the_end(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).die()

        drain(store)

        last = stored(store, "metrics")["ts"].max()
        assert stored(store, "runs").filter(pl.col("status") == "killed")["ended_at"].to_list() == [last]

    @pytest.mark.parametrize("point", ["killed", "said", "delete", "runs"])
    def test_has_its_run_called_killed_once_whatever_is_killed_when(self, store: str, point: str) -> None:
        Writer(store).start().die()
        killed_at(store, point)
        for owner in journal_root(store).glob("*/owner.json"):
            owner.write_text(json.dumps({**json.loads(owner.read_text()), "started": "1"}))

        drain(store)
        drain(store)

        assert sorted(stored(store, "runs")["status"]) == ["killed", "running"]
        assert list(journal_root(store).glob("*/owner.json")) == []

    def test_says_nothing_of_a_run_that_had_finished(self, store: str) -> None:
        Writer(store).start().finish().die()

        drain(store)

        assert stored(store, "runs")["status"].to_list() == ["running", "finished"]

    def test_is_said_of_its_share_where_another_process_still_runs_the_run(self, store: str) -> None:
        dead = Writer(store).start().die()
        living = Writer(store).start()

        drain(store)
        living.close()
        drain(store)

        runs = stored(store, "runs")
        assert runs.filter(pl.col("status") == "killed")["status_of"].to_list() == [dead.id]

    def test_that_resumed_a_run_and_died_is_said_so(self, store: str) -> None:
        Writer(store).start().finish().start().die()

        drain(store)

        assert stored(store, "runs")["status"].to_list().count("killed") == 1

    def test_of_an_earlier_boot_is_dead_whoever_has_its_pid_now(self, store: str) -> None:
        writer = Writer(store).start()
        path = writer.folder / "owner.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "boot": "earlier"}))

        drain(store)

        assert "killed" in stored(store, "runs")["status"].to_list()


class TestAProcessThatCannotBeJudged:
    @pytest.mark.parametrize("facts", [{"machine": "elsewhere"}, {"namespace": "pid:[1]"}])
    def test_keeps_its_open_segment(self, store: str, facts: dict[str, str]) -> None:
        writer = Writer(store).start()
        path = writer.folder / "owner.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "started": "1", **facts}))

        drain(store)

        assert len(list(writer.folder.glob("*.seg"))) == 1
        assert not Path(store).exists()

    def test_of_another_machine_keeps_closed_segments_too_and_is_reported(self, store: str) -> None:
        writer = a_whole_run(store)
        path = writer.folder / "owner.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "machine": "elsewhere"}))

        report = drain(store)

        assert report.ingested == {}
        assert "of another machine" in report.problems[0]


class TestALivingProcess:
    def test_keeps_its_open_segment(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0)

        assert drain(store) == DrainReport()

    def test_has_its_closed_segments_delivered_in_order(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=4.0).close().log(1, loss=2.0).close().log(2, loss=0.0)

        drain(store)
        writer.finish()
        drain(store)

        rows = stored(store, "summaries").select("link", "count", "mean", "min_value", "last_step")
        assert rows.rows() == [(0, 1, 4.0, 4.0, 0.0), (1, 2, 3.0, 2.0, 1.0), (2, 3, 2.0, 0.0, 2.0)]


class TestTwoDrainsAtOnce:
    def test_deliver_once(self, store: str) -> None:
        for _ in range(3):
            a_whole_run(store)
        threads = [threading.Thread(target=drain, args=(store,)) for _ in range(4)]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert counts(store) == {name: 3 * n for name, n in WHOLE.items()}


class TestADrainWhileAnotherProcessHasTheLock:
    def test_asks_it_to_hurry_and_says_what_still_waits(self, store: str) -> None:
        a_whole_run(store)

        with draining(journal_root(store)) as mine:
            report = drain(store, wait_s=0.1)

        assert mine
        assert (report.waiting, report.ingested) == (1, {})
        assert "were not in the tables after 0.1 s" in report.problems[0]
        assert (journal_root(store) / WAKE).exists()

    def test_takes_over_when_it_goes(self, store: str) -> None:
        a_whole_run(store)
        reports: list[DrainReport] = []

        with draining(journal_root(store)):
            waiter = threading.Thread(target=lambda: reports.append(drain(store, wait_s=30)))
            waiter.start()
        waiter.join()

        assert counts(store) == WHOLE


class TestADrainThatMayNotTakeLong:
    def heap(self, store: str) -> int:
        """Close a little more than one batch of a drain that has a limit; the number of points."""
        calls, values = 65_000, dict.fromkeys("abcdefgh", 0.5)
        writer = Writer(store).start()
        for step in range(calls):
            writer.log(step, **values)
        writer.finish()
        assert sum(path.stat().st_size for path in writer.folder.glob("*.seg")) > BOUNDED_BATCH_BYTES
        return calls * len(values)

    def test_stops_between_two_batches_and_says_what_is_left(self, store: str) -> None:
        self.heap(store)

        report = drain(store, within_s=0.0)

        assert report.ingested
        assert report.waiting > 0
        assert report.problems == ()

    def test_gets_on_with_each_try_and_brings_everything_in_once(self, store: str) -> None:
        points = self.heap(store)

        tries = 1
        while drain(store, within_s=0.0).waiting:
            tries += 1

        assert tries > 1
        assert counts(store)["metrics"] == points


class TestGarbage:
    def test_in_place_of_a_segment_is_put_aside_with_the_reason(self, store: str) -> None:
        writer = a_whole_run(store)
        (writer.folder / "00000007.seg").write_bytes(b"garbage" + b"RLCLOSED")

        report = drain(store)

        assert counts(store) == WHOLE
        [kept] = (journal_root(store) / "quarantine").glob("*.seg")
        assert kept.read_bytes() == b"garbageRLCLOSED"
        assert "does not begin like" in kept.with_suffix(".reason.txt").read_text()
        assert str(kept) in report.problems[0]

    def test_in_rows_is_put_aside_and_the_rest_delivered(self, store: str) -> None:
        a_whole_run(store)
        bad = Writer(store)
        bad.rows(TAGS, {"ts": "yesterday", "key": "k", "removed": False}).close()

        report = drain(store)

        assert counts(store) == WHOLE
        assert "rows of tags" in report.problems[0]

    def test_that_lacks_a_required_value_is_put_aside(self, store: str) -> None:
        Writer(store).rows(TAGS, {"key": "k", "removed": False}).close()

        report = drain(store)

        assert "ts is required and missing" in report.problems[0]

    def test_that_claims_another_origin_is_put_aside(self, store: str) -> None:
        writer = a_whole_run(store)
        shutil.copy(writer.folder / "00000000.seg", writer.folder / "00000003.seg")

        report = drain(store)

        assert counts(store) == WHOLE
        assert "it says that it is link 0" in report.problems[0]

    def test_at_the_end_of_a_dead_segment_is_cut_off_and_kept(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).die()
        [path] = writer.folder.glob("*.seg")
        content = path.read_bytes().rstrip(b"\0")
        path.write_bytes(content + b"\x20\0\0\0torn")

        report = drain(store)

        assert stored(store, "metrics").height == 1
        [tail] = (journal_root(store) / "quarantine").glob("*.tail")
        assert tail.read_bytes() == b"\x20\0\0\0torn"
        assert "no whole record" in report.problems[0]

    def test_in_the_middle_of_a_closed_segment_costs_what_follows_and_keeps_it(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).log(1, loss=2.0).close()
        [path] = writer.folder.glob("*.seg")
        content = bytearray(path.read_bytes())
        content[-200] ^= 0xFF
        path.write_bytes(content)

        report = drain(store)

        assert report.ingested
        assert list((journal_root(store) / "quarantine").glob("*.tail"))

    @pytest.mark.parametrize("content", [b"", b"\0" * 4096])
    def test_of_zeros_left_by_a_process_that_died_at_once_goes_without_a_word(self, store: str, content: bytes) -> None:
        writer = Writer(store).start().finish()
        (writer.folder / "00000001.seg").write_bytes(content)
        writer.die()

        report = drain(store)

        assert report.problems == ()
        assert not writer.folder.exists()

    def test_beside_the_journals_is_left_alone(self, store: str) -> None:
        a_whole_run(store)
        root = journal_root(store)
        (root / "notes").mkdir()
        (root / "notes" / "a.seg").write_text("x")
        (root / "stray").write_text("x")

        assert drain(store).problems == ()
        assert (root / "notes" / "a.seg").read_text() == "x"

    def test_that_is_a_folder_with_the_name_of_a_segment_is_left_alone(self, store: str) -> None:
        writer = a_whole_run(store)
        (writer.folder / "00000099.seg").mkdir()

        assert drain(store).problems == ()
        assert counts(store)["runs"] == 2

    def test_in_place_of_an_owner_is_reported(self, store: str) -> None:
        writer = a_whole_run(store)
        (writer.folder / "owner.json").write_text("{")

        report = drain(store)

        assert "of unknown origin" in report.problems[0]
        assert len(list(writer.folder.glob("*.seg"))) == 1


class TestASegmentOfANewerRunlake:
    def test_waits_with_what_follows_it(self, store: str) -> None:
        writer = Writer(store).start().close()
        newer = RUNS.row(ts=1, status="running")
        writer.journal.rows(RUN, {RUNS: [[*newer, "new column"]]})
        writer.close().log(0, loss=1.0).close()

        report = drain(store)

        assert (report.ingested, report.waiting) == ({"events": 1, "runs": 1}, 2)
        assert "update runlake" in report.problems[0]

    def test_of_an_unknown_table_waits(self, store: str) -> None:
        from runlake.schema import Column, Kind, Table

        novel = Table("novelties", "New.", ("a",), (Column("a", Kind.INT, "A."),))
        Writer(store).rows(novel, {"a": 1}).close()

        report = drain(store)

        assert (report.ingested, report.waiting) == ({}, 1)
        assert "unknown tables: novelties" in report.problems[0]


class TestARowOfAnOlderRunlake:
    def test_has_null_in_columns_that_came_since(self, store: str) -> None:
        writer = Writer(store)
        writer.journal.rows(RUN, {RUNS: [RUNS.row(ts=1, status="running")[:5]]})
        writer.close()

        drain(store)

        assert stored(store, "runs").select("status", "foreign_id").rows() == [("running", None)]


class TestUnusualRows:
    def test_that_belong_to_no_run_are_delivered_once(self, store: str, tmp_path: Path) -> None:
        Writer(store).rows(EXPERIMENTS, {"ts": 1, "experiment_id": "e", "path": "a/b"}, run_id=None).close()
        shutil.copytree(journal_root(store), tmp_path / "backup")

        drain(store)
        shutil.copytree(tmp_path / "backup", journal_root(store), dirs_exist_ok=True)
        drain(store)

        assert stored(store, "experiments").select("run_id", "path").rows() == [(None, "a/b")]

    def test_of_unicode_nan_and_infinities_come_back_as_they_were(self, store: str) -> None:
        key = "вес/损失 🎉"
        writer = Writer(store).start()
        for step, value in enumerate([float("nan"), float("inf"), float("-inf"), -0.0, 5e-324, 1.7976931348623157e308]):
            writer.log(step, **{key: value})
        writer.finish()

        drain(store)

        found = stored(store, "metrics").sort("step")["value"].to_list()
        assert str(found) == "[nan, inf, -inf, -0.0, 5e-324, 1.7976931348623157e+308]"
        summary = stored(store, "summaries").select("key", "count", "nan_count", "inf_count", "min_value", "max_value")
        assert summary.rows() == [(key, 6, 1, 2, float("-inf"), float("inf"))]

    def test_of_ten_thousand_keys_in_one_call(self, store: str) -> None:
        Writer(store).start().log(0, **{f"layer/{i}": float(i) for i in range(10_000)}).finish()

        drain(store)

        assert stored(store, "metrics")["value"].sum() == sum(range(10_000))
        assert stored(store, "summaries").height == 10_000

    def test_of_a_segment_without_any_leave_no_commit(self, store: str) -> None:
        writer = Writer(store).start().finish()
        drain(store)
        before = versions(store)
        writer.journal._opened()
        writer.close()

        drain(store)

        assert versions(store) == before
        assert list(writer.folder.glob("*.seg")) == []

    def test_explicit_summaries_stand_beside_the_derived_ones(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0)
        writer.rows(
            SUMMARIES, {"ts": 5, "key": "loss", "explicit": True, "value": "0.1", "value_num": 0.1, "type": "float"}
        )
        writer.finish()

        drain(store)

        rows = stored(store, "summaries").select("explicit", "value", "last_value").sort("explicit").rows()
        assert rows == [(False, None, 1.0), (True, "0.1", None)]


class TestAStoreThatCannotBeWritten:
    def test_is_reported_and_loses_nothing(self, store: str) -> None:
        writer = a_whole_run(store)
        open_store(store, create=True)
        (Path(store) / "metrics").write_text("in the way")

        report = drain(store)

        assert (report.failed, report.waiting) == (True, 1)
        assert "table metrics" in report.problems[0]
        assert len(list(writer.folder.glob("*.seg"))) == 1
        (Path(store) / "metrics").unlink()
        drain(store)
        assert counts(store) == WHOLE


class TestAStoreThatIsDeletedMeanwhile:
    def test_is_made_anew_for_what_comes_after(self, store: str) -> None:
        drainer = Drainer(store, journal_root(store))
        writer = Writer(store).start().log(0, loss=1.0).close()
        drainer.drain()
        shutil.rmtree(store)
        writer.log(1, loss=0.5).finish()
        report = drainer.drain()

        assert report.problems == ()
        assert stored(store, "metrics")["step"].to_list() == [1.0]


class TestASegmentThatAppearsBetweenTwoLooks:
    def test_keeps_its_owner(self, store: str) -> None:
        class Late(Watch):
            def look(self) -> Backlog:
                seen = Watch(self.root).look()
                return Backlog([], [replace(folder, segments={}) for folder in seen.dead], live=False, problems=())

        Writer(store).start().log(0, loss=1.0).die()
        drainer = Drainer(store, journal_root(store))
        drainer.watch = Late(journal_root(store))
        drainer.drain()

        assert drain(store).ingested["metrics"] == 1


class TestNoJournal:
    def test_is_nothing_to_do_and_makes_no_store(self, store: str) -> None:
        assert drain(store) == DrainReport()
        assert not Path(store).exists()


def test_tables_are_committed_in_the_order_of_the_schema() -> None:
    assert (COMMIT_ORDER[0], COMMIT_ORDER[-2], COMMIT_ORDER[-1]) == (METRICS, EVENTS, RUNS)
