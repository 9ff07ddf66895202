"""Crash-safe record of a process before it reaches the tables.

Read `format` (the bytes), `writer` (appending), `disk` (a failing disk), `segment` (reading back),
`owner` (whose it is, and does it live), `place` and `scan` (where journals lie) in this order.
"""

from runlake.journal.owner import Owner, is_alive, is_local, this_process
from runlake.journal.place import actor_id, journal_home, journal_root, make_root, store_uri
from runlake.journal.scan import WriterFolder, writers
from runlake.journal.segment import NotASegment, Row, Segment, read_segment, recover, state
from runlake.journal.spool import spool, spool_path
from runlake.journal.writer import Health, Journal

__all__ = [
    "Health",
    "Journal",
    "NotASegment",
    "Owner",
    "Row",
    "Segment",
    "WriterFolder",
    "actor_id",
    "is_alive",
    "is_local",
    "journal_home",
    "journal_root",
    "make_root",
    "read_segment",
    "recover",
    "spool",
    "spool_path",
    "state",
    "store_uri",
    "this_process",
    "writers",
]
