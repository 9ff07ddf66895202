"""A journal that comes back a month later adds nothing, whatever was done to the tables in the meantime."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from journaling import Writer, counts, versions
from runlake.ids import new_id
from runlake.journal import journal_root
from runlake.store.archive import Keep, archives
from runlake.store.compact import Limits, compact
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.vacuum import DAY_S, vacuum

if TYPE_CHECKING:
    from pathlib import Path


def test_a_journal_restored_after_compaction_vacuum_and_archiving_adds_nothing(store: str, tmp_path: Path) -> None:
    root = journal_root(store)
    for number in range(5):
        run = new_id()
        writer = Writer(store).start(run).param("depth", "3", run).log(0, run, loss=1.0, acc=float("nan"))
        writer.artifact("model.bin", b"weights %d" % number, run)
        if number < 4:
            writer.finish(run)
        else:
            writer.die()  # leaves a segment open, which a recovery closes and says killed of
        shutil.copytree(root, tmp_path / f"backup{number}")
        drain(store)
    kept, later = counts(store), time.time() + 40 * DAY_S
    assert any(table.rows for table in compact(store, limits=Limits(files=2)))
    removed = vacuum(store, keep_log=Keep(commits=1, age_s=0.0, least=1), now=later)
    assert sum(table.files for table in removed) > 0
    assert archives(open_store(store).table("metrics"))

    before = versions(store)
    for number in range(5):
        shutil.copytree(tmp_path / f"backup{number}", root, dirs_exist_ok=True)
        assert list(root.glob("*/*.seg"))
        report = drain(store)

        assert (report.ingested, report.problems) == ({}, ())
        assert (counts(store), versions(store)) == (kept, before)
        assert list(root.glob("*/*.seg")) == []
        assert list((root / "spool").iterdir()) == []
