from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from journaling import Writer, stored, versions
from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.ids import new_id
from runlake.schema import RUNS, TABLES
from runlake.store.archive import Keep, archivable, archive, archives, commit_bytes, commit_info, commits_down
from runlake.store.compact import Limits, compact
from runlake.store.delta import latest_version, open_table
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.lock import maintaining
from runlake.store.snapshot import Snapshot, open_snapshot
from runlake.store.vacuum import DAY_S, unused_files, vacuum

if TYPE_CHECKING:
    from runlake.store.files import Entry

ALL = Keep(commits=2, age_s=0.0, least=1)
LATER = time.time() + 40 * DAY_S


_made: list[tuple[Path, list[datetime]]] = []


@pytest.fixture
def moments(store: str, tmp_path_factory: pytest.TempPathFactory) -> list[datetime]:
    """Moments between the deliveries into the store, which is made once and copied."""
    if not _made:
        made = tmp_path_factory.mktemp("history") / "store"
        _made.append((made, history(str(made))))
    shutil.copytree(_made[0][0], store)
    return _made[0][1]


made = pytest.mark.usefixtures("moments")


def history(store: str) -> list[datetime]:
    """Log and deliver some times over, compacting in between; moments between the deliveries."""
    moments = []
    long = Writer(store).start(name="long")
    for n in range(5):
        long.param(f"p{n}", str(n)).log(n, loss=1.0 / (n + 1), acc=float("nan")).close()
        run = new_id()
        Writer(store).start(run).log(0, run, loss=float(n)).finish(run)
        drain(store)
        time.sleep(0.01)
        moments.append(datetime.now(UTC))
        time.sleep(0.01)
        if n == 3:
            compact(store, limits=Limits(files=2))
    return moments


def texts(frame: pl.LazyFrame) -> list[str]:
    """Rows as texts, so that NaN equals NaN."""
    return sorted(map(repr, frame.collect().iter_rows()))


def rows(snapshot: Snapshot) -> dict[str, list[str]]:
    return {name: texts(snapshot.scan(name)) for name in TABLES}


def path_of(store: str, table: str = "runs") -> Path:
    return Path(store) / table


def log_of(path: Path) -> list[int]:
    return sorted(int(file.name[:20]) for file in (path / "_delta_log").glob("*.json"))


class TestWhatTheTablesHeldEarlier:
    def test_is_the_same_after_compaction_vacuum_and_archiving(self, store: str, moments: list[datetime]) -> None:
        before = [rows(open_snapshot(store, as_of=moment)) for moment in moments]
        now = rows(open_snapshot(store))

        compact(store, limits=Limits(files=2))
        compacted = [rows(open_snapshot(store, as_of=moment)) for moment in moments]
        removed = vacuum(store, keep_log=ALL, now=LATER)
        after = [rows(open_snapshot(store, as_of=moment)) for moment in moments]

        assert sum(one.files for one in removed) > 20
        assert all(one.archived for one in removed)
        assert compacted == before
        assert after == before
        assert rows(open_snapshot(store)) == now

    @made
    def test_stays_the_same_for_a_snapshot_that_was_open_before(self, store: str) -> None:
        open_before = open_snapshot(store)
        before = rows(open_before)
        run = new_id()
        Writer(store).start(run).log(0, run, loss=1.0).finish(run)
        drain(store)

        compact(store, limits=Limits(files=2))
        vacuum(store, keep_log=ALL, now=LATER)

        assert rows(open_before) == before

    def test_is_found_by_run_as_well(self, store: str, moments: list[datetime]) -> None:
        then = open_snapshot(store, as_of=moments[1])
        runs = sorted(then.run_ids())
        before = texts(then.scan("metrics", run_ids=runs[:1]))

        compact(store, limits=Limits(files=2))
        vacuum(store, keep_log=ALL, now=LATER)

        again = open_snapshot(store, as_of=moments[1])
        assert sorted(again.run_ids()) == runs
        assert texts(again.scan("metrics", run_ids=runs[:1])) == before


class TestAVacuum:
    @made
    def test_removes_what_a_rewrite_has_replaced(self, store: str) -> None:
        compact(store, limits=Limits(files=2))
        kept = {Path(file) for file in DeltaTable(str(path_of(store))).file_uris()}

        vacuum(store, now=LATER)

        assert set(path_of(store).glob("*.parquet")) == kept

    @made
    def test_keeps_what_was_in_use_within_the_time(self, store: str) -> None:
        compact(store, limits=Limits(files=2))
        before = sorted(path_of(store).glob("*.parquet"))

        done = vacuum(store)

        assert sum(one.files for one in done) == 0
        assert sorted(path_of(store).glob("*.parquet")) == before

    @made
    def test_keeps_an_old_file_that_was_replaced_a_short_while_ago(self, store: str) -> None:
        for file in path_of(store).glob("*.parquet"):
            os.utime(file, (0, 0))
        compact(store, limits=Limits(files=2))

        assert unused_files(Folder(path_of(store)), time.time() - 8 * DAY_S) == []

    @made
    def test_keeps_what_is_committed_while_it_looks(self, store: str) -> None:
        late = path_of(store) / "late.parquet"
        shutil.copyfile(next(path_of(store).glob("*.parquet")), late)
        add = AddAction(late.name, late.stat().st_size, {}, 0, True, "{}")

        class CommitsMeanwhile(Folder):
            def listing(self, folder: str = "") -> list[Entry]:
                found = super().listing(folder)
                table = open_table(self)
                if table.version() == before:
                    table.create_write_transaction([add], "append", table.schema())
                return [entry._replace(written_at=0.0) for entry in found]

        before = open_table(Folder(path_of(store))).version()

        unused = unused_files(CommitsMeanwhile(path_of(store)), time.time())

        assert open_table(Folder(path_of(store))).version() == before + 1
        assert late.name not in {entry.name for entry in unused}

    @made
    def test_removes_what_was_never_committed_once_it_is_old(self, store: str) -> None:
        young, old = path_of(store) / "young.parquet", path_of(store) / "old.parquet"
        draft = path_of(store) / "_delta_log" / "_commit_1.json.tmp"
        for file in (young, old, draft):
            file.write_bytes(b"x")
        os.utime(old, (0, 0))
        os.utime(draft, (0, 0))

        vacuum(store, tables=[RUNS])

        assert [file.exists() for file in (young, old, draft)] == [True, False, False]

    @made
    def test_says_when_it_is_dry_what_it_would_do(self, store: str) -> None:
        compact(store, limits=Limits(files=2))

        said = vacuum(store, keep_log=ALL, now=LATER, dry_run=True)
        assert archives(Folder(path_of(store))) == []
        done = vacuum(store, keep_log=ALL, now=LATER)

        assert said == done
        assert sum(one.size_bytes for one in done) > 0

    def test_never_takes_less_than_a_week(self, store: str) -> None:
        with pytest.raises(InvalidValue, match="at least 7 days"):
            vacuum(store, keep_s=6 * DAY_S)

    @made
    def test_is_one_at_a_time(self, store: str) -> None:

        with maintaining(store), pytest.raises(StoreError, match="another process maintains"):
            vacuum(store)

    def test_needs_a_store(self, store: str) -> None:
        with pytest.raises(NotFound):
            vacuum(store)


class TestAnArchive:
    @made
    def test_holds_each_commit_as_it_was_written(self, store: str) -> None:
        path = path_of(store)
        before = [commit_bytes(Folder(path), version) for version in log_of(path)]

        file = archive(Folder(path), archivable(Folder(path), ALL))

        newest = len(before) - 1
        assert log_of(path) == [newest - 1, newest]
        assert [commit_bytes(Folder(path), version) for version in range(newest + 1)] == before
        with zipfile.ZipFile(path / file) as kept:
            assert kept.namelist() == [f"{version:020d}.json" for version in range(newest - 1)]

    @made
    def test_leaves_a_table_that_every_engine_opens(self, store: str) -> None:
        before = stored(store, "metrics")
        vacuum(store, keep_log=ALL, now=LATER)

        path = str(path_of(store, "metrics"))
        assert DeltaTable(path).to_pyarrow_table().num_rows == before.height
        assert pl.scan_delta(path).collect().height == before.height

    @made
    def test_is_followed_by_appends_as_before(self, store: str) -> None:
        before = versions(store)
        vacuum(store, keep_log=ALL, now=LATER)

        run = new_id()
        Writer(store).start(run).log(0, run, loss=1.0).finish(run)
        drain(store)

        assert versions(store)["metrics"] == before["metrics"] + 1
        assert commit_info(Folder(path_of(store)), 0)["operation"] == "CREATE TABLE"

    @made
    def test_is_followed_by_another_one(self, store: str) -> None:
        path = path_of(store)
        before = {version: commit_bytes(Folder(path), version) for version in log_of(path)}
        archive(Folder(path), range(3))
        archive(Folder(path), archivable(Folder(path), ALL))

        assert [(first, last) for first, last, _ in archives(Folder(path))] == [(0, 2), (3, max(before) - 2)]
        assert [(c.version, b"".join(c.lines)) for c in commits_down(Folder(path), max(before))] == [
            (version, before[version].replace(b"\n", b"")) for version in sorted(before, reverse=True)
        ]

    @pytest.mark.parametrize("step", ["archived", "expired:0", "expired:2"])
    @made
    def test_that_is_interrupted_is_done_again(self, store: str, step: str) -> None:
        path = path_of(store)
        before = {version: commit_bytes(Folder(path), version) for version in log_of(path)}

        def kill(name: str) -> None:
            if name == step:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            archive(Folder(path), archivable(Folder(path), ALL), on_step=kill)
        between = {version: commit_bytes(Folder(path), version) for version in before}
        vacuum(store, keep_log=ALL, now=LATER)

        assert between == before
        assert {version: commit_bytes(Folder(path), version) for version in before} == before
        assert [c.version for c in commits_down(Folder(path), max(before))] == sorted(before, reverse=True)

    @made
    def test_has_nothing_to_do_where_commits_are_few_or_young(self, store: str) -> None:
        path = path_of(store)

        assert len(archivable(Folder(path), Keep(commits=2, age_s=0.0, least=100))) == 0
        assert len(archivable(Folder(path), Keep(commits=2, age_s=60.0, least=1))) == 0
        assert len(archivable(Folder(path), Keep(commits=100, age_s=0.0, least=1))) == 0
        assert len(archivable(Folder(path / "none"), ALL)) == 0

    def test_that_is_damaged_is_named(self, store: str, moments: list[datetime]) -> None:
        vacuum(store, keep_log=ALL, now=LATER)
        for _, _, file in archives(Folder(path_of(store))):
            (path_of(store) / file.name).write_bytes(b"garbage")

        with pytest.raises(StoreError, match="log of table runs"):
            open_snapshot(store, as_of=moments[0])
        assert rows(open_snapshot(store))["runs"]

    @made
    def test_does_not_make_a_table_begin_anew(self, store: str) -> None:
        vacuum(store, keep_log=ALL, now=LATER)
        before, version = stored(store, "metrics"), latest_version(Folder(path_of(store, "metrics")))

        Writer(store).start().log(9, loss=1.0).finish()
        drain(store)

        assert json.loads(commit_bytes(Folder(path_of(store, "metrics")), 0).splitlines()[0])["commitInfo"]
        assert stored(store, "metrics").height == before.height + 1
        assert latest_version(Folder(path_of(store, "metrics"))) == (version or 0) + 1
