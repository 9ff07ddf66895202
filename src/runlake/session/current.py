"""The runs that are open in this process: which one is current, and what happens to them at exit."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from runlake.run import Run

_Hook = Callable[[type[BaseException], BaseException, "TracebackType | None"], object]
_context: ContextVar[Run | None] = ContextVar("runlake_run", default=None)
_open: list[Run] = []
_problem: BaseException | None = None
_hooked = False
_ended = False


def current_run() -> Run | None:
    """Return the run that this context started last, else the one that the process did; None without any."""
    run = _context.get()
    if run is not None and run in _open:
        return run
    return _open[-1] if _open else None


def opened(run: Run) -> None:
    """Remember an open run."""
    _install()
    _open.append(run)
    _context.set(run)


def closed(run: Run) -> None:
    """Forget a run that ends."""
    if run in _open:
        _open.remove(run)


def has_ended() -> bool:
    """Whether this process has ended its runs at exit: what an exit callback starts now, nobody ends any more."""
    return _ended


def open_runs() -> list[Run]:
    """List the open runs, oldest first."""
    return list(_open)


def in_notebook() -> bool:
    """Whether this process is a notebook kernel, where one cell may be run again and again."""
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


def finish_previous(*, unless: str | None) -> None:
    """End the runs that an earlier start of a cell left open, but for the parent of the new one."""
    for run in reversed(open_runs()):
        if run.id != unless:
            run.finish()


def _install() -> None:
    global _hooked
    if not _hooked:
        _hooked = True
        sys.excepthook = _remember(sys.excepthook)
        atexit.register(_finish_all)
        if hasattr(os, "register_at_fork"):
            # Runs belong to the process that started them; a child must not end them at its own exit.
            os.register_at_fork(after_in_child=_open.clear)


def _remember(hook: _Hook) -> _Hook:
    def excepthook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        global _problem
        _problem = None if hasattr(sys, "ps1") else problem  # a slip at the prompt ends no run
        hook(kind, problem, trace)

    return excepthook


def _finish_all() -> None:
    global _ended
    _ended = True  # a callback that is registered while callbacks run is never called, in no version of Python
    for run in reversed(open_runs()):
        run.__exit__(None, _problem, None)
