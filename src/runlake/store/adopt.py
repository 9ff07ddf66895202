"""Taking over journals of a machine or container that is gone, on somebody's word that it is.

Nobody can tell from here whether the process of another machine lives, so its journal waits for
that machine. A container that comes back under another name never does. Who knows that it is gone
says so, and its journals become those of a dead process of this machine.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.journal import OWNER_FILE, Owner, writers
from runlake.journal.owner import machine_id
from runlake.store.folder import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.journal import WriterFolder

# A run that lives gives a sign of life every minute.
SILENT_S = 300.0
_GONE = "adopted"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A journal whose process this machine cannot judge.

    Attributes:
        pid: of its process, there; None where its owner file makes no sense.
        silent_s: since when nothing was written to it, seconds.
    """

    path: Path
    writer: str
    pid: int | None
    silent_s: float

    @property
    def is_silent(self) -> bool:
        """Whether a process that lives would have written meanwhile."""
        return self.silent_s >= SILENT_S


def foreign_journals(root: Path) -> list[Foreign]:
    """List the journals below a journal root that wait for another machine or container.

    Raises:
        OSError: the folder cannot be read or written.
    """
    found = [folder for folder in writers(root) if not folder.local and folder.segments]
    if not found:
        return []
    now = _now_at(root)
    return [
        Foreign(folder.path, folder.writer, folder.owner.pid if folder.owner else None, now - _written_at(folder))
        for folder in found
    ]


def adopt(journal: Foreign) -> None:
    """Make it the journal of a process of this machine that is dead.

    Raises:
        OSError: it cannot be written.
    """
    owner = Owner(machine=machine_id(), boot=_GONE, namespace="", pid=journal.pid or 0, started="", uid=-1)
    draft = journal.path / f".{OWNER_FILE}.{os.urandom(6).hex()}"
    draft.write_text(owner.to_json())
    draft.replace(journal.path / OWNER_FILE)
    sync_folder(journal.path)


def _written_at(folder: WriterFolder) -> float:
    times = [0.0]
    for path in folder.segments.values():
        with contextlib.suppress(FileNotFoundError):  # delivered meanwhile
            times.append(path.stat().st_mtime)
    return max(times)


def _now_at(root: Path) -> float:
    """Return the time by the clock that the files have: a network disk may have one of its own."""
    with tempfile.NamedTemporaryFile(dir=root, prefix=".now.") as file:
        return os.fstat(file.fileno()).st_mtime
