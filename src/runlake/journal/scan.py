"""What lies in the journals of a store on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.journal.owner import Owner, is_alive, is_local

if TYPE_CHECKING:
    from pathlib import Path

OWNER_FILE = "owner.json"


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
    folders = [path for path in root.iterdir() if path.is_dir() and (path / OWNER_FILE).exists()]
    return [_folder(path) for path in sorted(folders, key=lambda p: (p.stat().st_mtime_ns, p.name))]


def _folder(path: Path) -> WriterFolder:
    try:
        owner = Owner.from_json((path / OWNER_FILE).read_text())
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
