from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from journaling import Writer, stored
from runlake.errors import NotFound, StoreError
from runlake.store.archive import Keep, archivable, archive, archives, commit_bytes
from runlake.store.delta import log_versions, open_table
from runlake.store.folder import Folder
from runlake.store.health import table_findings
from runlake.store.ingest import drain
from runlake.store.lock import maintaining
from runlake.store.repair import DAMAGED, damaged_checkpoints, repair

if TYPE_CHECKING:
    from collections.abc import Callable

COMMITS = 45
_made: list[Path] = []


@pytest.fixture
def metrics(store: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of metrics of a store with two checkpoints, made once and copied."""
    if not _made:
        made = tmp_path_factory.mktemp("checkpoints") / "store"
        writer = Writer(str(made)).start()
        for step in range(COMMITS):
            writer.log(step, loss=float(step)).close()
            drain(str(made))
        _made.append(made)
    shutil.copytree(_made[0], store)
    return Path(store) / "metrics"


def checkpoints(path: Path) -> list[Path]:
    return sorted((path / "_delta_log").glob("*.checkpoint.parquet"))


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garble(file: Path) -> None:
    file.write_bytes(os.urandom(400))


def empty(file: Path) -> None:
    file.write_bytes(b"")


each_damage = pytest.mark.parametrize("damage", [halve, garble, empty, Path.unlink])


class TestACheckpointThatIsDamaged:
    @each_damage
    def test_is_named(self, store: str, metrics: Path, damage: Callable[[Path], None]) -> None:
        damage(checkpoints(metrics)[-1])

        found = [f for f in table_findings(store) if f.severity == "problem"]

        assert {f.code for f in found} == {"table.checkpoint"}
        assert all(f.message.startswith("table metrics has a checkpoint that cannot be read") for f in found)

    @each_damage
    def test_is_mended_without_a_loss(self, store: str, metrics: Path, damage: Callable[[Path], None]) -> None:
        damage(checkpoints(metrics)[-1])

        mended = repair(store)

        assert list(mended) == ["metrics"]
        assert stored(store, "metrics")["value"].sort().to_list() == [float(n) for n in range(COMMITS)]
        assert [f for f in table_findings(store) if f.severity == "problem"] == []

    def test_is_kept_aside(self, store: str, metrics: Path) -> None:
        newest = checkpoints(metrics)[-1]
        garble(newest)
        garbage = newest.read_bytes()

        repair(store)

        assert (metrics / "_log_archive" / DAMAGED / newest.name).read_bytes() == garbage

    def test_does_not_stop_deliveries_for_good(self, store: str, metrics: Path) -> None:
        garble(checkpoints(metrics)[-1])
        Writer(store).start().log(99, loss=99.0).finish()
        failed = drain(store)
        repair(store)

        done = drain(store)

        assert (failed.failed, failed.waiting) == (True, 1)
        assert (done.problems, done.waiting) == ((), 0)
        assert stored(store, "metrics").height == COMMITS + 1

    def test_after_the_log_was_archived_brings_commits_back_out_of_the_archive(self, store: str, metrics: Path) -> None:
        archive(Folder(metrics), archivable(Folder(metrics), Keep(commits=3, age_s=0.0, least=1)))
        assert len(log_versions(Folder(metrics))) == 3
        for file in checkpoints(metrics):
            garble(file)

        repair(store)

        assert stored(store, "metrics").height == COMMITS
        assert pl.scan_delta(str(metrics)).collect().height == COMMITS
        assert len(archives(Folder(metrics))) == 1
        assert commit_bytes(Folder(metrics), 0)

    def test_is_no_ground_to_archive_on(self, store: str, metrics: Path) -> None:
        table = open_table(Folder(metrics))
        table.create_checkpoint()
        before = log_versions(Folder(metrics))
        versions = archivable(Folder(metrics), Keep(commits=3, age_s=0.0, least=1))
        for file in checkpoints(metrics):
            garble(file)

        with pytest.raises(Exception, match=r"Corrupt footer|no checkpoint"):
            archive(Folder(metrics), versions)

        assert sorted(log_versions(Folder(metrics))) == sorted(before)


class TestAWholeLog:
    def test_needs_no_mending(self, store: str, metrics: Path) -> None:
        assert damaged_checkpoints(Folder(metrics)) == []
        assert repair(store) == {}

    def test_is_left_to_who_maintains_it(self, store: str, metrics: Path) -> None:
        garble(checkpoints(metrics)[-1])

        with maintaining(store), pytest.raises(StoreError, match="another process maintains"):
            repair(store)


def test_no_store_is_an_error(store: str) -> None:
    with pytest.raises(NotFound):
        repair(store)
