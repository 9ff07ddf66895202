"""The detached process that brings this machine's journals into one store.

    python -m runlake.store.ingester --store URI [--once]

The first writer starts it; the lock of the journal root lets one live at a time. It runs at low
priority on two threads, takes what processes close, says `killed` of runs whose process died, and
ends when there has been nothing to do and nobody to wait for during a while. Should it die itself,
the next one finds everything where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import logging.handlers
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.errors import RunlakeError
from runlake.journal import is_bucket, journal_root, store_uri
from runlake.store.lock import draining
from runlake.store.sharing import follow

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOOKS, _LOOK_EVERY_S = 10, 0.1
_log = logging.getLogger("runlake.store.ingester")
# Polars, Tokio and OpenMP would start a thread per core of a machine that is there to train.
_THREADS = {"POLARS_MAX_THREADS": "2", "TOKIO_WORKER_THREADS": "2", "OMP_NUM_THREADS": "2"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a process of its own; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m runlake.store.ingester", description="bring journals into a store")
    parser.add_argument("--store", help="path of the store; default RUNLAKE_STORE")
    parser.add_argument("--once", action="store_true", help="deliver what waits now and end")
    options = parser.parse_args(arguments)
    uri = store_uri(options.store)
    _detach(journal_root(uri))
    if not is_bucket(uri):
        follow(Path(uri))
    try:
        return _work(uri, once=options.once)
    except (RunlakeError, OSError) as problem:
        _log.error("%s", problem)
        return 1


def _work(uri: str, *, once: bool) -> int:
    # Many trainings that begin at once may start several: all but one go before they have loaded anything.
    if not once and _is_taken(journal_root(uri)):
        return 0
    # after the limits are set: the engines read them when they are loaded
    from runlake.store.ingest import drain
    from runlake.store.serving import run, say

    if not once:
        run(uri)
        return 0
    report = drain(uri)
    say(report)
    return 1 if report.problems else 0


def _is_taken(root: Path) -> bool:
    """Whether another process holds the lock for good: who only looks at it holds it for a moment."""
    for _ in range(_LOOKS if root.is_dir() else 0):
        with draining(root) as mine:
            if mine:
                return False
        time.sleep(_LOOK_EVERY_S)
    return root.is_dir()


def _detach(root: Path) -> None:
    """Leave the terminal and the way of whoever trains here."""
    for name, count in _THREADS.items():
        os.environ.setdefault(name, count)
    with contextlib.suppress(OSError, AttributeError):
        os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    for ignored in ("SIGINT", "SIGHUP"):
        if hasattr(signal, ignored):
            signal.signal(getattr(signal, ignored), signal.SIG_IGN)
    os.chdir(os.sep)
    if root.is_dir():
        handler = logging.handlers.RotatingFileHandler(
            root / "ingester.log", maxBytes=1 << 20, backupCount=1, delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger("runlake").addHandler(handler)
        logging.getLogger("runlake").setLevel(logging.INFO)
        sys.excepthook = lambda kind, problem, trace: _log.critical("stopped", exc_info=(kind, problem, trace))


if __name__ == "__main__":
    sys.exit(main())
