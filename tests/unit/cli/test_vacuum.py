from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from unit.cli.test_compact import grow

if TYPE_CHECKING:
    from unit.cli.lab import Shell


def age(store: str, days: float) -> None:
    at = time.time() - days * 86_400
    for file in Path(store).rglob("*"):
        os.utime(file, (at, at))


class TestAVacuum:
    def test_says_what_it_removed(self, shell: Shell) -> None:
        grow(shell.store)
        shell("compact")
        age(shell.store, 31)
        done = shell("vacuum")

        assert (done.code, done.err) == (0, "")
        assert [line.split()[:2] for line in done.out.splitlines()[1:]] == [
            [name, "4"] for name in ("metrics", "summaries", "events", "runs")
        ]
        assert len(shell("runs", "--format", "json").data) == 4

    def test_can_be_asked_first(self, shell: Shell) -> None:
        grow(shell.store)
        shell("compact")
        age(shell.store, 10)

        assert shell("vacuum", "--dry-run").out == "nothing to remove\n"
        assert sum(one["files"] for one in shell("vacuum", "--dry-run", "--keep", "8", "--format", "json").data) == 16
        assert len(list(Path(shell.store, "runs").glob("*.parquet"))) == 5

    def test_is_an_event_with_its_reason(self, shell: Shell) -> None:
        grow(shell.store)
        shell("compact", "metrics")
        age(shell.store, 31)
        shell("vacuum", "--reason", "space")
        [event] = shell("audit", "log", "--action", "store.vacuum", "--format", "json").data

        assert (event["reason"], event["new"]) == ("space", {"files_removed": {"metrics": 4}})

    def test_keeps_a_week_at_least(self, shell: Shell) -> None:
        done = shell("vacuum", "--keep", "6")

        assert done.code == 2
        assert "expected days from 7 on" in done.err

    def test_needs_a_store(self, shell: Shell) -> None:
        assert shell("vacuum").code == 2
