from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from journaling import OTHER, Writer
from runlake.journal import journal_root, read_segment
from runlake.store import live
from runlake.store.live import LiveReader, Overlay

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Segments that were read, in order."""
    seen: list[Path] = []
    real = read_segment

    def counting(path: Path) -> object:
        seen.append(path)
        return real(path)

    monkeypatch.setattr(live, "read_segment", counting)
    return seen


def settle(store: str) -> None:
    """Let every segment look as if it had been written a while ago."""
    past = time.time() - 10
    for path in journal_root(store).glob("*/*.seg"):
        os.utime(path, (past, past))


class TestReading:
    def test_of_nothing_is_empty(self, store: str) -> None:
        assert LiveReader(journal_root(store)).read() == Overlay()

    def test_gives_closed_and_open_segments_in_order(self, store: str) -> None:
        writer = Writer(store).start().close().log(0, loss=1.0)

        found = LiveReader(journal_root(store)).read()

        assert [(tail.origin, tail.tables) for tail in found.tails] == [
            ((writer.id, 0), frozenset({"runs", "events"})),
            ((writer.id, 1), frozenset({"metrics", "summaries"})),
        ]

    def test_reads_again_only_what_has_changed(self, store: str, reads: list[Path]) -> None:
        Writer(store).start()
        busy = Writer(store).start(OTHER)
        settle(store)
        reader = LiveReader(journal_root(store))
        first = reader.read()
        assert reader.read() == first
        assert len(reads) == 2

        busy.log(0, OTHER, loss=1.0)
        second = reader.read()

        assert [path.parent.name for path in reads[2:]] == [busy.id]
        assert second.key != first.key

    def test_reads_what_was_only_just_written_again(self, store: str, reads: list[Path]) -> None:
        writer = Writer(store).start()
        soon = time.time() + 60  # however slow the machine is
        os.utime(writer.folder / "00000000.seg", (soon, soon))
        reader = LiveReader(journal_root(store))

        reader.read()
        reader.read()

        assert len(reads) == 2

    def test_passes_over_a_segment_that_is_only_preallocated(self, store: str) -> None:
        writer = Writer(store).start()
        (writer.folder / "00000001.seg").write_bytes(b"\0" * 4096)

        found = LiveReader(journal_root(store)).read()

        assert (len(found.tails), found.left_out) == (1, ())

    def test_says_what_it_cannot_read(self, store: str) -> None:
        writer = Writer(store).start()
        (writer.folder / "00000001.seg").write_bytes(b"garbage")

        found = LiveReader(journal_root(store)).read()

        assert "does not begin like a journal segment" in found.left_out[0]
