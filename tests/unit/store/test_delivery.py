from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from journaling import Writer, counts, versions
from runlake.errors import StoreError
from runlake.store.delta import Appender
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = {"metrics": 1, "summaries": 1, "events": 1, "runs": 2}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Make appends fail, before or after they have committed; gives the calls as they come."""
    real = Appender.append
    calls: list[str] = []

    def install(times: int, *, after: bool) -> list[str]:
        def append(self: Appender, *args: Any, **options: Any) -> None:
            calls.append(self._table.name)
            fails = len(calls) <= times
            if fails and not after:
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
