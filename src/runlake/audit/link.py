"""A link: what one writer says that one flush holds of one run, chained to the flush before.

The document is JSON with sorted keys and no spaces. It holds integers, booleans and strings only,
so its bytes are those of RFC 8785 and can be made again anywhere. The content digests cover the
rows in the order of their calls and do not depend on file layout, codec or compaction:

`metrics`
    A stream in call order. The first call with a given set of keys adds
    `0x01, msgpack(sorted keys)` and gives the set the next number, from 0. Every call adds
    `0x02` and, little endian, `u16 set number, i64 seq, f64 step, i64 logged_at, i64 ts`
    and one `f64` per key in sorted order; times are microseconds, NaN is `7ff8000000000000`.
other tables
    A stream of `msgpack([seq, logged_at, rows])`, one item per call that has rows of the table;
    a row is the list of the table's own columns in schema order.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

_DOMAIN = b"runlake-link-v1\0"


@dataclass(frozen=True, slots=True)
class Link:
    """Facts of one flush of one run.

    Attributes:
        run_id: the run, or "" for rows that belong to none.
        writer: id of the process.
        link: number of the flush.
        prev: hash of the writer's previous link of this run, "" for the first.
        tables: table -> (number of rows, SHA-256 of their canonical bytes in hex).
        final: True where the writer has said that it adds nothing to the run.
        recovered: True where another process closed the flush of a dead writer.
    """

    run_id: str
    writer: str
    link: int
    prev: str
    tables: dict[str, tuple[int, str]]
    final: bool = False
    recovered: bool = False


def link_document(link: Link) -> str:
    """Write the link as canonical JSON."""
    facts = {
        "v": 1,
        "run": link.run_id,
        "writer": link.writer,
        "link": link.link,
        "prev": link.prev,
        "tables": {name: list(entry) for name, entry in link.tables.items()},
        "final": link.final,
        "recovered": link.recovered,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link_hash(document: str) -> str:
    """Hash a link document: what the next link of the chain names as `prev`."""
    return hashlib.sha256(_DOMAIN + document.encode()).hexdigest()
