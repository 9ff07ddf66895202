"""The bytes of a journal segment.

A segment is `MAGIC` and then records until the first that is not whole:

    u32 length of the body, u32 CRC-32 of the body, body

The first byte of a body is its type; what follows is

    HEADER  msgpack [format, writer, link, created_at, version of Runlake]
    RUN     msgpack [run number, run_id or null, hash of the writer's previous link of the run]
    SHAPE   u16 run number, msgpack [keys, sorted]; shapes of a run are numbered from 0
    POINTS  u16 run number, u8 2, u16 shape, i64 seq, f64 step, i64 logged_at, i64 ts, one f64 per key
    ROWS    u16 run number, msgpack [seq, logged_at, {table: raw rows}]
    BOTH    u32 length, body of POINTS, body of ROWS: one call that has both
    LINK    msgpack [link documents]; the segment is closed, nothing follows but `CLOSED` or `URGENT`

Numbers are little endian, times are microseconds since 1970. A record reaches the file by one
write, so what a kill can leave behind is one torn record at the end, which its CRC gives away.
A preallocated tail reads as records of length 0 and ends the segment as well.
"""

from __future__ import annotations

import struct
import zlib

import msgspec

FORMAT = 1
MAGIC = b"RLJOURN1"
CLOSED = b"RLCLOSED"
URGENT = b"RLURGENT"
TRAILER = len(CLOSED)

HEADER, RUN, SHAPE, POINTS, ROWS, LINK, BOTH = range(1, 8)

RECORD_HEAD = struct.Struct("<II")
BOTH_HEAD = struct.Struct("<BI")
RUN_NUMBER = struct.Struct("<BH")
SHAPE_NUMBER = struct.Struct("<HBH")
POINT_HEAD = struct.Struct("<BHBHqdqq")
POINT_TAG = 2
POINT_CONTENT = 3  # what comes before is the segment's own numbering and no content
POINT_PAYLOAD = 6  # seq and what follows: what decoding needs

encode = msgspec.msgpack.Encoder().encode


def frame(body: bytes) -> bytes:
    """Make a record of a body."""
    return RECORD_HEAD.pack(len(body), zlib.crc32(body)) + body


def header(writer: str, link: int, created_at: int, version: str) -> bytes:
    """Body of the first record."""
    return bytes([HEADER]) + encode([FORMAT, writer, link, created_at, version])


def run_declaration(number: int, run_id: str | None, prev: str) -> bytes:
    """Body that gives a run its number inside the segment."""
    return bytes([RUN]) + encode([number, run_id, prev])


def shape_declaration(run_number: int, keys: tuple[str, ...]) -> bytes:
    """Body that gives a set of keys its number inside the run."""
    return RUN_NUMBER.pack(SHAPE, run_number) + encode(keys)


def points_packer(keys: int) -> struct.Struct:
    """Packer of a whole POINTS body with so many values."""
    return struct.Struct(f"{POINT_HEAD.format}{keys}d")


def rows(run_number: int, seq: int, logged_at: int, tables: dict[str, bytes]) -> bytes:
    """Body of the rows that one call adds to some tables, each encoded by `rows_content`."""
    raw = {name: msgspec.Raw(content) for name, content in tables.items()}
    return RUN_NUMBER.pack(ROWS, run_number) + encode([seq, logged_at, raw])


def both(points: bytes, rows: bytes) -> bytes:
    """Body of a call that has points and rows."""
    return BOTH_HEAD.pack(BOTH, len(points)) + points + rows


def rows_content(seq: int, logged_at: int, rows: list[list[object]]) -> bytes:
    """Canonical bytes of the rows of one call in one table."""
    try:
        return encode([seq, logged_at, rows])
    except UnicodeEncodeError:
        return encode([seq, logged_at, _writable(rows)])


def _writable(value: object) -> object:
    """Escape what has no UTF-8: half a character, or a file name of another encoding."""
    if isinstance(value, list):
        return [_writable(one) for one in value]
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def link_record(documents: list[str]) -> bytes:
    """Body of the last record."""
    return bytes([LINK]) + encode(documents)


def shape_content(keys: tuple[str, ...]) -> bytes:
    """Canonical bytes that stand before the first call with these keys."""
    return b"\x01" + encode(keys)
