"""The one background thread of a process: facts of the machine, signs of life, delivery of long runs.

It writes to the journal and nowhere else, and sleeps nearly always. A forked child gets its own
with its first run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlake.schema import RUNS
from runlake.session.delivery import ensure_ingester

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.capture.system import SystemSampler
    from runlake.run import Recorder, Run

TICK_S = 2.0
SAMPLE_EVERY_S = 10.0
FLUSH_EVERY_S = 60

_log = logging.getLogger("runlake")


@dataclass(slots=True)
class Watched:
    """An open run and what is done for it in the background."""

    run: Run
    recorder: Recorder
    sampler: SystemSampler | None
    sampled_at: float = 0.0
    beaten_at: float = field(default_factory=time.monotonic)


class Background:
    """Looks after the open runs of this process; starts its thread with the first one."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._watched: dict[str, Watched] = {}
        self._thread: threading.Thread | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def watch(self, watched: Watched) -> None:
        """Look after a run until `forget`."""
        with self._lock:
            self._watched[watched.run.id] = watched
        self._ensure_thread()

    def forget(self, run_id: str) -> None:
        """Stop looking after a run."""
        with self._lock:
            self._watched.pop(run_id, None)

    def do(self, job: Callable[[], None]) -> threading.Event:
        """Do a job soon, off the caller's thread; the event is set when it is done, or where there is no thread for it."""
        done = threading.Event()

        def whole() -> None:
            try:
                job()
            finally:
                done.set()

        self._jobs.put(whole)
        if not self._ensure_thread():
            done.set()
        return done

    def after_fork(self) -> None:
        """Begin anew in a forked child: the thread is not there."""
        self._begin()

    def _ensure_thread(self) -> bool:
        if self._thread is None or not self._thread.is_alive():
            thread = threading.Thread(target=self._loop, name="runlake", daemon=True)
            try:
                thread.start()
            except RuntimeError as problem:  # a limit of the system, or the interpreter ends
                _log.warning(
                    "runlake: no background thread (%s): facts, samples and signs of life are left out", problem
                )
                return False
            self._thread = thread
        return True

    def _loop(self) -> None:
        while True:
            try:
                with contextlib.suppress(queue.Empty):
                    self._jobs.get(timeout=TICK_S)()
                self._look_after_all()
            except Exception as problem:  # noqa: BLE001 - a thread inside somebody's training says what failed and goes on
                _log.warning("runlake: background work failed: %s: %s", type(problem).__name__, problem)

    def _look_after_all(self) -> None:
        with self._lock:
            watched = list(self._watched.values())
        for one in watched:
            _look_after(one)
        for uri in {one.recorder.journal.uri for one in watched}:
            ensure_ingester(uri)


def _look_after(one: Watched) -> None:
    now = time.monotonic()
    if one.sampler is not None and now - one.sampled_at >= SAMPLE_EVERY_S:
        one.sampled_at = now
        one.run.log_system(one.sampler.sample())
    if now - one.beaten_at >= FLUSH_EVERY_S:
        one.beaten_at = now
        at = one.recorder.now()
        one.recorder.rows({RUNS: [RUNS.row(ts=at, heartbeat_at=at)]})
    one.recorder.journal.close_by_period(FLUSH_EVERY_S)


background = Background()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=background.after_fork)
