"""Crash-safe record of a process before it reaches the tables.

Read `format` (the bytes), `writer` and `shapes` (appending), `disk` (a failing disk), `contents`
(what links say), `owner` and `place` (whose it is and where it lies), then `segment` and `scan`
(reading back, which a training process never does) in this order.
"""

from typing import TYPE_CHECKING, Any

from runlake.journal.owner import Owner, this_process
from runlake.journal.place import OWNER_FILE, actor_id, is_bucket, journal_home, journal_root, make_root, store_uri
from runlake.journal.spool import spool, spool_path
from runlake.journal.writer import Health, Journal

if TYPE_CHECKING:
    from runlake.journal.scan import WriterFolder, is_alive, is_local, read_owner, writers
    from runlake.journal.segment import NotASegment, Row, Segment, read_segment, recover, state

__all__ = [
    "OWNER_FILE",
    "Health",
    "Journal",
    "NotASegment",
    "Owner",
    "Row",
    "Segment",
    "WriterFolder",
    "actor_id",
    "is_alive",
    "is_bucket",
    "is_local",
    "journal_home",
    "journal_root",
    "make_root",
    "read_owner",
    "read_segment",
    "recover",
    "spool",
    "spool_path",
    "state",
    "store_uri",
    "this_process",
    "writers",
]

_SCAN = {"WriterFolder", "is_alive", "is_local", "read_owner", "writers"}


def __getattr__(name: str) -> Any:
    # Reading back is not loaded into a process that only writes.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{'scan' if name in _SCAN else 'segment'}"), name)
