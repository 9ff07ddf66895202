from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlake.cli.checks.journals import journal_findings
from runlake.journal import Journal, journal_root, make_root
from runlake.schema import TAGS
from runlake.store.lock import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlake.store.health import Finding


def a_segment(uri: str, *, close: bool = True) -> Journal:
    journal = Journal(uri)
    journal.rows("run-1", {TAGS: [TAGS.row(ts=1, key="x", values=["1"], removed=False)]})
    if close:
        journal.close_segment()
    return journal


def owned_by(journal: Journal, **changed: object) -> None:
    """Make another process the owner of a journal."""
    file = journal.root / journal.writer / "owner.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


def later(seconds: float) -> float:
    import time

    return time.time() + seconds


def codes(found: list[Finding]) -> dict[str, str]:
    return {f.code: f.severity.value for f in found}


@pytest.fixture
def held(store: str) -> Iterator[None]:
    """An ingester holds the lock."""
    fd = os.open(make_root(store) / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    yield
    os.close(fd)


class TestAStoreThatNothingWasLoggedTo:
    def test_is_no_worry(self, store: str) -> None:
        assert codes(journal_findings(store)) == {"journals.none": "info"}

    def test_gets_no_folder_from_looking(self, store: str) -> None:
        journal_findings(store)

        assert not journal_root(store).exists()


class TestAProcessThatRuns:
    def test_may_have_a_fresh_segment_waiting(self, store: str) -> None:
        journal = a_segment(store)
        (waiting,) = journal_findings(store)

        assert (waiting.code, waiting.severity) == ("journals.waiting", "info")
        assert waiting.message.startswith("on its way to the tables: 1 journal segment (")
        assert waiting.message.endswith(f"of 1 process (pid {os.getpid()})")
        assert journal.root.exists()

    def test_may_have_an_open_segment_for_as_long_as_it_likes(self, store: str) -> None:
        a_segment(store, close=False)

        assert journal_findings(store, now=later(9_000)) == []

    def test_needs_an_ingester_where_segments_wait_for_long(self, store: str) -> None:
        a_segment(store)

        assert codes(journal_findings(store, now=later(301))) == {
            "journals.waiting": "warning",
            "ingester.stopped": "warning",
        }

    def test_that_the_ingester_does_not_keep_up_with(self, store: str, held: None) -> None:
        a_segment(store)

        assert codes(journal_findings(store, now=later(301))) == {
            "journals.waiting": "warning",
            "ingester.running": "info",
        }


class TestAProcessThatHasEnded:
    def test_leaves_what_somebody_has_to_deliver(self, store: str) -> None:
        owned_by(a_segment(store, close=False), pid=2**22 + 7)

        assert codes(journal_findings(store)) == {"journals.left": "warning", "ingester.stopped": "warning"}

    def test_is_no_worry_while_an_ingester_runs(self, store: str, held: None) -> None:
        owned_by(a_segment(store), pid=2**22 + 7)

        assert codes(journal_findings(store)) == {"journals.left": "info", "ingester.running": "info"}

    def test_the_last_words_of_the_ingester_are_told(self, store: str) -> None:
        owned_by(a_segment(store), pid=2**22 + 7)
        (journal_root(store) / "ingester.log").write_text("one\nNo space left on device\n")
        told = [f.message for f in journal_findings(store) if f.code == "ingester.stopped"]

        assert told[0].endswith("is: No space left on device")


class TestAnotherMachine:
    def test_has_to_deliver_itself(self, store: str) -> None:
        owned_by(a_segment(store), machine="elsewhere")

        assert codes(journal_findings(store)) == {"journals.foreign": "warning"}


class TestASegmentThatCannotBeRead:
    def test_is_a_problem_that_stays(self, store: str) -> None:
        root = make_root(store)
        (root / "quarantine").mkdir()
        (root / "quarantine" / "w-00000000.seg").write_bytes(b"?")
        (root / "quarantine" / "w-00000000.reason.txt").write_text("why")
        (found,) = journal_findings(store)

        assert (found.code, found.severity) == ("journals.quarantined", "problem")
        assert found.message.endswith(": 1 journal file that cannot be read")


class TestLooking:
    def test_writes_nothing(self, store: str) -> None:
        owned_by(a_segment(store), pid=2**22 + 7)
        before = {p: p.stat().st_mtime_ns for p in Path(journal_root(store)).rglob("*")}
        journal_findings(store)

        assert {p: p.stat().st_mtime_ns for p in Path(journal_root(store)).rglob("*")} == before
