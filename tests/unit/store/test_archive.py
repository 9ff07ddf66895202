from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from journaling import Writer
from runlake.errors import StoreError
from runlake.store.archive import Keep, archivable, archive
from runlake.store.delta import log_versions
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.lock import maintaining
from runlake.store.vacuum import archive_logs

if TYPE_CHECKING:
    from pathlib import Path

ALL = Keep(commits=1, age_s=0.0, least=1)


@pytest.fixture
def runs(store: str) -> Path:
    """The table of runs of a store with some commits."""
    for _ in range(3):
        Writer(store).start().close()
        drain(store)
    return open_store(store).table_path("runs")


class TestAnArchiveThatWasWrittenWrong:
    def test_costs_no_commit(self, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def spoil(archive: zipfile.ZipFile, _path: Path, name: str) -> None:
            archive.writestr(name, b"{}")

        before = sorted(log_versions(runs))
        monkeypatch.setattr(zipfile.ZipFile, "write", spoil)

        with pytest.raises(StoreError, match="reads back"):
            archive(runs, archivable(runs, ALL))
        assert sorted(log_versions(runs)) == before


def test_logs_are_archived_by_one_at_a_time(store: str, runs: Path) -> None:
    with maintaining(open_store(store).folder), pytest.raises(StoreError, match="another process maintains"):
        archive_logs(store, keep=ALL)

    assert archive_logs(store, keep=ALL)["runs"] > 0
