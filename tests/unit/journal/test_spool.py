from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlake.journal import Journal, spool, spool_path

if TYPE_CHECKING:
    from pathlib import Path


class TestTheSpool:
    def test_holds_a_copy_of_a_file(self, store: str, tmp_path: Path) -> None:
        journal = Journal(store)
        source = tmp_path / "model.bin"
        source.write_bytes(b"x" * 3_000_000)
        name, size = spool(journal, source)
        source.write_bytes(b"other")

        assert size == 3_000_000
        assert spool_path(journal.root, name).read_bytes() == b"x" * 3_000_000

    def test_holds_bytes_under_a_shared_name_once(self, store: str) -> None:
        journal = Journal(store)
        first = spool(journal, b"same", name="digest")
        again = spool(journal, b"same", name="digest")

        assert first == again == ("digest", 4)
        assert [path.name for path in spool_path(journal.root, "digest").parent.iterdir()] == ["digest"]

    def test_keeps_nothing_of_a_copy_that_failed(self, store: str, tmp_path: Path) -> None:
        journal = Journal(store)
        with pytest.raises(OSError, match="missing"):
            spool(journal, tmp_path / "missing")

        assert list(spool_path(journal.root, "x").parent.iterdir()) == []
