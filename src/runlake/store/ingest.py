"""Draining: what this machine's processes left in their journals goes into the tables, once."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlake.errors import MissingExtra, StoreError
from runlake.journal import OWNER_FILE, Journal, journal_root, store_uri
from runlake.store.backlog import Backlog, Waiting, Watch
from runlake.store.budget import Budget
from runlake.store.delivery import Delivery, Step, no_step
from runlake.store.folder import sync_folder
from runlake.store.killed import say_killed, unfinished
from runlake.store.layout import Store, open_store
from runlake.store.lock import draining
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from runlake.clock import Clock
    from runlake.store.delta import Appender

WAKE = "wake"
BATCH_BYTES = 16 * 1024 * 1024  # about a million points, for which some 300 MB of memory are needed
BOUNDED_BATCH_BYTES = 4 * 1024 * 1024  # delivered in well under a second: what a time limit can be kept with
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a drain has done.

    Attributes:
        ingested: table -> rows added by this process; empty where another process did it.
        waiting: segments that could be in the tables and are not.
        problems: sentences about what could not be delivered.
        failed: True where the store or the journal could not be read or written, so trying again at
            once makes no sense.
    """

    ingested: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    problems: tuple[str, ...] = ()
    failed: bool = False


def drain(
    uri: str,
    *,
    wait_s: float = 5.0,
    within_s: float | None = None,
    on_step: Step = no_step,
    clock: Clock | None = None,
) -> DrainReport:
    """Bring every closed segment and every segment of dead local processes into the tables.

    Also says `killed` of the runs that dead processes left running. Where another process is
    already at it, it is asked to hurry and waited for.

    Args:
        uri: the store, as `journal.store_uri` gives it.
        wait_s: how long to wait for the other process, seconds.
        within_s: begin no further batch after so many seconds; `waiting` counts what is left. None
            delivers everything. At least one batch is delivered, so whoever asks again gets on.
        on_step: called at each step of a delivery, for crash tests.
        clock: by which `killed` is said; None for the machine's own.
    """
    root = journal_root(store_uri(uri))
    if not root.is_dir():
        return DrainReport()
    deadline = time.monotonic() + wait_s
    asked_for: list[Path] | None = None
    while True:
        with draining(root) as mine:
            if mine:
                return _drain_and_count(uri, root, within_s, on_step, clock)
        if asked_for is None:
            asked_for = [w.path for w in Watch(root).look().waiting]
            (root / WAKE).touch()
        missing = sum(path.exists() for path in asked_for)
        if not missing:
            return DrainReport()
        if time.monotonic() >= deadline:
            said = f"{missing} journal segments were not in the tables after {wait_s:g} s; another process is bringing them in"
            return DrainReport(waiting=missing, problems=(said,))
        time.sleep(_POLL_S)


def drain_if_free(uri: str, *, within_s: float | None = None) -> DrainReport | None:
    """Drain as `drain` does, unless another process is at it; never waits for one.

    Returns:
        None where another process is at it.
    """
    root = journal_root(store_uri(uri))
    try:
        with draining(root) as mine:
            return _drain_and_count(uri, root, within_s, no_step) if mine else None
    except OSError as problem:
        return DrainReport(problems=(f"the journals in {root} cannot be brought in: {problem}",), failed=True)


def _drain_and_count(
    uri: str, root: Path, within_s: float | None, on_step: Step, clock: Clock | None = None
) -> DrainReport:
    report = Drainer(uri, root, on_step, clock).drain(within_s)
    if report.ingested:
        # nobody who asks is turned away, but the ingester takes it slower afterwards
        Budget.load(root).spend(time.time())
    return report


@dataclass(slots=True)
class Drainer:
    """Drains again and again, for a caller that holds the lock of the journal root all the while."""

    uri: str
    root: Path
    on_step: Step = no_step
    clock: Clock | None = None
    watch: Watch = field(init=False)
    _appenders: dict[str, Appender] = field(default_factory=dict)
    _store_id: str = ""

    def __post_init__(self) -> None:
        self.watch = Watch(self.root)

    def drain(self, within_s: float | None = None) -> DrainReport:
        """Deliver what waits now; problems of the store are reported, not raised.

        Args:
            within_s: as for `drain`.
        """
        until = None if within_s is None else time.monotonic() + within_s
        backlog = self.watch.look()
        rows: dict[str, int] = {}
        problems = list(backlog.problems)
        failed = False
        try:
            if backlog.waiting or backlog.dead:
                store = open_store(self.uri, create=True)
                if store.id != self._store_id:
                    # the handles of a store that was deleted know nothing of the one in its place
                    self._store_id, self._appenders = store.id, {}
                delivery = Delivery(
                    store, self.root, self.watch, self.on_step, rows, problems, appenders=self._appenders
                )
                if _deliver_all(delivery, backlog, until):
                    _bury(delivery, self.watch, self.clock)
        except (StoreError, MissingExtra, OSError) as problem:
            problems.append(str(problem))
            failed = True
        left = self.watch.look()
        return DrainReport(rows, len(left.waiting), tuple(dict.fromkeys(problems)), failed)


def _deliver_all(delivery: Delivery, backlog: Backlog, until: float | None = None) -> bool:
    """Deliver what waits; False where the time ran out before the last batch was begun."""
    for n, batch in enumerate(_batches(backlog.waiting, BATCH_BYTES if until is None else BOUNDED_BATCH_BYTES)):
        if n and until is not None and time.monotonic() >= until:
            return False
        delivery.deliver(batch)
    return True


def _batches(waiting: Sequence[Waiting], limit: int) -> Iterator[list[Waiting]]:
    batch: list[Waiting] = []
    size = 0
    for one in waiting:
        if batch and size + one.size > limit:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


def _bury(delivery: Delivery, watch: Watch, clock: Clock | None) -> None:
    """Say `killed` for dead processes whose journals are all in, then remove their folders."""
    # asked again of each folder: its process may have written and died between the listing and the look at it
    dead = [folder for folder in watch.look().dead if not (folder.segments or any(folder.path.glob("*.seg")))]
    if not dead:
        return
    runs = unfinished([folder.writer for folder in dead], delivery.read)
    if runs:
        delivery.on_step("killed")
        with _own_journal(delivery.store, clock) as journal:
            watch.own.add(journal.writer)
            say_killed(journal, runs, client=f"ingester {VERSION}")
            delivery.on_step("said")
            _deliver_all(delivery, watch.look())
    for folder in dead:
        _remove(folder.path)


@contextlib.contextmanager
def _own_journal(store: Store, clock: Clock | None) -> Iterator[Journal]:
    journal = Journal(store.uri, clock)
    try:
        yield journal
    finally:
        folder = journal.root / journal.writer
        if folder.is_dir() and not any(folder.glob("*.seg")):
            _remove(folder)


def _remove(folder: Path) -> None:
    # Without its owner a folder is nobody's journal any more; what else somebody put there stays.
    for entry in (folder / OWNER_FILE, *folder.glob(f".{OWNER_FILE}.*")):
        entry.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
    sync_folder(folder.parent)
