"""When and how long the ingester delivers: it waits for others to go with what is there, then delivers all."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlake.journal import journal_root, store_uri
from runlake.store.backlog import Backlog, Watch
from runlake.store.budget import Budget
from runlake.store.delivery import Step, no_step
from runlake.store.housekeeping import Housekeeper
from runlake.store.ingest import WAKE, Drainer, DrainReport
from runlake.store.lock import draining, holds

if TYPE_CHECKING:
    from pathlib import Path

POLL_S = 0.3
IDLE_S = 20.0
GIVE_UP_AFTER = 5
_LOCK_TRIES, _LOCK_WAIT_S = 10, 0.1
_log = logging.getLogger("runlake.store.ingester")


@dataclass(frozen=True, slots=True)
class Policy:
    """When a backlog is delivered, in seconds and bytes.

    Attributes:
        interval_s: closed segments wait this long for others to go with them: those of all processes of
            a machine close within a tick of each other, once a minute.
        urgent_s: the end of a run, an action or a dead process waits this long.
        enough_bytes: this much goes at once: some 100,000 points.
        flood_bytes: this much goes at once, whatever the budget says.
        retry_s: after a failure, doubled with each one in a row up to `most_s`.
    """

    interval_s: float = 4.0
    urgent_s: float = 2.0
    enough_bytes: int = 4 * 1024 * 1024
    flood_bytes: int = 64 * 1024 * 1024
    retry_s: float = 2.0
    most_s: float = 60.0


@dataclass(slots=True)
class Schedule:
    """Decides when to deliver what waits.

    Attributes:
        first_seen: when each waiting segment was seen first, monotonic seconds.
    """

    policy: Policy
    budget: Budget
    first_seen: dict[Path, float] = field(default_factory=dict)
    failures: int = 0
    not_before: float = 0.0

    def due(self, backlog: Backlog, now: float, *, woken: bool) -> bool:
        """Whether the backlog is to be delivered at `now`, monotonic seconds."""
        self.first_seen = {w.path: self.first_seen.get(w.path, now) for w in backlog.waiting}
        if now < self.not_before or not (backlog.waiting or backlog.dead):
            return False
        if woken or backlog.size >= self.policy.flood_bytes:
            return True
        return self._ripe(backlog, now) and self.budget.available(time.time())

    def done(self, report: DrainReport, now: float) -> None:
        """Take note of a delivery at `now`, monotonic seconds."""
        if report.ingested:
            self.budget.spend(time.time())
        stuck = report.failed or (report.waiting > 0 and not report.ingested)
        self.failures = self.failures + 1 if stuck else 0
        wait_s = min(self.policy.retry_s * 2 ** min(self.failures, 10), self.policy.most_s)
        wait_s *= random.uniform(0.5, 1.0)  # machines that fought for a commit do not meet again
        self.not_before = now + wait_s if stuck else 0.0

    def _ripe(self, backlog: Backlog, now: float) -> bool:
        if backlog.size >= self.policy.enough_bytes or (backlog.dead and not backlog.waiting):
            return True
        waited = {w: now - self.first_seen[w.path] for w in backlog.waiting}
        return any(s >= (self.policy.urgent_s if w.urgent else self.policy.interval_s) for w, s in waited.items())


def run(
    uri: str, *, policy: Policy | None = None, poll_s: float = POLL_S, idle_s: float = IDLE_S, on_step: Step = no_step
) -> bool:
    """Hold the lock of the store's journal root and deliver until nothing is left to wait for.

    Returns:
        False where another process holds the lock.
    """
    root = journal_root(store_uri(uri))
    if not root.is_dir():
        return True
    tries = _LOCK_TRIES
    while True:
        with draining(root) as mine:
            if not mine:
                # who only looks whether somebody holds the lock holds it for a moment
                tries -= 1
                if not tries:
                    return False
                time.sleep(_LOCK_WAIT_S)
                continue
            gave_up = _serve(uri, root, Schedule(policy or Policy(), Budget.load(root)), poll_s, idle_s, on_step)
        # A writer that came while the lock was still held has started no ingester of its own.
        left = Watch(root).look()
        if gave_up or not (left.live or left.waiting):
            return True


def _serve(uri: str, root: Path, schedule: Schedule, poll_s: float, idle_s: float, on_step: Step) -> bool:
    """Deliver until nothing is left to wait for; True where what is left fails again and again."""
    drainer = Drainer(uri, root, on_step)
    housekeeper = Housekeeper(uri)
    idle_since = time.monotonic()
    woken_at = _touched(root)
    while holds(root):
        backlog = drainer.watch.look()
        now = time.monotonic()
        touched = _touched(root)
        if schedule.due(backlog, now, woken=touched != woken_at):
            woken_at = touched
            report = drainer.drain()
            say(report)
            schedule.done(report, time.monotonic())
            if report.ingested and not report.waiting:
                housekeeper.look(time.monotonic())
        if backlog.live or backlog.waiting:
            idle_since = now
        gave_up = schedule.failures > GIVE_UP_AFTER and not backlog.live
        if gave_up or now - idle_since >= idle_s:
            return gave_up
        time.sleep(poll_s)
    return False


def _touched(root: Path) -> int:
    try:
        return (root / WAKE).stat().st_mtime_ns
    except OSError:
        return 0


def say(report: DrainReport) -> None:
    """Tell the log what a delivery has done."""
    if report.ingested:
        _log.info("added %s", ", ".join(f"{n} to {table}" for table, n in report.ingested.items()))
    for problem in report.problems:
        _log.warning("%s", problem)
