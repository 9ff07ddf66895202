from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from journaling import Writer
from runlake.errors import StoreError
from runlake.store.archive import Keep, archivable, archive
from runlake.store.delta import log_versions
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.lock import maintaining
from runlake.store.vacuum import archive_logs

ALL = Keep(commits=1, age_s=0.0, least=1)


@pytest.fixture
def runs(store: str) -> Path:
    """The table of runs of a store with some commits."""
    for _ in range(3):
        Writer(store).start().close()
        drain(store)
    return Path(store) / "runs"


class TestAnArchiveThatWasWrittenWrong:
    def test_costs_no_commit(self, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = zipfile.ZipFile.writestr

        def spoil(archive: zipfile.ZipFile, name: str, _: bytes) -> None:
            real(archive, name, b"{}")

        before = sorted(log_versions(Folder(runs)))
        monkeypatch.setattr(zipfile.ZipFile, "writestr", spoil)

        with pytest.raises(StoreError, match="reads back"):
            archive(Folder(runs), archivable(Folder(runs), ALL))
        assert sorted(log_versions(Folder(runs))) == before


def test_logs_are_archived_by_one_at_a_time(store: str, runs: Path) -> None:
    with maintaining(store), pytest.raises(StoreError, match="another process maintains"):
        archive_logs(store, keep=ALL)

    assert archive_logs(store, keep=ALL)["runs"] > 0
