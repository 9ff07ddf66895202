"""Names of runs that were given none: date, entry point and the next free version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlake.journal import make_root

if TYPE_CHECKING:
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: numbers may repeat there when two processes start in the same instant
    fcntl = None  # type: ignore[assignment]


def next_name(uri: str, experiment_id: str, stem: str) -> str:
    """Return `<stem>_v<n>` with the next n that this machine has not given in the experiment.

    The count is kept beside the journals, because a start must not wait for the tables. Names
    are not ids: two machines may give the same one.
    """
    try:
        folder = make_root(uri) / "names"
        folder.mkdir(mode=0o700, exist_ok=True)
        return f"{stem}_v{_next(folder / f'{experiment_id}.{stem}')}"
    except OSError:
        return f"{stem}_v{os.getpid()}"


def _next(path: Path) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(fd, "r+") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        last = file.read()
        number = int(last) + 1 if last.isdecimal() else 1
        file.seek(0)
        file.write(str(number))
    return number
