from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from journaling import Writer, counts, stored, versions
from runlake.errors import NotFound, StoreError
from runlake.ids import new_id
from runlake.schema import METRICS, PARAMS, RUNS, TABLES
from runlake.store import arrow
from runlake.store.archive import Keep, commit_info
from runlake.store.compact import APPLICATION, Compacted, DataFile, Limits, compact, plan
from runlake.store.delta import Appender, OpenTable, open_table
from runlake.store.folder import Folder
from runlake.store.housekeeping import Housekeeper
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.lock import maintaining
from runlake.store.snapshot import open_snapshot

EACH = Limits(files=2)
FILES = 6


_made: list[Path] = []


def many_files(store: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Make a store of which each table has six files: one long run, beside it a short one in each."""
    if not _made:
        made = tmp_path_factory.mktemp("crowded") / "store"
        writer = Writer(str(made)).start(name="long")
        for n in range(FILES):
            writer.param(f"p{n}", str(n)).log(n, loss=1.0 / (n + 1), acc=float("nan")).close()
            short = new_id()
            Writer(str(made)).start(short).log(0, short, loss=float(n)).finish(short)
            drain(str(made))
        _made.append(made)
    shutil.copytree(_made[0], store)


@pytest.fixture
def crowded(store: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of which each table has six files, made once and copied."""
    many_files(store, tmp_path_factory)
    return store


def contents(store: str) -> dict[str, pl.DataFrame]:
    return {name: stored(store, name) for name in TABLES}


def files(store: str, table: str) -> list[str]:
    return open_table(open_store(store).table(table)).file_uris()


def same(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> bool:
    return all(before[name].equals(after[name]) for name in TABLES)


class TestTheStore:
    def test_holds_the_same_rows_in_fewer_files(self, crowded: str) -> None:
        before = contents(crowded)

        done = compact(crowded)

        assert {one.table: (one.files_before, one.files_after) for one in done if one.rows} == dict.fromkeys(
            ("metrics", "summaries", "params", "events", "runs"), (6, 1)
        )
        assert {name: len(files(crowded, name)) for name in counts(crowded)} == dict.fromkeys(counts(crowded), 1)
        assert same(before, contents(crowded))

    def test_reads_the_same_before_and_after(self, crowded: str) -> None:
        pinned = open_snapshot(crowded)
        before = {name: pinned.scan(name).collect().height for name in TABLES}

        compact(crowded)

        # the pinned snapshot goes on reading the files of its own version
        assert {name: pinned.scan(name).collect().height for name in TABLES} == before
        assert {name: open_snapshot(crowded).scan(name).collect().height for name in TABLES} == before

    def test_is_sorted_so_that_a_series_is_one_stretch(self, crowded: str) -> None:

        compact(crowded)

        [file] = files(crowded, "metrics")
        rows = pl.read_parquet(file)
        names = ["run_id", "key", "step", "writer", "seq"]
        assert rows.select(names).equals(rows.select(names).sort(names))

    @pytest.mark.skipif(os.name != "posix", reason="looks at inodes")
    def test_has_a_new_file_on_the_disk_before_a_commit_names_it(
        self, crowded: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: set[int] = set()
        unsynced: list[Path] = []
        real, folder = os.fsync, Path(crowded) / "runs"
        before = set(folder.glob("*.parquet"))

        def fsync(fd: int) -> None:
            real(fd)
            synced.add(os.fstat(fd).st_ino)

        def look(_: str) -> None:
            unsynced.extend(f for f in set(folder.glob("*.parquet")) - before if f.stat().st_ino not in synced)

        monkeypatch.setattr(os, "fsync", fsync)
        [one] = compact(crowded, tables=[RUNS], on_step=look)

        assert (one.files_after, unsynced) == (1, [])

    def test_goes_on_being_appended_to_by_handles_from_before(self, crowded: str) -> None:
        writer = Writer(crowded).start()
        appender = Appender(open_store(crowded), PARAMS)
        appender.scan()
        rows = stored(crowded, "params")

        compact(crowded)
        appender.append(rows.to_arrow().cast(arrow.arrow_schema(PARAMS)), {})
        writer.param("late", "1").close()
        drain(crowded)

        assert stored(crowded, "params").height == 2 * rows.height + 1

    def test_delivers_a_restored_journal_no_second_time(self, store: str, tmp_path: Path) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        kept = {path: path.read_bytes() for path in writer.folder.iterdir()}
        drain(store)
        for _ in range(5):
            run = new_id()
            Writer(store).start(run).log(0, run, loss=1.0).finish(run)
            drain(store)
        compact(store)
        before = contents(store)

        writer.folder.mkdir(exist_ok=True)
        for path, content in kept.items():
            path.write_bytes(content)
        drain(store)

        assert same(before, contents(store))


class TestWhatIsRewritten:
    def test_is_nothing_where_there_are_few_files(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        drain(store)
        before = versions(store)

        done = compact(store)

        assert [one.rows for one in done] == [0] * len(done)
        assert versions(store) == before

    def test_is_nothing_the_second_time(self, crowded: str) -> None:
        compact(crowded)
        before = versions(crowded)

        compact(crowded)

        assert versions(crowded) == before

    def test_is_said_and_not_done_when_it_is_dry(self, crowded: str) -> None:
        before = versions(crowded)

        said = compact(crowded, dry_run=True)

        assert versions(crowded) == before
        done = compact(crowded)
        assert [(one.table, one.files_after, one.rows) for one in said] == [
            (one.table, one.files_after, one.rows) for one in done
        ]

    def test_can_be_some_tables_alone(self, crowded: str) -> None:

        assert [one.table for one in compact(crowded, tables=[METRICS])] == ["metrics"]
        assert len(files(crowded, "runs")) == 6

    def test_is_written_down_in_the_commit(self, crowded: str) -> None:
        compact(crowded, tables=[RUNS])

        path = Path(crowded) / "runs"
        table = open_table(Folder(path))
        info = commit_info(Folder(path), table.version())
        assert json.loads(info["runlake.compact"]) == {"files": 6, "rows": counts(crowded)["runs"]}
        assert table.transaction_version(APPLICATION) == 1
        assert "runlake.links" not in info

    def test_is_told_group_by_group(self, crowded: str) -> None:
        told: list[tuple[str, int, int]] = []

        compact(crowded, tables=[RUNS], limits=Limits(rows=8, files=2), progress=lambda *what: told.append(what))

        assert told == [("runs", 0, 2), ("runs", 1, 2), ("runs", 2, 2)]


class TestThePlan:
    def file(self, name: str, *, rows: int = 1, size: int = 10, low: str = "") -> DataFile:
        return DataFile(name, size, rows, low or name, size)

    def names(self, files: list[DataFile], limits: Limits) -> list[list[str]]:
        return [[f.name for f in group] for group in plan(files, limits)]

    def test_puts_neighbours_together(self) -> None:
        some = [self.file("x", low="c"), self.file("y", low="a"), self.file("z", low="b")]

        assert self.names(some, EACH) == [["y", "z", "x"]]

    def test_keeps_to_the_rows(self) -> None:
        assert self.names([self.file(n, rows=4) for n in "abcde"], Limits(rows=10, files=2)) == [["a", "b"], ["c", "d"]]

    def test_keeps_to_the_bytes(self) -> None:
        some = [self.file(n, size=40) for n in "abcd"]

        assert self.names(some, Limits(size_bytes=100, files=2)) == [["a", "b"], ["c", "d"]]
        assert self.names(some, Limits(plain_bytes=130, files=2)) == [["a", "b", "c"]]

    def test_leaves_alone_what_is_half_full(self) -> None:
        some = [self.file("a", rows=5), self.file("b", rows=4), self.file("c", rows=4)]

        assert self.names(some, Limits(rows=10, files=2)) == [["b", "c"]]

    def test_of_nothing_is_nothing(self) -> None:
        assert plan([], Limits()) == []


class TestTwoAtOnce:
    def test_are_kept_apart_by_a_lock(self, crowded: str) -> None:

        with maintaining(crowded), pytest.raises(StoreError, match="another process maintains"):
            compact(crowded)

    def test_do_not_double_a_row_where_the_lock_is_worth_nothing(self, crowded: str) -> None:
        before = contents(crowded)
        inner: list[list[Compacted]] = []

        def overtake(step: str) -> None:
            if step == "rewritten:runs" and not inner:
                (Path(crowded) / "maintenance.lock").unlink()
                inner.append([])
                inner[0] = compact(crowded, tables=[RUNS])

        [outer] = compact(crowded, tables=[RUNS], on_step=overtake)

        assert outer.problem is not None
        assert "another process has rewritten files" in outer.problem
        assert inner[0][0].problem is None
        assert same(before, contents(crowded))

    def test_leave_what_the_other_has_already_rewritten(self, crowded: str) -> None:
        before = contents(crowded)

        def overtake(step: str) -> None:
            if step == "compacted:runs":
                (Path(crowded) / "maintenance.lock").unlink(missing_ok=True)
                compact(crowded, tables=[RUNS], limits=Limits(files=2))

        [outer] = compact(crowded, tables=[RUNS], limits=Limits(rows=8, files=2), on_step=overtake)

        assert outer.problem is not None
        assert same(before, contents(crowded))

    def test_leave_what_the_other_has_rewritten_before_this_one_looks_again(
        self, crowded: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = contents(crowded)
        real = OpenTable.update_incremental

        def overtaken(self: OpenTable) -> None:
            monkeypatch.setattr(OpenTable, "update_incremental", real)
            (Path(crowded) / "maintenance.lock").unlink()
            compact(crowded, tables=[RUNS], limits=Limits(files=2))
            real(self)

        monkeypatch.setattr(OpenTable, "update_incremental", overtaken)
        [outer] = compact(crowded, tables=[RUNS], limits=Limits(rows=8, files=2))

        assert outer.problem is not None
        assert same(before, contents(crowded))


class TestAKill:
    class Killed(BaseException):
        """Stands for SIGKILL."""

    @pytest.mark.parametrize("step", ["rewritten:metrics", "compacted:metrics", "rewritten:runs"])
    def test_leaves_the_rows_and_the_next_one_goes_on(self, crowded: str, step: str) -> None:
        before = contents(crowded)

        def kill(name: str) -> None:
            if name == step:
                raise self.Killed

        with pytest.raises(self.Killed):
            compact(crowded, on_step=kill)
        between = contents(crowded)
        compact(crowded)

        assert same(before, between)
        assert same(before, contents(crowded))
        assert len(files(crowded, "runs")) == 1


class TestATableThatIsNotOurs:
    def test_with_columns_of_a_newer_runlake_is_left_alone(self, crowded: str) -> None:
        path = open_store(crowded).table("params").uri
        newer = stored(crowded, "params").with_columns(shade=pl.lit("blue")).to_arrow()
        write_deltalake(path, newer, mode="append", schema_mode="merge")

        [done] = compact(crowded, tables=[PARAMS])

        assert done.problem == "a newer Runlake has added columns (shade); update runlake to compact it"
        assert len(files(crowded, "params")) == 7

    def test_with_a_file_that_is_gone_is_said(self, crowded: str) -> None:
        os.unlink(files(crowded, "runs")[0])  # noqa: PTH108 - a path as the engine gives it

        with pytest.raises(StoreError, match="cannot compact table runs"):
            compact(crowded, tables=[RUNS])

    def test_written_by_another_engine_is_compacted_too(self, crowded: str) -> None:
        rows = stored(crowded, "metrics")
        for _ in range(3):
            write_deltalake(open_store(crowded).table("metrics").uri, rows.to_arrow(), mode="append")
        before = stored(crowded, "metrics")

        compact(crowded, tables=[METRICS])

        [file] = files(crowded, "metrics")
        assert stored(crowded, "metrics").equals(before)
        assert pq.read_schema(file).names == [c.name for c in METRICS.stored]


class TestNoStore:
    def test_is_an_error_that_says_so(self, store: str) -> None:
        with pytest.raises(NotFound):
            compact(store)


class TestTheHousekeeper:
    def test_compacts_what_is_crowded(self, crowded: str) -> None:

        Housekeeper(crowded, crowded=6).look(1e9)

        assert {name: len(files(crowded, name)) for name in counts(crowded)} == dict.fromkeys(counts(crowded), 1)

    def test_lets_be_what_is_not(self, crowded: str) -> None:
        before = versions(crowded)

        Housekeeper(crowded, crowded=7).look(1e9)

        assert versions(crowded) == before

    def test_archives_a_log_that_has_grown_long(self, crowded: str) -> None:
        newest = versions(crowded)["runs"]

        Housekeeper(crowded, crowded=100, keep=Keep(commits=2, age_s=0.0, least=4)).look(1e9)

        log = Path(crowded) / "runs" / "_delta_log"
        assert sorted(file.name for file in log.glob("*.json")) == [f"{v:020d}.json" for v in (newest - 1, newest)]
        assert versions(crowded)["runs"] == newest

    def test_looks_now_and_then(self, crowded: str) -> None:
        keeper = Housekeeper(crowded, every_s=10, crowded=7)
        keeper.look(1e9)
        keeper.crowded = 6
        keeper.look(1e9 + 9)
        assert len(files(crowded, "runs")) == 6

        keeper.look(1e9 + 10)

        assert len(files(crowded, "runs")) == 1

    def test_can_be_turned_off(self, crowded: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_MAINTENANCE", "off")

        Housekeeper(crowded, crowded=2).look(1e9)

        assert len(files(crowded, "runs")) == 6

    def test_says_what_it_could_not_do_and_goes_on(self, crowded: str, caplog: pytest.LogCaptureFixture) -> None:

        with maintaining(crowded):
            Housekeeper(crowded, crowded=2).look(1e9)

        assert "another process maintains this store" in caplog.text

    def test_of_a_store_that_is_gone_says_so(self, store: str, caplog: pytest.LogCaptureFixture) -> None:
        Housekeeper(store).look(1e9)

        assert "no store" in caplog.text
