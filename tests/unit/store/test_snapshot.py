from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journaling import OTHER, RUN, Writer, stored, versions
from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.journal import journal_root
from runlake.schema import EXPERIMENTS, SUMMARIES, TABLES, TAGS, VALUES
from runlake.store import live
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.lock import draining
from runlake.store.pins import TablePins
from runlake.store.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


def rows(snapshot: Snapshot, table: str) -> pl.DataFrame:
    found = snapshot.scan(table).collect()
    return found.sort([name for name in found.columns if name != "values"], nulls_last=True)


def all_rows(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    return {name: rows(snapshot, name) for name in TABLES}


def a_busy_writer(store: str) -> Writer:
    """A process in the middle of two runs, with something in the tables, closed and open segments."""
    writer = Writer(store).start(name="one").log(0, loss=3.0, acc=0.1).close()
    drain(store)
    writer.log(1, loss=float("nan"), acc=0.2).param("depth", "3").close()
    writer.start(OTHER, name="two").log(0, OTHER, loss=9.0).log(2, loss=1.0)
    writer.rows(TAGS, {"ts": 1, "key": "stage", "values": ["a", "b"], "removed": False})
    writer.rows(VALUES, {"ts": 1, "key": "note", "step": 1.5, "type": "str", "value": '"é"'})
    writer.rows(SUMMARIES, {"ts": 1, "key": "best", "explicit": True, "value": "1", "value_num": 1.0, "type": "int"})
    writer.rows(EXPERIMENTS, {"ts": 1, "experiment_id": "e", "path": "a"}, run_id=None)
    return writer


class TestTheOverlay:
    def test_is_exactly_what_the_tables_will_hold(self, store: str) -> None:
        writer = a_busy_writer(store)
        before = all_rows(open_snapshot(store, drain=False))

        writer.close()
        drain(store)

        after = all_rows(open_snapshot(store, live=False))
        for name in TABLES:
            assert before[name].equals(after[name]), name
        assert before["summaries"].height == 7

    @pytest.mark.parametrize("point", ["metrics", "params", "summaries", "events", "runs", "delete"])
    def test_is_exact_in_the_middle_of_a_delivery(self, store: str, point: str) -> None:
        writer = a_busy_writer(store)
        writer.close()
        seen: list[dict[str, pl.DataFrame]] = []

        def look(step: str) -> None:
            if step == point:
                seen.append(all_rows(open_snapshot(store)))

        drain(store, on_step=look)

        after = all_rows(open_snapshot(store, live=False))
        for name in TABLES:
            assert seen[0][name].equals(after[name]), name

    def test_grows_with_the_journal_and_so_does_the_key(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0)
        first = open_snapshot(store)
        same = open_snapshot(store)

        writer.log(1, loss=0.5)

        second = open_snapshot(store)
        assert (first.key == same.key, first.key == second.key) == (True, False)
        assert (rows(first, "metrics").height, rows(second, "metrics").height) == (1, 2)

    def test_leaves_an_earlier_snapshot_as_it_was(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        earlier = open_snapshot(store)
        frame = earlier.scan("metrics")

        writer.log(1, loss=0.5).close()
        drain(store)
        open_snapshot(store).scan("metrics").collect()

        assert frame.collect().height == 1
        assert rows(earlier, "metrics").height == 1

    def test_shows_what_was_put_back_from_a_backup_once(self, store: str, tmp_path: Path) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        shutil.copytree(journal_root(store), tmp_path / "backup")
        drain(store)
        shutil.copytree(tmp_path / "backup", journal_root(store), dirs_exist_ok=True)

        snapshot = open_snapshot(store, drain=False)

        assert len(list(writer.folder.glob("*.seg"))) == 1
        assert (rows(snapshot, "metrics").height, rows(snapshot, "summaries").height) == (1, 1)

    def test_does_without_what_makes_no_sense_and_says_so(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0)
        bad = Writer(store)
        bad.rows(TAGS, {"ts": "yesterday", "key": "k", "removed": False})

        snapshot = open_snapshot(store, drain=False)

        assert rows(snapshot, "metrics").height == 1
        assert "rows of tags" in snapshot.pending[0]

    def test_is_bounded_and_says_so(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        Writer(store).start().log(0, loss=1.0)
        Writer(store).start(OTHER).log(0, OTHER, loss=1.0)
        monkeypatch.setattr(live, "LIMIT_BYTES", 500)

        snapshot = open_snapshot(store, drain=False)

        assert rows(snapshot, "runs").height == 1
        assert "1 journal segments beyond" in snapshot.pending[0]

    def test_can_be_left_off(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        writer.log(1, loss=0.5)

        snapshot = open_snapshot(store, live=False)

        assert (snapshot.live, rows(snapshot, "metrics").height) == (False, 1)


class TestADeliveryWhileASnapshotIsOpened:
    """The journal is read and each table is pinned one after the other; meanwhile all of it moves to the tables."""

    @pytest.fixture
    def deliver(self, store: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Deliver once, right after a table was pinned."""
        real = TablePins.latest

        def install(after: str) -> None:
            def latest(self: TablePins) -> int | None:
                found = real(self)
                if self.table.name == after:
                    monkeypatch.setattr(TablePins, "latest", real)
                    drain(store)
                return found

            monkeypatch.setattr(TablePins, "latest", latest)

        return install

    @pytest.fixture
    def waiting(self, store: str) -> None:
        """One run is in the tables, and another one waits in a closed segment."""
        Writer(store).start(name="one").log(0, loss=1.0).finish()
        drain(store)
        Writer(store).start(OTHER, name="two").log(0, OTHER, loss=2.0).finish(OTHER)

    @pytest.mark.usefixtures("waiting")
    @pytest.mark.parametrize("table", ["metrics", "events", "runs"])
    def test_hides_and_doubles_nothing(self, store: str, table: str, deliver: Callable[[str], None]) -> None:
        deliver(table)
        snapshot = open_snapshot(store, drain=False)

        assert snapshot.run_ids() == {RUN, OTHER}
        assert sorted(rows(snapshot, "metrics")["value"]) == [1.0, 2.0]
        assert rows(snapshot, "runs").height == 4

    @pytest.mark.usefixtures("waiting")
    @pytest.mark.parametrize("table", ["metrics", "events", "runs"])
    def test_shows_a_run_with_all_its_rows_or_not_at_all(
        self, store: str, table: str, deliver: Callable[[str], None]
    ) -> None:
        deliver(table)
        snapshot = open_snapshot(store, live=False, drain=False)
        shown = len(snapshot.run_ids())

        assert (rows(snapshot, "metrics").height, rows(snapshot, "events").height) == (shown, shown)


class TestOpening:
    def test_drains_what_is_closed_and_dead(self, store: str) -> None:
        Writer(store).start().finish()
        Writer(store).start(OTHER).die()

        snapshot = open_snapshot(store)

        assert stored(store, "runs")["status"].to_list().count("killed") == 1
        assert snapshot.versions == versions(store)
        assert snapshot.pending == ()

    def test_does_not_wait_for_another_process_that_drains(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).finish()

        with draining(journal_root(store)):
            begin = time.monotonic()
            snapshot = open_snapshot(store)
            took = time.monotonic() - begin

        assert rows(snapshot, "runs")["status"].drop_nulls().sort().to_list() == ["finished", "running"]
        assert took < 2

    def test_says_where_there_is_no_store_what_to_do(self, store: str) -> None:
        with pytest.raises(NotFound, match="log a run into it first"):
            open_snapshot(store)

    def test_works_on_a_store_that_is_only_on_its_way(self, store: str) -> None:
        Writer(store).start(name="new").log(0, loss=1.0)

        snapshot = open_snapshot(store)

        assert (snapshot.versions, rows(snapshot, "runs")["name"].to_list()) == ({}, ["new"])

    def test_gives_missing_tables_as_empty_frames_with_their_columns(self, store: str) -> None:
        open_store(store, create=True)

        snapshot = open_snapshot(store)

        for name, table in TABLES.items():
            assert rows(snapshot, name).columns == [c.name for c in table.stored]
            assert rows(snapshot, name).height == 0

    def test_of_a_store_made_anew_in_the_same_place_forgets_the_old_one(self, store: str) -> None:
        writer = Writer(store).start().close()
        for _ in range(3):
            writer.start().close()
            drain(store)
        open_snapshot(store)
        shutil.rmtree(store)

        writer.start(OTHER).close()
        drain(store)

        assert rows(open_snapshot(store), "runs")["run_id"].to_list() == [OTHER]


class TestAReadOnlyStore:
    def test_is_read_with_the_journals_over_it_and_not_drained(
        self, store: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = Writer(store).start().close()
        drain(store)
        writer.log(0, loss=1.0).close()
        monkeypatch.setattr("os.access", lambda path, mode: mode == os.F_OK)

        over, without = open_snapshot(store), open_snapshot(store, live=False)

        assert (rows(over, "metrics").height, rows(without, "metrics").height) == (1, 0)
        assert (over.pending, without.pending) == (
            (),
            ("1 journal segments wait on this machine: the store is read-only",),
        )
        assert len(list(writer.folder.glob("*.seg"))) == 1


class TestRowsOfARunThatIsNotThereYet:
    def test_are_hidden(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        Writer(store).log(0, OTHER, loss=9.0).rows(EXPERIMENTS, {"ts": 1, "experiment_id": "e"}, run_id=None).close()
        drain(store)

        snapshot = open_snapshot(store)

        assert stored(store, "metrics").height == 2
        assert rows(snapshot, "metrics")["run_id"].to_list() == [RUN]
        assert snapshot.scan("metrics", run_ids=[RUN, OTHER]).collect()["run_id"].to_list() == [RUN]
        assert snapshot.scan("metrics", run_ids=[OTHER]).collect().height == 0
        assert rows(snapshot, "summaries")["run_id"].to_list() == [RUN]
        assert rows(snapshot, "experiments").height == 1

    def test_but_rows_of_no_run_are_shown(self, store: str) -> None:
        event = {"ts": 1, "event_id": "e", "action": "a.b", "target_type": "t", "target_id": "t", "result": "ok"}
        Writer(store).rows(TABLES["events"], event, run_id=None).close()

        assert rows(open_snapshot(store), "events")["run_id"].to_list() == [None]


class TestAsOf:
    def test_gives_what_the_tables_held(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        time.sleep(0.01)
        then = datetime.now(UTC)
        time.sleep(0.01)
        writer.log(1, loss=0.5).param("depth", "3").close()
        drain(store)

        snapshot = open_snapshot(store, as_of=then)

        assert {name: rows(snapshot, name).height for name in ("runs", "metrics", "params")} == {
            "runs": 1,
            "metrics": 1,
            "params": 0,
        }
        assert "params" not in snapshot.versions
        assert open_snapshot(store, as_of=then.astimezone(timezone(timedelta(hours=5)))).versions == snapshot.versions
        assert open_snapshot(store, as_of=then.replace(tzinfo=None)).versions == snapshot.versions

    def test_before_the_first_run_is_empty(self, store: str) -> None:
        Writer(store).start().finish()
        drain(store)

        snapshot = open_snapshot(store, as_of=datetime(2020, 1, 1, tzinfo=UTC))

        assert (snapshot.versions, rows(snapshot, "runs").height) == ({}, 0)

    def test_neither_drains_nor_overlays(self, store: str) -> None:
        writer = Writer(store).start().close()
        drain(store)
        writer.finish()

        snapshot = open_snapshot(store, as_of=datetime.now(UTC) + timedelta(days=1))

        assert (snapshot.live, rows(snapshot, "runs").height) == (False, 1)
        assert len(list(writer.folder.glob("*.seg"))) == 1

    def test_does_not_look_at_the_times_of_files(self, store: str, tmp_path: Path) -> None:
        Writer(store).start().finish()
        drain(store)
        copy = tmp_path / "copy"
        time.sleep(0.01)
        then = datetime.now(UTC)
        time.sleep(0.01)
        shutil.copytree(store, copy, copy_function=shutil.copy)

        assert open_snapshot(str(copy), as_of=then).versions == versions(store)


class TestACorruptTable:
    def test_is_named(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        drain(store)
        (Path(store) / "metrics" / "_delta_log" / f"{1:020d}.json").write_text("{")

        snapshot = open_snapshot(store, drain=False)

        with pytest.raises(StoreError, match="table metrics"):
            snapshot.scan("metrics")
        assert rows(snapshot, "runs").height == 2

    def test_makes_a_later_opening_fail_by_name_and_not_by_a_crash(self, store: str) -> None:
        Writer(store).start().finish()
        drain(store)
        for entry in (Path(store) / "runs").glob("*.parquet"):
            entry.write_bytes(b"PAR1garbagePAR1")

        with pytest.raises(StoreError, match="table runs"):
            open_snapshot(store, drain=False).run_ids()


class TestBlobs:
    def test_are_given_by_their_digest(self, store: str) -> None:
        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.finish()

        snapshot = open_snapshot(store)

        [row] = rows(snapshot, "artifacts").to_dicts()
        assert (row["size_bytes"], json.loads(row["metadata"])) == (5, {"note": "n"})
        assert snapshot.blob(row["sha256"]) == b"hello"

    def test_that_were_changed_are_not_given(self, store: str) -> None:
        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.finish()
        snapshot = open_snapshot(store)
        sha = rows(snapshot, "artifacts")["sha256"][0]
        (Path(store) / open_store(store).blob(sha)).write_bytes(b"other")

        with pytest.raises(StoreError, match="does not hold what its name says"):
            snapshot.blob(sha)

    def test_that_still_wait_are_found_in_the_spool(self, store: str) -> None:
        writer = Writer(store).start()
        name = writer.artifact("a.txt", b"hello")

        snapshot = open_snapshot(store)

        [row] = rows(snapshot, "artifacts").to_dicts()
        assert (row["sha256"], json.loads(row["metadata"])["spool"]) == (None, name)
        path = snapshot.spooled_path(name)
        assert path is not None
        assert path.read_bytes() == b"hello"
        assert snapshot.spooled_path("../store.json") is None

    def test_by_a_name_that_is_no_digest_lead_nowhere(self, store: str) -> None:
        open_store(store, create=True)
        snapshot = open_snapshot(store)

        with pytest.raises(InvalidValue, match="64 lower-case hex digits"):
            snapshot.blob("../../etc/passwd")
        with pytest.raises(NotFound):
            snapshot.blob("0" * 64)
