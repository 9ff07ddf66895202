"""What is done for one open run beside logging: facts of its machine and code, console, samples."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any

from runlake.capture import capture_run, captured_cells
from runlake.run import file_row
from runlake.schema import ARTIFACTS, IDENTITIES, RUNS
from runlake.session import current
from runlake.session.background import Watched, background
from runlake.session.delivery import ensure_ingester

if TYPE_CHECKING:
    from runlake.capture import CapturedFile, Context, RunFacts
    from runlake.capture.console import ConsoleTee
    from runlake.capture.system import SystemSampler
    from runlake.run import Recorder, Run

WAIT_FOR_FACTS_S = 10.0

_tee: ConsoleTee | None = None
_tee_lock = threading.Lock()


class Care:
    """Looks after one run from its start to its end."""

    def __init__(self, recorder: Recorder, context: Context, *, everything: bool) -> None:
        self._recorder = recorder
        self._context = context
        self._everything = everything
        self._facts_done: threading.Event | None = None

    def identity(self) -> dict[str, Any]:
        """Return who starts the run, as columns of `identities`: what is known at once."""
        return self._context.identity()

    def begin(self, run: Run) -> None:
        """Find the facts, follow console and machine, in the background."""
        sampler = _sampler() if self._everything and self._context.is_live else None
        background.watch(Watched(run, self._recorder, sampler))
        if self._everything:
            if self._context.is_live and not current.has_ended():
                self._facts_done = background.do(self._find_facts)
            else:
                self._find_facts()
        if self._everything and self._context.is_live:
            _follow_console()

    def end(self, run: Run) -> None:
        """Wait for the facts of a run that was quicker than they are, and let go."""
        if self._facts_done is not None:
            self._facts_done.wait(WAIT_FOR_FACTS_S)
        if self._everything and self._context.is_live and (cells := captured_cells()) is not None:
            self._recorder.rows({ARTIFACTS: [self._file_row(cells)]})
        if _tee is not None:
            _tee.flush()
        background.forget(run.id)
        current.closed(run)
        ensure_ingester(self._recorder.journal.uri)

    def _find_facts(self) -> None:
        facts = capture_run(self._context)
        rows = {RUNS: [self._header(facts)], ARTIFACTS: [self._file_row(f) for f in facts.files]}
        actor = self._recorder.author.actor_id
        if self._recorder.journal.first_time(actor, json.dumps(facts.identity, sort_keys=True)):
            rows[IDENTITIES] = [IDENTITIES.row(ts=self._recorder.now(), actor_id=actor, **facts.identity)]
        self._recorder.rows({table: found for table, found in rows.items() if found})

    def _file_row(self, file: CapturedFile) -> list[Any]:
        digest = _digest(file.content)  # many runs of a process share these bytes
        return file_row(self._recorder, file.content, file.path, file.kind, metadata=file.metadata, sha256=digest)

    def _header(self, facts: RunFacts) -> list[Any]:
        return RUNS.row(ts=self._recorder.now(), **facts.header)


@functools.lru_cache(maxsize=1024)
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sampler() -> SystemSampler:
    from runlake.capture.system import SystemSampler  # psutil is slow to import, and not every run wants it

    return SystemSampler()


def _follow_console() -> None:
    global _tee
    with _tee_lock:
        if _tee is None:
            from runlake.capture.console import ConsoleTee

            _tee = ConsoleTee(_console_lines)
            _tee.install()


def _console_lines(lines: list[tuple[str, str]]) -> None:
    """Give what was printed to the run that was started last."""
    run = current.current_run()
    if run is not None:
        run.log_console(lines, redacted=True)
