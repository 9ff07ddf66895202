"""Files that git does not know: read, hashed and redacted within bounds."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from runlake.capture.guard import attempt
from runlake.capture.redact_text import UNSCANNABLE, redact_code, scan_closed
from runlake.capture.secret_names import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_FILE = 2**20
MAX_TOTAL = 10 * 2**20
MAX_FILES = 500
MAX_LISTED = 1000


class LeftOut(NamedTuple):
    """A path that was not captured, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Untracked:
    """One captured file.

    Attributes:
        path: relative to the root of the work tree.
        size_bytes, sha256: of the file as it is on disk.
        content: what is kept: the same bytes, unless a secret was taken out.
        byte_exact: `content` is the file.
    """

    path: str
    size_bytes: int
    sha256: str
    content: bytes
    byte_exact: bool


def read_untracked(root: str, paths: Sequence[str], *, deadline: float) -> tuple[list[Untracked], list[LeftOut]]:
    """Read files up to 1 MiB each, 10 MiB and 500 files in all; links, devices and secrets are left out.

    Args:
        root: absolute path of the work tree.
        paths: relative ones as git lists them; a folder ends with a slash.
        deadline: on the monotonic clock; what is not read by then is left out.
    """
    files: list[Untracked] = []
    left_out: list[LeftOut] = []
    total = 0
    for path in paths:
        room = MAX_TOTAL - total if len(files) < MAX_FILES and time.monotonic() < deadline else 0
        read = attempt(path, lambda path=path, room=room: _read(root, path, room))  # type: ignore[misc]
        if isinstance(read.value, Untracked):
            files.append(read.value)
            total += len(read.value.content)
        else:
            left_out.append(LeftOut(path, read.value or "it could not be read"))
    if len(left_out) > MAX_LISTED:
        left_out[MAX_LISTED:] = [LeftOut("", f"{len(left_out) - MAX_LISTED} further files")]
    return files, left_out


def _read(root: str, path: str, room: int) -> Untracked | str:
    """Return the file, or why it is left out."""
    if path.endswith("/"):
        return "a repository of its own"
    if is_secret_name(path):
        return "its name says that it is a secret"
    if room <= 0:
        return "there is too much untracked"
    full = os.path.join(root, path)  # noqa: PTH118 - Path would drop what git means
    # Not through a link, and without waiting for the other end of a pipe.
    handle = os.open(full, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            return "no regular file"
        if facts.st_size > min(MAX_FILE, room):
            return f"{facts.st_size} bytes are too many"
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        return "it grew while it was read"
    return _cleaned(path, content)


def _readable(content: bytes) -> str:
    """Return the runs of plain text in binary content, one in a line; UTF-16 is read as well."""
    runs = re.findall(rb"[\t -~]{8,}", content) + re.findall(rb"[\t -~]{8,}", content.replace(b"\0", b""))
    return b"\n".join(runs).decode("ascii")


def _cleaned(path: str, content: bytes) -> Untracked | str:
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Bytes cannot be redacted without breaking them, so a find in them leaves the file out.
        found = scan_closed(_readable(content))
        return "it seems to hold a secret" if found != [] else Untracked(path, len(content), digest, content, True)
    clean, changed = redact_code(text)
    if clean == UNSCANNABLE and changed:
        return "it could not be scanned for secrets"
    return Untracked(path, len(content), digest, clean.encode("utf-8"), not changed)
