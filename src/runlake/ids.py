"""Ids: how they are made, checked and abbreviated."""

from __future__ import annotations

import os
import re
import time
import uuid

from runlake.errors import InvalidValue

# The namespace of experiment ids, fixed for ever: two machines that have never heard of each
# other give the same path the same id.
_EXPERIMENTS = uuid.UUID("6f0d3d0e-52a3-5a0c-9f52-72756e6c616b")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
SHORT = 8


def new_id(unix_ms: int | None = None) -> str:
    """Make a UUIDv7 (RFC 9562) as text: sorts by time, random in its last 74 bits.

    Args:
        unix_ms: milliseconds since 1970; None takes the clock.
    """
    stamp = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    random = int.from_bytes(os.urandom(10), "big")
    high = (random >> 68) & 0xFFF
    low = random & 0x3FFFFFFFFFFFFFFF
    number = (stamp & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_writer() -> str:
    """Make the id of one process: 96 random bits in hex."""
    return os.urandom(12).hex()


def check_run_id(run_id: str) -> str:
    """Return `run_id` if it can name a run.

    Raises:
        InvalidValue: it is empty, too long or has characters beyond letters, digits, `.`, `_`, `-`.
    """
    found = _RUN_ID.fullmatch(run_id)
    if found is None:
        raise InvalidValue("run_id", run_id, "1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit")
    return found.group()  # plain text, whatever kind of text it was


def short_id(run_id: str) -> str:
    """Abbreviate to the random end: the beginning of a UUIDv7 is shared by runs of the same minute."""
    return run_id[-SHORT:]


def experiment_id(path: str) -> str:
    """Derive the id of an experiment from the path that it was first used under."""
    return str(uuid.uuid5(_EXPERIMENTS, path))


def check_experiment_path(path: str) -> str:
    """Return the path in its one form: no empty part, no surrounding slash.

    Raises:
        InvalidValue: a part is empty, `.` or `..`, has control characters, or the path is too long.
    """
    parts = path.strip("/").split("/")
    printable = all(p.strip() and p not in {".", ".."} and p.isprintable() for p in parts)
    if not printable or len(path) > 500:
        raise InvalidValue("experiment", path, "a path such as 'fraud_detection/baseline' of at most 500 characters")
    return "/".join(p.strip() for p in parts)
