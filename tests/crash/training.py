"""A training process that is there to be killed: `training.py STORE ACKS PHASE [PART LINES]`.

It acknowledges each `log()` that returned by writing its step to the pipe ACKS, and keeps in the
shared file PHASE which part of the journal it is in, so that the killer can tell where it struck.
Where PART is given, it kills itself when it has come through so many LINES of code inside it.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlake.journal import disk, writer
from runlake.session import start_run

if TYPE_CHECKING:
    from types import FrameType

    from runlake.run import Run

IDLE, ENCODING, WRITING, ROTATING = range(4)


def watch(phase: mmap.mmap) -> None:
    """Note in `phase` when the journal encodes, writes and rotates."""

    def noting(code: int, inner: Any) -> Any:
        def outer(*args: Any, **kwargs: Any) -> Any:
            before, phase[0] = phase[0], code
            try:
                return inner(*args, **kwargs)
            finally:
                phase[0] = before

        return outer

    writer.Journal.points = noting(ENCODING, writer.Journal.points)  # type: ignore[method-assign]
    writer.Journal.rows = noting(ENCODING, writer.Journal.rows)  # type: ignore[method-assign]
    writer.Journal._close = noting(ROTATING, writer.Journal._close)  # type: ignore[method-assign]
    disk._write_at = noting(WRITING, disk._write_at)


def strike_inside(part: int, lines: int, phase: mmap.mmap) -> None:
    """Kill this process after so many lines of code inside a part of the journal."""
    left = lines

    def traced(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal left
        if event == "line" and phase[0] == part:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return traced

    sys.settrace(traced)


def main() -> None:
    """Log until killed."""
    store, acks, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    writer.POINTS_LIMIT = 500
    with Path(path).open("r+b") as file:
        phase = mmap.mmap(file.fileno(), 1)
    watch(phase)
    run = start_run("crash/kill", "victim", params={"pid": os.getpid()}, store=store, capture=False)
    os.write(acks, run.id.encode())
    if sys.argv[4:]:
        strike_inside(int(sys.argv[4]), int(sys.argv[5]), phase)
    log_on(run, acks)


def log_on(run: Run, acks: int) -> None:
    """Log, and acknowledge what has returned."""
    step = 0
    while True:
        run.log(
            {"loss": step / 2, "acc": float(step), "note": "x"}
            if step % 50 == 49
            else {"loss": step / 2, "acc": float(step)},
            step=step,
        )
        os.write(acks, struct.pack("<q", step))
        step += 1


if __name__ == "__main__":
    main()
