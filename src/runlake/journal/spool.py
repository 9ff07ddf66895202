"""Bytes that wait on local disk to become blobs of the store."""

from __future__ import annotations

import os
import shutil
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.journal.writer import Journal


def spool_path(root: Path, name: str) -> Path:
    """Return where a spooled file lies, given the store's journal root."""
    return root / "spool" / name


def spool(journal: Journal, source: Path | bytes, *, name: str | None = None) -> tuple[str, int]:
    """Copy a file or bytes into the spool; (name in the spool, size in bytes).

    Args:
        journal: whose next synced close brings the copy to the disk.
        source: a file, or bytes.
        name: name in the spool, for content that several rows share; a second copy is not made then.

    Raises:
        OSError: the source cannot be read or the spool cannot be written.
    """
    target = spool_path(journal.root, name or uuid.uuid4().hex)
    if name is None or not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            _copy(source, draft)
            draft.replace(target)  # the ingester sees a name with all its bytes or no name
        finally:
            draft.unlink(missing_ok=True)
        journal.spooled(target)
    return target.name, target.stat().st_size


def _copy(source: Path | bytes, target: Path) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write:
        if isinstance(source, bytes):
            write.write(source)
            return
        with source.open("rb") as read:
            try:
                # shares the blocks where the file system can
                while os.copy_file_range(read.fileno(), write.fileno(), 1 << 30):
                    pass
            except (AttributeError, OSError):
                read.seek(0)
                write.seek(0)
                write.truncate()
                shutil.copyfileobj(read, write, 1 << 20)
