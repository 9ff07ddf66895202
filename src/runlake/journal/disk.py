"""The file of an open segment, and what happens when the disk does not take it.

Nothing here raises for a failing disk: a record that cannot be written is held in memory, up to
`HELD_LIMIT`, and written once the disk recovers. What does not fit is counted.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HELD_LIMIT = 64 * 1024 * 1024
RETRY_S = 1.0
_CHUNK = 256 * 1024

_log = logging.getLogger("runlake")


class SegmentFile:
    """An append-only file that keeps its promises or says that it could not.

    Attributes:
        end: bytes written and acknowledged.
        lost: records that found no room on disk or in memory.
        problem: the last error of the disk, None while all is well.
    """

    __slots__ = ("_allocated", "_fd", "_held", "_held_bytes", "_prepare", "_retry_at", "end", "lost", "path", "problem")

    def __init__(self, path: Path, *, prepare: Callable[[], None]) -> None:
        self.path = path
        self._prepare = prepare
        self.end = 0
        self.lost = 0
        self.problem: str | None = None
        self._fd = -1
        self._allocated = 0
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._retry_at = 0.0

    @property
    def held_bytes(self) -> int:
        """Bytes that wait in memory for the disk."""
        return self._held_bytes

    def append(self, record: bytes, *, needed: bool = False) -> bool:
        """Write one record, or hold it in memory.

        Args:
            record: whole record.
            needed: hold it even beyond the limit, because later records make no sense without it.

        Returns:
            False where the record is lost.
        """
        if self._held or self._fd < 0:
            return self._append_when_able(record, needed)
        try:
            self._write(record)
        except OSError as problem:
            self._fail(problem)
            return self._hold(record, needed)
        return True

    def close(self, last: bytes, *, sync: Iterable[Path] | None) -> bool:
        """Write the last bytes, cut the unused tail and close; False where the disk does not take it yet.

        Args:
            last: what closes the segment.
            sync: bring the file to the disk, and these with it; None leaves that to the system.
        """
        if not self.flush(now=True):
            return False
        before = self.end
        try:
            self._write(last)
            os.ftruncate(self._fd, self.end)
        except OSError as problem:
            self.end = before  # nothing may follow the last bytes: the next record takes their place
            self._fail(problem)
            return False
        try:
            if os.fstat(self._fd).st_nlink == 0:
                self._report(f"{self.path} was deleted while it was written")
            elif sync is not None:
                getattr(os, "fdatasync", os.fsync)(self._fd)
                for path in (*sync, self.path.parent):  # on ext4 a new name can vanish while its bytes survive
                    _sync_path(path)
        except OSError as problem:
            self._report(f"the journal {self.path} is written, but a power cut may cost it: {problem}")
        self.abandon()
        return True

    def abandon(self) -> None:
        """Close the descriptor and forget the rest: a forked child does so with its parent's file."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
        self._fd = -1
        self._held.clear()

    def _write(self, record: bytes) -> None:
        size = len(record)
        if self.end + size > self._allocated:
            self._allocate(self.end + size)
        written = _write_at(self._fd, record, self.end)
        if written != size:
            # Cut the torn record off, so that whoever reads the file meanwhile finds a clean end.
            os.ftruncate(self._fd, self.end)
            self._allocated = self.end
            raise OSError(28, f"short write: {written} of {size} bytes")
        self.end += size

    def _allocate(self, size: int) -> None:
        # A full disk shows here, between records, and not in the middle of one.
        target = (size // _CHUNK + 1) * _CHUNK
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._fd, self._allocated, target - self._allocated)
        self._allocated = target

    def _append_when_able(self, record: bytes, needed: bool) -> bool:
        if not self.flush():
            return self._hold(record, needed)
        return self.append(record, needed=needed)

    def flush(self, *, now: bool = False) -> bool:
        """Write what is held in memory, trying at most once a second unless `now`; False where it still waits."""
        if self._fd >= 0 and not self._held:
            return True
        if time.monotonic() < self._retry_at and not now:
            return False
        try:
            if self._fd < 0:
                self._prepare()
                self._fd = _create(self.path, resume=self.end > 0)
            while self._held:
                self._write(self._held[0])
                self._held_bytes -= len(self._held.popleft())
        except OSError as problem:
            self._fail(problem)
            return False
        if self.problem is not None:
            _log.warning("runlake: the journal can be written again (%s)", self.path)
            self.problem = None
        return True

    def _hold(self, record: bytes, needed: bool) -> bool:
        if self._held_bytes + len(record) > HELD_LIMIT and not needed:
            self.lost += 1
            return False
        self._held.append(record)
        self._held_bytes += len(record)
        return True

    def _fail(self, problem: OSError) -> None:
        self._retry_at = time.monotonic() + RETRY_S
        self._report(f"the journal {self.path} cannot be written: {problem}; records are held in memory meanwhile")

    def _report(self, text: str) -> None:
        if self.problem is None:
            _log.warning("runlake: %s", text)
        self.problem = text


def _create(path: Path, *, resume: bool) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags if resume else flags | os.O_EXCL, 0o600)


def _pwrite(fd: int, data: bytes, offset: int) -> int:
    os.lseek(fd, offset, os.SEEK_SET)
    return os.write(fd, data)


_write_at: Callable[[int, bytes, int], int] = getattr(os, "pwrite", _pwrite)  # Windows has no pwrite


def _sync_path(path: Path) -> None:
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return  # a spooled file that is in the store already
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
