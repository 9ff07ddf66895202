"""What lies in a journal root and may be brought into the tables now."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.journal import OWNER_FILE, WriterFolder, is_alive, is_local, read_owner, state
from runlake.journal.owner import machine_id

if TYPE_CHECKING:
    from runlake.store.decode import Origin

_SEGMENT = re.compile(r"[0-9]{1,18}\.seg")
# A folder that has changed this shortly ago may change again without its time changing.
_SETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One segment that may be delivered.

    Attributes:
        left: its process died before it closed the segment.
        urgent: it should be in the tables within seconds.
        trusted: this process has watched it appear, so it cannot be in the tables yet.
    """

    writer: str
    link: int
    path: Path
    size: int
    left: bool
    urgent: bool
    trusted: bool

    @property
    def origin(self) -> Origin:
        """Writer and link."""
        return self.writer, self.link


@dataclass(frozen=True, slots=True)
class Backlog:
    """One look at a journal root.

    Attributes:
        waiting: segments to deliver, those of a writer in the order of their links.
        dead: folders of local processes that are gone.
        live: whether a local process still writes here.
        problems: sentences about what lies here and cannot be delivered.
    """

    waiting: list[Waiting]
    dead: list[WriterFolder]
    live: bool
    problems: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(w.size for w in self.waiting)


@dataclass(slots=True)
class Watch:
    """Looks at a journal root again and again, and remembers what it has seen appear.

    Attributes:
        own: writers of the caller's own journals: nobody has to wait for those.
    """

    root: Path
    own: set[str] = field(default_factory=set)
    _folders: dict[str, tuple[int, WriterFolder]] = field(default_factory=dict)
    _seen: dict[Origin, bool] = field(default_factory=dict)
    _highest: dict[str, int] = field(default_factory=dict)
    _closed: dict[Path, str] = field(default_factory=dict)
    _looked: bool = False

    def look(self) -> Backlog:
        """List what may be delivered now."""
        waiting: list[Waiting] = []
        dead: list[WriterFolder] = []
        problems: list[str] = []
        live = False
        folders = self.folders()
        paths = {path for folder in folders for path in folder.segments.values()}
        self._closed = {path: how for path, how in self._closed.items() if path in paths}
        for folder in folders:
            gone = folder.local and not folder.alive
            live = live or (folder.local and folder.alive and folder.writer not in self.own)
            if folder.owner is None or folder.owner.machine != machine_id():
                whose = "of unknown origin" if folder.owner is None else "of another machine"
                if not os.access(folder.path, os.R_OK | os.X_OK):
                    problems.append(f"{folder.path} cannot be read: it is another user's journal")
                elif folder.segments:
                    problems.append(f"{len(folder.segments)} journal segments {whose} wait in {folder.path}")
                continue
            waiting.extend(self._of(folder, gone))
            if gone:
                dead.append(folder)
        self._looked = True
        return Backlog(waiting, dead, live, tuple(problems))

    def distrust(self, origin: Origin) -> None:
        """Look a segment up in the tables before it is delivered: the outcome of a commit is not known."""
        self._seen[origin] = False

    def delivered(self, waiting: Waiting) -> None:
        """Forget a segment that is in the tables and gone from the journal."""
        self._seen.pop(waiting.origin, None)
        self._closed.pop(waiting.path, None)

    def folders(self) -> list[WriterFolder]:
        """List the folders as `journal.writers` does, reading again only what has changed since."""
        try:
            entries = [(entry.name, entry.stat().st_mtime_ns) for entry in os.scandir(self.root) if entry.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        known = {name: self._folders[name] for name, _ in entries if name in self._folders}
        for name, changed in entries:
            if name not in known or known[name][0] != changed or time.time_ns() - changed < _SETTLED_NS:
                folder = _folder(self.root / name)
                known.pop(name, None)
                if folder is not None:
                    known[name] = changed, folder
        self._folders = known
        return [_still(folder) for _, folder in sorted(known.values(), key=lambda pair: (pair[0], pair[1].writer))]

    def _of(self, folder: WriterFolder, gone: bool) -> list[Waiting]:
        found: list[Waiting] = []
        for link, path in folder.segments.items():
            origin = (folder.writer, link)
            if origin not in self._seen:
                # A journal put back from a backup appears as well, but with links that have been here before.
                newer = link > self._highest.get(folder.writer, -1)
                self._seen[origin] = self._looked and folder.alive and newer
                self._highest[folder.writer] = max(link, self._highest.get(folder.writer, -1))
            how = self._state(path)
            if how is None or (how == "open" and not gone):
                continue
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                continue
            urgent = how != "closed"
            found.append(Waiting(folder.writer, link, path, size, how == "open", urgent, self._seen[origin]))
        return found

    def _state(self, path: Path) -> str | None:
        known = self._closed.get(path)
        if known is None:
            try:
                known = state(path)
            except OSError:
                return None
            if known != "open":
                self._closed[path] = known
        return known


def _folder(path: Path) -> WriterFolder | None:
    try:
        owner = read_owner((path / OWNER_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        owner = None
    try:
        entries = [entry for entry in os.scandir(path) if _SEGMENT.fullmatch(entry.name)]
    except OSError:
        entries = []  # another user's: `look` says so
    found = {int(entry.name[:-4]): Path(entry.path) for entry in entries}
    local = owner is not None and is_local(owner)
    return WriterFolder(path, path.name, owner, local, owner is None or is_alive(owner), dict(sorted(found.items())))


def _still(folder: WriterFolder) -> WriterFolder:
    """Look again whether the owner lives: nothing in its folder changes when it dies."""
    if folder.alive and folder.owner is not None and not is_alive(folder.owner):
        return replace(folder, alive=False)
    return folder
