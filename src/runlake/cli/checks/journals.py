"""What waits in the journals of this machine, for how long, whose it is, and whether somebody delivers it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.cli.formats.text import counted, duration, size
from runlake.journal import journal_root, state, writers
from runlake.store.health import Finding, Severity, disk_findings
from runlake.store.lock import LOCK
from runlake.store.quarantine import QUARANTINE

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.journal import WriterFolder

# An ingester that runs delivers closed segments every minute.
LATE_S = 300.0
_LOG = "ingester.log"


@dataclass(frozen=True, slots=True)
class Heap:
    """What waits of one kind of process.

    Attributes:
        oldest_s: age of the oldest segment, seconds.
    """

    processes: int
    segments: int
    size_bytes: int
    oldest_s: float
    pids: tuple[int, ...]

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.pids[:5])) + (", ..." if len(self.pids) > 5 else "")
        return (
            f"{counted(self.segments, 'journal segment')} ({size(self.size_bytes)}, the oldest {duration(self.oldest_s)} old) "
            f"of {counted(self.processes, 'process', 'processes')} (pid {shown or 'unknown'})"
        )


def journal_findings(uri: str, *, now: float | None = None) -> list[Finding]:
    """Look at the journals of a store on this machine; nothing is written or locked.

    Args:
        uri: the store, as `store_uri` gives it.
        now: seconds since 1970; None takes the clock.
    """
    root = journal_root(uri)
    moment = time.time() if now is None else now
    if not root.is_dir():
        return [
            Finding("journals.none", Severity.INFO, f"nothing was ever logged to this store here ({root} is not there)")
        ]
    try:
        folders = writers(root)
        gone = _heap([f for f in folders if f.local and not f.alive], moment, closed=False)
        late = _heap([f for f in folders if f.alive and f.local], moment, closed=True)
        foreign = _heap([f for f in folders if not f.local], moment, closed=False)
        running = _ingester_runs(root)
    except OSError as problem:
        told = f"the journals in {root} cannot be read: {problem}"
        return [Finding("journals.unreadable", Severity.UNCHECKED, told, "look at its permissions")]
    found = [*_waiting(gone, late, foreign, running=running), *_quarantined(root), *disk_findings(root, "the journals")]
    if running:
        found.append(Finding("ingester.running", Severity.INFO, "an ingester runs on this machine"))
    elif gone or (late and late.oldest_s > LATE_S):
        told = f"no ingester runs on this machine, but something waits{_last_words(root)}"
        found.append(Finding("ingester.stopped", Severity.WARNING, told, "`runlake ingest` delivers once"))
    return found


def _waiting(gone: Heap | None, late: Heap | None, foreign: Heap | None, *, running: bool) -> list[Finding]:
    found = []
    if gone:
        severity = Severity.INFO if running and gone.oldest_s <= LATE_S else Severity.WARNING
        advice = "`runlake ingest` or `runlake doctor --fix` brings them into the tables"
        found.append(Finding("journals.left", severity, f"left behind: {gone} that ended", advice))
    if late:
        severity = Severity.WARNING if late.oldest_s > LATE_S else Severity.INFO
        advice = "`runlake ingest` brings them into the tables" if severity is Severity.WARNING else ""
        found.append(Finding("journals.waiting", severity, f"on its way to the tables: {late}", advice))
    if foreign:
        told = f"of another machine or container, or of an unknown owner: {foreign}"
        advice = "run `runlake ingest` there; if that machine is gone for good, `runlake ingest --adopt` here"
        found.append(Finding("journals.foreign", Severity.WARNING, told, advice))
    return found


def _heap(folders: list[WriterFolder], now: float, *, closed: bool) -> Heap | None:
    sizes: list[int] = []
    ages: list[float] = []
    pids: list[int] = []
    for folder in folders:
        before = len(sizes)
        for path in folder.segments.values():
            try:
                if closed and state(path) == "open":
                    continue
                facts = path.stat()
            except FileNotFoundError:  # delivered while we look
                continue
            sizes.append(facts.st_size)
            ages.append(max(0.0, now - facts.st_mtime))
        if len(sizes) > before:
            pids.append(0 if folder.owner is None else folder.owner.pid)
    if not sizes:
        return None
    return Heap(len(pids), len(sizes), sum(sizes), max(ages), tuple(pid for pid in pids if pid))


def _quarantined(root: Path) -> list[Finding]:
    kept = [p for p in (root / QUARANTINE).glob("*") if p.suffix in {".seg", ".tail"}]
    if not kept:
        return []
    told = f"put aside in {root / QUARANTINE}: {counted(len(kept), 'journal file')} that cannot be read"
    return [Finding("journals.quarantined", Severity.PROBLEM, told, "each has a .reason.txt beside it; keep them")]


def _ingester_runs(root: Path) -> bool:
    lock = root / LOCK
    if os.name == "nt" or not lock.exists():
        return False
    import fcntl

    fd = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _last_words(root: Path) -> str:
    try:
        lines = (root / _LOG).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return f"; the last line of {root / _LOG} is: {lines[-1][:300]}" if lines else ""
