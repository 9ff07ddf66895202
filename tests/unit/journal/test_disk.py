from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from runlake.journal import Journal, disk, read_segment, writers
from runlake.schema import TAGS

if TYPE_CHECKING:
    from pathlib import Path


class Disk:
    """Stands between the journal and the disk, and fails when told to."""

    def __init__(self) -> None:
        self.full = False
        self.short = False

    def refuse(self, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def write_at(self, fd: int, data: bytes, offset: int) -> int:
        if self.full:
            self.refuse()
        if self.short:
            self.short = False
            return os.pwrite(fd, data[: len(data) // 2], offset)
        return os.pwrite(fd, data, offset)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Disk:
    failing = Disk()
    monkeypatch.setattr(disk, "_write_at", failing.write_at)
    monkeypatch.setattr(disk, "RETRY_S", 0.0)
    return failing


def steps(journal: Journal) -> list[int]:
    return [
        len(payloads)
        for folder in writers(journal.root)
        for path in folder.segments.values()
        for payloads in read_segment(path).points.values()
    ]


class TestAFullDisk:
    def test_is_bridged_in_memory(self, store: str, failing: Disk) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.full = True
        for step in range(10):
            journal.points("r", {"a": 1.0}, float(step))
        assert not journal.health.ok
        failing.full = False
        journal.points("r", {"a": 1.0}, 11.0)

        assert journal.health.ok
        assert journal.close_segment()
        assert steps(journal) == [12]

    def test_from_the_first_call_on_loses_nothing(self, store: str, failing: Disk) -> None:
        failing.full = True
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        assert not journal.close_segment()
        failing.full = False

        assert journal.close_segment()
        assert steps(journal) == [1]

    def test_counts_what_finds_no_room_and_says_so_in_an_event(
        self, store: str, failing: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk, "HELD_LIMIT", 200)
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.full = True
        for step in range(10):
            journal.points("r", {"a": 1.0}, float(step))
        lost = journal.health.lost
        failing.full = False
        journal.close_segment()

        [folder] = writers(journal.root)
        events: list[Any] = []
        for path in folder.segments.values():
            events += read_segment(path).rows.get("events", [])
        assert 0 < lost < 10
        assert steps(journal) == [11 - lost]
        assert [(e.values[5], e.values[9]) for e in events] == [("journal.overflow", f'{{"lost_calls": {lost}}}')]

    def test_keeps_what_later_calls_are_read_by(
        self, store: str, failing: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk, "HELD_LIMIT", 0)
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.full = True
        journal.points("r", {"new": 1.0}, 1.0)  # lost, but not the number that its keys were given
        failing.full = False
        journal.points("r", {"new": 1.0}, 2.0)
        journal.close_segment()

        assert journal.health.lost == 0  # said in an event by now
        assert sorted(steps(journal)) == [1, 1]

    def test_at_the_end_of_a_segment_loses_nothing_of_what_follows(
        self, store: str, failing: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        with monkeypatch.context() as patch:
            patch.setattr(os, "ftruncate", failing.refuse)
            assert not journal.close_segment()
        journal.points("r", {"a": 1.0}, 1.0)

        assert journal.close_segment()
        assert steps(journal) == [2]

    def test_is_told_once(self, store: str, failing: Disk, caplog: pytest.LogCaptureFixture) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.full = True
        for step in range(10):
            journal.points("r", {"a": 1.0}, float(step))

        assert [record.message.count("No space left") for record in caplog.records] == [1]


class TestAShortWrite:
    def test_is_cut_before_the_next_record(self, store: str, failing: Disk) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.short = True
        journal.points("r", {"a": 1.0}, 1.0)
        journal.points("r", {"a": 1.0}, 2.0)
        journal.close_segment()

        assert steps(journal) == [3]

    def test_is_cut_for_who_reads_meanwhile(self, store: str, failing: Disk) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        failing.short = True
        journal.points("r", {"a": 1.0}, 1.0)

        [path] = journal.root.glob("*/*.seg")
        assert (steps(journal), read_segment(path).torn) == ([1], False)


class TestAReadOnlyPlace:
    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_does_not_reach_the_caller(self, store: str, tmp_path: Path) -> None:
        (tmp_path / "journals").mkdir(mode=0o500)
        journal = Journal(store)
        journal.rows("r", {TAGS: [TAGS.row(ts=1, key="k", values=[], removed=False)]})

        assert not journal.health.ok

    def test_that_is_a_file_does_not_reach_the_caller(self, store: str, tmp_path: Path) -> None:
        (tmp_path / "journals").write_text("in the way")
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)

        assert journal.health.problem is not None


class TestAFolderThatIsDeletedMeanwhile:
    def test_costs_what_was_in_it_and_nothing_after(
        self, store: str, failing: Disk, caplog: pytest.LogCaptureFixture
    ) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        shutil.rmtree(journal.root)

        assert journal.close_segment()
        journal.points("r", {"a": 1.0}, 1.0)
        assert journal.close_segment()

        assert steps(journal) == [1]
        assert ["was deleted while it was written" in record.message for record in caplog.records] == [True]

    def test_of_a_spooled_file_is_no_problem(self, store: str, tmp_path: Path) -> None:
        journal = Journal(store)
        journal.points("r", {"a": 1.0}, 0.0)
        journal.spooled(tmp_path / "stored-meanwhile")

        assert journal.close_segment(sync=True)
        assert steps(journal) == [1]
