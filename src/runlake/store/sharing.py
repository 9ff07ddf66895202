"""A store is as open as its folder: what Runlake makes in it can be used by whom the folder lets in.

The umask is a habit of one user; the mode of the store's folder is what its users agreed on. So
files get at least the read bits that their folder has for group and others, folders all its bits,
and both its group, where this user may give it. Nothing is taken away, and nothing is done to what
belongs to somebody else.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Data and commits are never written again; a lock is opened for writing by whoever takes it.
_FILE, _LOCK = 0o044, 0o066
_FOLDER = stat.S_ISGID | 0o077
_FOR_GROUP = stat.S_ISGID | 0o070
_HAS_MODES = os.name == "posix"


def open_up(path: Path, *, lock: bool = False) -> None:
    """Make a file or folder of this user's as open as the folder that it is in; does nothing to anybody else's.

    A file system without modes, or one that refuses, leaves it as it was made: `runlake doctor` finds that.
    """
    _pass_on(path, _LOCK if lock else _FILE, _FOLDER)


def make_folder(path: Path) -> None:
    """Make a folder inside a store, and those above it that are missing, each as open as the one above.

    Raises:
        OSError: it cannot be made.
    """
    for missing in _missing(path):
        with contextlib.suppress(FileExistsError):
            missing.mkdir()
            open_up(missing)


def make_store_folder(path: Path) -> None:
    """Make the folder of a new store: shared from the start where the one above is shared by a group.

    That is a folder whose entries inherit its group (setgid). Elsewhere the umask decides, as for any folder.

    Raises:
        OSError: it cannot be made.
    """
    for missing in _missing(path):
        with contextlib.suppress(FileExistsError):
            missing.mkdir()
            if missing.parent.stat().st_mode & stat.S_ISGID:
                _pass_on(missing, 0, _FOR_GROUP)


def open_up_log(log: Path, commits: Iterable[Path]) -> None:
    """Open up what the engine has just written into a log with the umask of this process: commits and checkpoints.

    Args:
        log: folder of the log.
        commits: the newest ones; where they are open enough, so is the rest, and nothing is looked at.

    Raises:
        OSError: the log cannot be read.
    """
    if any(map(_is_closed, commits)):
        open_up_all(log)


def open_up_all(folder: Path) -> None:
    """Open up the files of this user in a folder.

    Raises:
        OSError: the folder cannot be listed.
    """
    for entry in os.scandir(folder):
        open_up(Path(entry.path))


def follow(store: Path) -> None:
    """Set the umask of this process to what a store's folder asks for: for a process that does nothing else.

    What is made can be read from the first moment then; `open_up` comes a moment later.
    """
    if not _HAS_MODES:
        return
    with contextlib.suppress(OSError):
        asked = store if store.exists() else store.parent
        mode = asked.stat().st_mode
        if asked == store or mode & stat.S_ISGID:
            bits = _FOLDER if asked == store else _FOR_GROUP
            # a umask cannot tell files from folders: who may add to a folder, `make_folder` says
            os.umask(os.umask(0o077) & ~(mode & bits & 0o055))


@dataclass(frozen=True, slots=True)
class Closed:
    """Parts of a store that this user cannot use as its folder says.

    Attributes:
        unwritable: folders that nothing can be added to.
        unreadable: files that cannot be read.
        owners: uids of both.
    """

    unwritable: tuple[Path, ...] = ()
    unreadable: tuple[Path, ...] = ()
    owners: tuple[int, ...] = ()


def closed_parts(store: Path) -> Closed:
    """List what is closed to this user: folders only where the store's own folder can be written, files in any case.

    Raises:
        OSError: the store's folder cannot be read.
    """
    writes = os.access(store, os.W_OK | os.X_OK)
    folders = [folder for folder in _folders(store) if _denied(folder, os.R_OK | os.X_OK | (os.W_OK if writes else 0))]
    files = [file for file in _files(store) if _denied(file, os.R_OK)]
    return Closed(tuple(folders), tuple(files), tuple(sorted(_owners([*folders, *files]))))


def writers_of(store: Path) -> set[int]:
    """Return the uids of those who have added to a store: the owners of its folders and of the files in them.

    Raises:
        OSError: the store's folder cannot be read.
    """
    return _owners([*_folders(store), *_files(store)])


def _pass_on(path: Path, to_file: int, to_folder: int) -> None:
    if not _HAS_MODES:
        return
    # By descriptor, and never through a link: root may work in a folder that others can change meanwhile.
    with contextlib.suppress(OSError):
        above = path.parent.stat()
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mine = os.fstat(fd)
            if mine.st_uid == os.geteuid():
                bits = above.st_mode & (to_folder if stat.S_ISDIR(mine.st_mode) else to_file)
                _set(fd, mine, bits, above.st_gid)
        finally:
            os.close(fd)


def _set(fd: int, mine: os.stat_result, bits: int, group: int) -> None:
    mode = mine.st_mode
    if mine.st_gid != group:
        try:
            os.fchown(fd, -1, group)
        except OSError:
            bits &= 0o007  # this user is not in the group: its bits would be for another one
    if mode | bits != mode:
        os.fchmod(fd, stat.S_IMODE(mode | bits))


def _is_closed(file: Path) -> bool:
    """Whether a file of this user's is less open than its folder."""
    try:
        mine, above = file.stat(), file.parent.stat()
    except FileNotFoundError:
        return False
    if not _HAS_MODES or mine.st_uid != os.geteuid():
        return False
    in_group = mine.st_gid == above.st_gid
    asked = above.st_mode & (_FILE if in_group else _FILE & 0o007)
    return bool(asked & ~mine.st_mode) or not (in_group or above.st_gid not in {os.getegid(), *os.getgroups()})


def _missing(path: Path) -> list[Path]:
    """List the folders that are not there yet, the uppermost first."""
    missing: list[Path] = []
    while not path.is_dir() and path != path.parent:
        missing.insert(0, path)
        path = path.parent
    return missing


def _folders(store: Path) -> Iterator[Path]:
    """Walk the folders of a store, those that this user may not look into among them."""
    for folder, names, _ in os.walk(store):
        yield from (Path(folder, name) for name in names)


def _files(store: Path) -> Iterator[Path]:
    """Walk the files of the tables and the marker; blobs are too many, and read one at a time."""
    for folder, names, files in os.walk(store):
        if Path(folder) == store:
            names[:] = [name for name in names if name != "blobs"]
        yield from (Path(folder, name) for name in files if not name.startswith("."))


def _owners(paths: Iterable[Path]) -> set[int]:
    found = set()
    for path in paths:
        with contextlib.suppress(OSError):  # gone meanwhile
            found.add(path.lstat().st_uid)
    return found


def _denied(path: Path, wanted: int) -> bool:
    return not os.access(path, wanted) and os.path.lexists(path)
