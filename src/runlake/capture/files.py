"""Digests of files and directories, which notice what changes while they are read."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

from runlake.capture.datasets import DataIdentity

_CHUNK = 2**20
_TAG = b"runlake-directory-v1\0"


class _Read(NamedTuple):
    sha256: str
    size: int
    changed: bool


def of_file(path: Path) -> DataIdentity:
    """Identify a file by the SHA-256 of its bytes.

    Raises:
        OSError: it cannot be read.
    """
    read = _digest(path)
    return _identity("file", read.sha256, read.changed, {"bytes": read.size, "files": 1})


def of_directory(path: Path) -> DataIdentity:
    """Identify a directory: SHA-256 over a line for each file, sorted by name.

    A line is digest, size and relative path, `<64 hex> <size> <path>` and a zero byte; a tag comes first.
    Links to files count as the files; links to directories are followed once; empty folders do not count.

    Raises:
        OSError: a file cannot be read.
    """
    names = _names(path)
    whole, total, changed = hashlib.sha256(_TAG), 0, False
    for name in names:
        read = _digest(path / name)
        total += read.size
        changed = changed or read.changed
        whole.update(f"{read.sha256} {read.size} ".encode() + os.fsencode(Path(name).as_posix()) + b"\0")
    changed = changed or _names(path) != names
    return _identity("directory", whole.hexdigest(), changed, {"bytes": total, "files": len(names)})


def _identity(kind: str, digest: str, changed: bool, facts: dict[str, Any]) -> DataIdentity:
    if changed:
        return DataIdentity(
            kind, facts={**facts, "changed_while_read": True, "problem": "it changed while it was read"}
        )
    return DataIdentity(kind, f"sha256:{digest}", digest, facts)


def _names(root: Path) -> list[str]:
    names, seen = [], set()
    for folder, subfolders, files in os.walk(root, followlinks=True):
        facts = os.stat(folder)  # noqa: PTH116 - os.walk gives text
        if (facts.st_dev, facts.st_ino) in seen:
            subfolders.clear()
            continue
        seen.add((facts.st_dev, facts.st_ino))
        subfolders.sort()
        names += [os.path.relpath(os.path.join(folder, name), root) for name in files]  # noqa: PTH118 - as above
    return sorted(names, key=os.fsencode)


def _digest(path: Path) -> _Read:
    digest = hashlib.sha256()
    # Without waiting for the other end of a pipe.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise OSError(f"{path.name} is no regular file")
        size, buffer = 0, bytearray(_CHUNK)
        view = memoryview(buffer)
        # A file that grows all the time must not be followed for ever.
        while size <= before.st_size and (count := file.readinto(buffer)):
            digest.update(view[:count])
            size += count
        after = os.fstat(file.fileno())
    # The name may stand for another file by now: that is a change as well.
    now = path.stat()
    changed = size != before.st_size or len({_state(before), _state(after), _state(now)}) > 1
    return _Read(digest.hexdigest(), size, changed)


def _state(facts: os.stat_result) -> tuple[int, ...]:
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
