"""The files of a store that is a folder, and how files get durable on a local disk."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from runlake.store.files import Entry, tell_nobody
from runlake.store.filesystem import fault_of
from runlake.store.sharing import make_folder, make_store_folder, open_up, open_up_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """Files below a folder; see `Files` for what each method promises."""

    path: Path

    @property
    def uri(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def options(self) -> Mapping[str, str]:
        """Nothing: engines need no more than the path."""
        return {}

    def below(self, name: str) -> Folder:
        """Return a folder inside this one."""
        return Folder(self.path / name)

    def listing(self, folder: str = "") -> list[Entry]:
        """List the files directly in a folder."""
        prefix = f"{folder}/" if folder else ""
        found = []
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.path / folder) as entries:
            for entry in entries:
                # one may go while the others are looked at
                with contextlib.suppress(FileNotFoundError):
                    if entry.is_file():
                        found.append(_entry(prefix + entry.name, entry.stat()))
        return found

    def entry(self, name: str) -> Entry:
        """Look at one file."""
        return _entry(name, (self.path / name).stat())

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.path / name).is_file()

    def read(self, name: str) -> bytes:
        """Return all bytes of a file."""
        return (self.path / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        return (self.path / name).open("rb")

    def put_once(self, name: str, content: bytes) -> bool:
        """Create a file whole and durable, or not at all."""
        target = self.path / name
        make_folder(target.parent)
        done = put_once(target, content)
        self._sync_up(target.parent)
        return done

    @contextlib.contextmanager
    def new(self, name: str) -> Iterator[Path]:
        """Give a path to write to, in the folder where the file is to be."""
        target = self.path / name
        make_folder(target.parent)
        draft = _draft(target)
        try:
            yield draft
            sync_file(draft)
            open_up(draft)  # a link has kept the mode and the group of its source, which is its user's alone
            draft.replace(target)
            self._sync_up(target.parent)
        finally:
            draft.unlink(missing_ok=True)

    def add(self, source: Path, name: str) -> None:
        """Store a finished local file, as the same file under another name where that can be."""
        with self.new(name) as draft:
            try:
                os.link(source, draft)
            except OSError:
                shutil.copyfile(source, draft)

    def move(self, name: str, to: str) -> None:
        """Give a file another name."""
        source, target = self.path / name, self.path / to
        make_folder(target.parent)
        source.replace(target)
        self._sync_up(target.parent)
        sync_folder(source.parent)

    def remove(self, names: Iterable[str], on_each: Callable[[str], None] = tell_nobody) -> None:
        """Remove files for good."""
        folders = set()
        for name in names:
            path = self.path / name
            path.unlink(missing_ok=True)
            folders.add(path.parent)
            on_each(name)
        for folder in folders:
            sync_folder(folder)

    def sync(self, names: Iterable[str]) -> None:
        """Make durable what an engine wrote, and as open as its folder."""
        paths = [self.path / name for name in names]
        for folder in {path.parent for path in paths}:
            open_up_log(folder, [path for path in paths if path.parent == folder])
        for path in paths:
            sync_file(path)
        for folder in {path.parent for path in paths}:
            sync_folder(folder)

    def prepare(self) -> None:
        """Make the folder, and try whether what a store needs works in it."""
        make_store_folder(self.path)
        if fault := fault_of(self.path):
            with contextlib.suppress(OSError):
                self.path.rmdir()
            raise OSError(fault)
        sync_folder(self.path.parent)

    def _sync_up(self, folder: Path) -> None:
        """Bring the names of a folder to the disk, and those of the folders above it: each of them may be new."""
        while folder != self.path:
            sync_folder(folder)
            folder = folder.parent
        sync_folder(folder)

    def may_write(self) -> bool:
        """Whether the folder is not there yet or this user may write to it."""
        return not os.access(self.path, os.F_OK) or os.access(self.path, os.W_OK)


def put_once(path: Path, content: bytes) -> bool:
    """Create a file whole and synced, or not at all; False where somebody else was first."""
    draft = _draft(path)
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        open_up(draft)
        os.link(draft, path)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    else:
        return True
    finally:
        draft.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Bring a file's bytes to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk: a new name can vanish while its bytes survive."""
    if os.name != "nt":
        sync_file(path)


def _draft(target: Path) -> Path:
    # engines leave out what begins with a dot; the ending stays, by which vacuum knows what was left by a kill
    return target.with_name(f".{os.urandom(6).hex()}.{target.name}")


def _entry(name: str, facts: os.stat_result) -> Entry:
    return Entry(name, facts.st_size, facts.st_mtime)
