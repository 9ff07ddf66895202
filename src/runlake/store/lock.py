"""Locks between processes: who may bring a journal root's journals into the tables, who may maintain a store."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.journal import is_bucket, make_root
from runlake.journal.owner import machine_id
from runlake.store.sharing import open_up

if TYPE_CHECKING:
    from collections.abc import Iterator

# Machines may share a home and with it a journal root. Each brings in its own journals alone, so
# none has to wait for another's ingester.
LOCK = f"ingester-{machine_id()}.lock"
MAINTENANCE = "maintenance.lock"
_held: set[int] = set()


def draining(root: Path) -> contextlib.AbstractContextManager[bool]:
    """Hold the lock of a journal root for the block if it is free; gives whether it is held. Never waits.

    Raises:
        OSError: the lock file cannot be opened.
    """
    return _holding(root / LOCK, 0o600)


def maintaining(uri: str) -> contextlib.AbstractContextManager[bool]:
    """Hold the lock of a store's maintenance for the block if it is free; gives whether it is held. Never waits.

    A bucket has no locks: there the lock is this user's on this machine, and what machines do at once
    has to be safe without.

    Raises:
        OSError: the lock file cannot be opened.
    """
    if is_bucket(uri):
        return _holding(make_root(uri) / MAINTENANCE, 0o600)
    return _holding(Path(uri) / MAINTENANCE, 0o666)  # whoever may write the store may maintain it


@contextlib.contextmanager
def _holding(lock: Path, mode: int) -> Iterator[bool]:
    fd = _opened(lock, mode)
    _held.add(fd)
    try:
        yield _acquire(fd) and _is_at(fd, lock)
    finally:
        if fd in _held:  # not so in a child that was forked inside the block
            _held.discard(fd)
            _release(fd)
            os.close(fd)


def _opened(lock: Path, mode: int) -> int:
    own = getattr(os, "O_CLOEXEC", 0)  # not for programs that are started meanwhile
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CREAT | own, mode)
    except PermissionError:
        if not lock.exists():
            raise
        return os.open(lock, os.O_RDONLY | own)  # somebody else's: to lock it takes no right to write
    open_up(lock, lock=True)
    return fd


def holds(root: Path) -> bool:
    """Whether the lock that this process holds is still the one that others see: a journal root may be deleted."""
    return any(_is_at(fd, root / LOCK) for fd in list(_held))


def _is_at(fd: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), lock.stat())
    except OSError:
        return False


if os.name == "nt":
    import msvcrt

    def _acquire(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # exists on Windows alone
        except OSError:
            return False
        return True

    def _release(fd: int) -> None:
        """Do nothing: closing is enough."""

else:
    import fcntl

    def _acquire(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(fd: int) -> None:
        # closing alone would leave the lock to a child that was forked meanwhile
        fcntl.flock(fd, fcntl.LOCK_UN)


def _release_in_child() -> None:
    # A lock of this kind lives as long as any copy of its descriptor, and a fork makes one.
    for fd in _held:
        with contextlib.suppress(OSError):
            os.close(fd)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_in_child)
