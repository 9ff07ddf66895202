"""Starts the one detached ingester of this machine and store, where none is running."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from runlake.journal import make_root
from runlake.journal.owner import machine_id, process_started

if TYPE_CHECKING:
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: journals wait there for `runlake ingest` or the next reader
    fcntl = None  # type: ignore[assignment]

STARTS_WITHIN_S = 60.0
_log = logging.getLogger("runlake")
_told: set[str] = set()


def ensure_ingester(uri: str) -> None:
    """Start the ingester unless one runs; never raises, journals wait where it cannot start.

    `RUNLAKE_INGESTER=off` leaves delivery to `runlake ingest` and to readers.
    """
    if os.environ.get("RUNLAKE_INGESTER") == "off" or fcntl is None:
        return
    try:
        root = make_root(uri)
        if not _running(root / f"ingester-{machine_id()}.lock"):  # machines may share a home
            _start_once(uri, root)
    except BlockingIOError:
        pass  # another process starts it this very moment
    except OSError as problem:
        if uri not in _told:
            _told.add(uri)
            _log.warning("runlake: the ingester cannot start (%s); what is logged waits for `runlake ingest`", problem)


def _running(lock: Path) -> bool:
    fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # A shared lock: two processes that look at the same time do not see each other.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _start_once(uri: str, root: Path) -> None:
    """Start one unless another process has done so and it does not hold its lock yet: many trainings begin at once."""
    with os.fdopen(os.open(root / f"ingester-{machine_id()}.pid", os.O_RDWR | os.O_CREAT, 0o600), "r+") as note:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        pid, age_s = note.read().strip(), time.time() - os.fstat(note.fileno()).st_mtime
        if not (pid.isdigit() and age_s < STARTS_WITHIN_S and process_started(int(pid))):
            note.seek(0)
            note.write(f"{_start(uri, root):<20}")  # as long as any, so nothing of an older one is left


def _start(uri: str, root: Path) -> int:
    with os.fdopen(os.open(root / "ingester.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "runlake.store.ingester", "--store", uri],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            env=os.environ | {"RUNLAKE_JOURNAL": str(root.parent)},
            start_new_session=True,
        )
    started.returncode = 0  # it outlives this process: nobody waits for it, and nobody is to be warned
    return started.pid
