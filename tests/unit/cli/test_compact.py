from __future__ import annotations

from typing import TYPE_CHECKING

from journaling import Writer
from runlake.ids import new_id
from runlake.store.ingest import drain
from runlake.store.lock import maintaining

if TYPE_CHECKING:
    from unit.cli.lab import Shell


def grow(store: str, files: int = 4) -> None:
    for _ in range(files):
        run = new_id()
        Writer(store).start(run).log(0, run, loss=1.0).finish(run)
        drain(store)


class TestCompacting:
    def test_says_what_became_of_each_table(self, shell: Shell) -> None:
        grow(shell.store)
        done = shell("compact")

        assert (done.code, done.err) == (0, "")
        assert [line.split()[:3] for line in done.out.splitlines()[1:]] == [
            [name, "4", "1"] for name in ("metrics", "summaries", "events", "runs")
        ]

    def test_can_be_asked_first(self, shell: Shell) -> None:
        grow(shell.store)
        said = shell("compact", "--dry-run", "--format", "json")
        again = shell("compact", "--dry-run", "--format", "json")

        assert said.data == again.data
        assert {one["table"]: one["files_after"] for one in said.data if one["rows"]}["metrics"] == 1

    def test_is_an_event_with_its_reason(self, shell: Shell) -> None:
        grow(shell.store)
        shell("compact", "metrics", "--reason", "slow pages")
        [event] = shell("audit", "log", "--action", "store.compact", "--format", "json").data

        assert (event["action"], event["reason"]) == ("store.compact", "slow pages")
        assert event["new"] == {"files": {"metrics": [4, 1]}}

    def test_of_what_is_compact_says_so_and_leaves_no_event(self, shell: Shell) -> None:
        grow(shell.store, 1)
        done = shell("compact")

        assert (done.code, done.out) == (0, "nothing to compact: 4 files in all\n")
        assert shell("audit", "log", "--action", "store.compact", "--format", "json").data == []

    def test_that_another_process_does_is_a_failure(self, shell: Shell) -> None:
        grow(shell.store)
        with maintaining(shell.store):
            done = shell("compact")

        assert done.code == 1
        assert "another process maintains this store; try again later" in done.err

    def test_needs_a_store(self, shell: Shell) -> None:
        assert shell("compact").code == 2
