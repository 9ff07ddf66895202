from __future__ import annotations

import fcntl
import threading
import time
from pathlib import Path

import pytest

from journaling import Writer, counts, stored
from runlake.journal import journal_root
from runlake.store.backlog import Watch
from runlake.store.budget import Budget
from runlake.store.ingest import WAKE, DrainReport
from runlake.store.lock import LOCK, draining
from runlake.store.serving import Policy, Schedule, run

NOW = Policy(interval_s=0.0, urgent_s=0.0)


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    return Schedule(Policy(), Budget(tmp_path / "budget.json", at=time.time()))


class TestTheSchedule:
    def due(self, schedule: Schedule, store: str, now: float, *, woken: bool = False) -> bool:
        return schedule.due(Watch(journal_root(store)).look(), now, woken=woken)

    def test_lets_an_ending_wait_for_others_a_moment(self, schedule: Schedule, store: str) -> None:
        Writer(store).start().finish()

        assert [self.due(schedule, store, now) for now in (0.0, 1.9, 2.0)] == [False, False, True]

    def test_lets_the_rest_wait_for_the_other_processes(self, schedule: Schedule, store: str) -> None:
        Writer(store).start().close()

        assert [self.due(schedule, store, now) for now in (0.0, 3.9, 4.0)] == [False, False, True]

    def test_counts_from_the_first_one(self, schedule: Schedule, store: str) -> None:
        writer = Writer(store).start().close()
        self.due(schedule, store, 0.0)
        writer.log(0, loss=1.0).close()

        assert [self.due(schedule, store, now) for now in (3.9, 4.0)] == [False, True]

    def test_takes_much_at_once(self, store: str, tmp_path: Path) -> None:
        eager = Schedule(Policy(enough_bytes=100), Budget(tmp_path / "budget.json", at=time.time()))
        Writer(store).start().close()

        assert self.due(eager, store, 0.0)

    def test_hurries_when_asked(self, schedule: Schedule, store: str) -> None:
        Writer(store).start().close()

        assert self.due(schedule, store, 0.0, woken=True)

    def test_has_nothing_to_do_where_nothing_waits(self, schedule: Schedule, store: str) -> None:
        Writer(store).start().log(0, loss=1.0)

        assert not self.due(schedule, store, 1e6, woken=True)

    def test_stretches_when_the_budget_is_spent_but_not_for_a_flood(self, store: str, tmp_path: Path) -> None:
        spent = Budget(tmp_path / "budget.json", tokens=0.0, at=time.time())
        Writer(store).start().finish()

        assert not self.due(Schedule(NOW, spent), store, 0.0)
        assert self.due(Schedule(Policy(flood_bytes=10), spent), store, 0.0)

    def test_waits_as_long_as_no_other_machine_does(self, schedule: Schedule, store: str) -> None:
        failed = DrainReport(waiting=1, problems=("no",), failed=True)
        waits = set()
        for _ in range(5):
            schedule.failures = 3
            schedule.done(failed, 0.0)
            waits.add(schedule.not_before)

        assert len(waits) == 5

    def test_waits_longer_after_each_failure(self, schedule: Schedule, store: str) -> None:
        Writer(store).start().finish()
        failed = DrainReport(waiting=1, problems=("no",), failed=True)
        waits = []
        for _ in range(7):
            schedule.done(failed, 100.0)
            waits.append(schedule.not_before - 100.0)

        longest = [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
        assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))
        assert not self.due(schedule, store, 129.0, woken=True)
        schedule.done(DrainReport(ingested={"runs": 1}), 200.0)
        assert (schedule.failures, schedule.not_before) == (0, 0.0)


class TestRunning:
    def test_delivers_and_ends_when_nothing_is_left(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).die()

        assert run(store, policy=NOW, poll_s=0.01, idle_s=0.05)

        assert counts(store) == {"metrics": 1, "summaries": 1, "events": 2, "runs": 2}
        assert not list(journal_root(store).glob("*/owner.json"))

    def test_gives_way_to_the_one_that_is_there(self, store: str) -> None:
        Writer(store).start().die()

        with draining(journal_root(store)):
            assert not run(store, policy=NOW, poll_s=0.01, idle_s=0.05)

    def test_stays_while_somebody_writes(self, store: str) -> None:
        writer = Writer(store).start()
        ingester = threading.Thread(target=run, args=(store,), kwargs={"policy": NOW, "poll_s": 0.01, "idle_s": 0.05})
        ingester.start()
        time.sleep(0.3)
        assert ingester.is_alive()

        writer.finish().die()
        ingester.join(timeout=20)

        assert not ingester.is_alive()
        assert stored(store, "runs")["status"].to_list() == ["running", "finished"]

    def test_hurries_when_it_is_woken(self, store: str) -> None:
        writer = Writer(store).start().close()
        ingester = threading.Thread(target=run, args=(store,), kwargs={"poll_s": 0.01, "idle_s": 0.05})
        ingester.start()
        time.sleep(0.1)

        (journal_root(store) / WAKE).touch()
        deadline = time.monotonic() + 20
        while list(writer.folder.glob("*.seg")) and time.monotonic() < deadline:
            time.sleep(0.01)
        writer.die()
        ingester.join(timeout=20)

        assert stored(store, "runs").height >= 1

    def test_gives_up_on_a_store_that_cannot_be_written_and_keeps_the_journal(self, store: str) -> None:
        writer = Writer(store).start().finish().die()
        Path(store).write_text("in the way")

        assert run(store, policy=Policy(0.0, 0.0, retry_s=0.001), poll_s=0.001, idle_s=60)

        assert len(list(writer.folder.glob("*.seg"))) == 1

    def test_leaves_the_journals_to_whoever_holds_their_new_lock(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0)
        root = journal_root(store)
        left: list[bool] = []
        serving = threading.Thread(target=lambda: left.append(run(store, poll_s=0.05, idle_s=30.0)), daemon=True)
        serving.start()
        while not (root / LOCK).exists():
            time.sleep(0.01)
        (root / LOCK).unlink()
        with (root / LOCK).open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)  # as another process does: this one's locks are its own
            serving.join(10.0)

        assert left == [False]

    def test_ends_at_once_where_there_is_no_journal(self, store: str) -> None:
        assert run(store)
