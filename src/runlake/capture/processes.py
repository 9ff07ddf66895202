"""Ask another program with bounded time and bounded output."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence


class Output(NamedTuple):
    """What a program said.

    Attributes:
        status: its exit status; negative where a signal ended it.
        text: its standard output, at most as long as allowed.
        cut: there was more.
        timed_out: it was ended because it took too long.
    """

    status: int
    text: bytes
    cut: bool
    timed_out: bool


def ask(
    command: Sequence[str],
    *,
    timeout_s: float,
    max_bytes: int = 2**20,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Output:
    """Run `command` without a shell, input or terminal and return what it writes to standard output.

    Raises:
        OSError: it cannot be started; FileNotFoundError where it is not installed.
    """
    import subprocess
    import threading

    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=env,
        # Its own group, so that what it started ends with it and an interrupt at the terminal does not reach it.
        start_new_session=True,
    )
    late = threading.Event()

    def end_it() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(max(0.0, timeout_s), end_it)
    timer.daemon = True
    timer.start()
    try:
        pipe = process.stdout
        text = b"" if pipe is None else pipe.read(max_bytes + 1)
        cut = len(text) > max_bytes
        if cut:
            _kill(process)
        status = process.wait()
    finally:
        timer.cancel()
        if process.stdout is not None:
            process.stdout.close()
    return Output(status, text[:max_bytes], cut, late.is_set())


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
