"""Journal segments that cannot be read are kept aside with the reason, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.store.folder import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.journal import Segment
    from runlake.store.backlog import Waiting

QUARANTINE = "quarantine"


def put_away(root: Path, waiting: Waiting, reason: str) -> str | None:
    """Move a segment to the quarantine of its journal root; the sentence to report.

    A file of nothing but zeros is what a process leaves that died before its first record: it goes
    without a word.

    Raises:
        OSError: the file cannot be moved.
    """
    if not waiting.path.read_bytes().strip(b"\0"):
        waiting.path.unlink()
        return None
    folder = _folder(root)
    target = _free(folder / f"{waiting.writer}-{waiting.link:08d}.seg")
    target.with_suffix(".reason.txt").write_text(reason + "\n")
    waiting.path.replace(target)
    sync_folder(folder)
    return f"a journal segment cannot be used and was put aside as {target}: {reason}"


def keep_tail(root: Path, segment: Segment) -> str:
    """Copy what follows the last whole record of a segment before it is cut off; the sentence to report.

    Raises:
        OSError: the copy cannot be written.
    """
    tail = segment.path.read_bytes()[segment.valid_bytes :].rstrip(b"\0")
    target = _free(_folder(root) / f"{segment.writer}-{segment.link:08d}.tail")
    target.write_bytes(tail)
    reason = f"{len(tail)} bytes after byte {segment.valid_bytes} of {segment.path} are no whole record"
    target.with_suffix(".reason.txt").write_text(reason + "\n")
    return f"{reason}; they were put aside as {target}"


def _folder(root: Path) -> Path:
    folder = root / QUARANTINE
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _free(path: Path) -> Path:
    candidate, n = path, 1
    while candidate.exists():
        candidate, n = path.with_stem(f"{path.stem}-{n}"), n + 1
    return candidate
