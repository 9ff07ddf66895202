from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from journaling import Writer, counts, versions
from runlake.errors import StoreError
from runlake.journal import make_root
from runlake.store.delta import Appender
from runlake.store.ingest import Drainer, drain

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = {"metrics": 1, "summaries": 1, "events": 1, "runs": 2}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Make appends fail, before or after they have committed; gives the calls as they come."""
    real = Appender.append
    calls: list[str] = []

    def install(times: int, *, after: bool, at_last_after: bool = False) -> list[str]:
        def append(self: Appender, *args: Any, **options: Any) -> None:
            calls.append(self._table.name)
            fails = len(calls) <= times
            if fails and not (after or (at_last_after and len(calls) == times)):
                raise StoreError("cannot append", "/lake", "no")
            real(self, *args, **options)
            if fails:
                raise StoreError("cannot append", "/lake", "the answer was lost")

        monkeypatch.setattr(Appender, "append", append)
        monkeypatch.setattr(time, "sleep", lambda _: None)
        return calls

    return install


class TestACommitThatFails:
    def test_is_tried_again(self, store: str, failing: Callable[..., list[str]]) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        calls = failing(2, after=False)

        report = drain(store)

        assert (calls[:3], report.problems) == (["metrics"] * 3, ())
        assert counts(store) == EXPECTED

    def test_after_it_was_in_is_not_tried_again(self, store: str, failing: Callable[..., list[str]]) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        calls = failing(1, after=True)

        drain(store)

        assert calls == ["metrics", "summaries", "events", "runs"]
        assert versions(store) == dict.fromkeys(EXPECTED, 1)

    def test_again_and_again_leaves_everything_for_later(self, store: str, failing: Callable[..., list[str]]) -> None:
        Writer(store).start().log(0, loss=1.0).finish()
        failing(5, after=False)

        first, second = drain(store), drain(store)

        assert (first.failed, first.waiting, second.ingested) == (True, 1, EXPECTED)

    def test_until_it_was_given_up_and_was_in_after_all_is_known_by_who_goes_on(
        self, store: str, failing: Callable[..., list[str]]
    ) -> None:
        drainer = Drainer(store, make_root(store))
        drainer.drain()
        Writer(store).start().log(0, loss=1.0).finish()  # seen to appear: nobody would look for it in the tables
        failing(5, after=False, at_last_after=True)

        first, second = drainer.drain(), drainer.drain()

        assert (first.failed, second.problems) == (True, ())
        assert counts(store) == EXPECTED


@pytest.mark.skipif(os.name != "posix", reason="syncs folders")
class TestBeforeASegmentGoes:
    def test_all_that_holds_its_rows_is_on_the_disk(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        synced: set[int] = set()
        real = os.fsync

        def fsync(fd: int) -> None:
            real(fd)
            synced.add(os.fstat(fd).st_ino)

        def look(step: str) -> None:
            if step == "delete":
                made = [Path(store).parent, Path(store), *Path(store).rglob("*")]
                unsynced.extend(path for path in made if path.stat().st_ino not in synced)

        unsynced: list[Path] = []
        monkeypatch.setattr(os, "fsync", fsync)
        writer = Writer(store).start().log(0, loss=1.0)
        writer.artifact("model.bin", b"weights")
        writer.finish()
        drain(store, on_step=look)

        assert unsynced == []
