"""What lies in the journals of a store on this machine."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.journal.owner import Owner, boot_id, machine_id, pid_namespace, process_started
from runlake.journal.place import OWNER_FILE

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class WriterFolder:
    """The journal of one process.

    Attributes:
        owner: None where the owner file is missing or makes no sense.
        local: whether this process may say that the owner is dead.
        alive: whether the owner lives, or may live.
        segments: link number -> file, ascending.
    """

    path: Path
    writer: str
    owner: Owner | None
    local: bool
    alive: bool
    segments: dict[int, Path]


def writers(root: Path) -> list[WriterFolder]:
    """List the journals below a store's journal root, oldest writer folder first; [] where there is none."""
    if not root.is_dir():
        return []
    folders = [path for path in root.iterdir() if path.is_dir() and os.access(path / OWNER_FILE, os.F_OK)]
    return [_folder(path) for path in sorted(folders, key=lambda p: (p.stat().st_mtime_ns, p.name))]


def _folder(path: Path) -> WriterFolder:
    try:
        owner = read_owner((path / OWNER_FILE).read_text())
    except (OSError, ValueError):
        owner = None
    segments = {int(p.stem): p for p in path.glob("*.seg") if p.stem.isdigit()}
    return WriterFolder(
        path=path,
        writer=path.name,
        owner=owner,
        local=owner is not None and is_local(owner),
        alive=owner is None or is_alive(owner),
        segments=dict(sorted(segments.items())),
    )


def read_owner(text: str) -> Owner:
    """Read the owner of a journal back.

    Raises:
        ValueError: the text is not an owner.
    """
    try:
        facts = json.loads(text)
        machine, boot, namespace, started = (str(facts[name]) for name in ("machine", "boot", "namespace", "started"))
        return Owner(machine, boot, namespace, int(facts["pid"]), started, int(facts["uid"]))
    except (KeyError, TypeError, OverflowError) as problem:
        raise ValueError(f"not the owner of a journal: {text[:80]!r}") from problem


def is_local(owner: Owner) -> bool:
    """Whether this process can tell if the owner lives: same machine and same pid namespace.

    A namespace that went with an earlier boot counts as local: after a reboot nothing of it lives.
    """
    if owner.machine != machine_id():
        return False
    return owner.boot != boot_id() or owner.namespace == pid_namespace()


def is_alive(owner: Owner) -> bool:
    """Whether the owner's process exists; True where that cannot be known from here."""
    if not is_local(owner):
        return True
    return owner.boot == boot_id() and process_started(owner.pid) == owner.started
