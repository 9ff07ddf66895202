"""Reading a segment back, whole or torn, and closing what a dead process left open."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from runlake.journal import format as fmt
from runlake.journal.contents import RunContent

if TYPE_CHECKING:
    from pathlib import Path

_decode = msgspec.msgpack.Decoder().decode
_LOGGED_AT = struct.Struct("<q")
PointKey = tuple[str, tuple[str, ...]]


class Row(NamedTuple):
    """One row of a table, `values` in the order of the table's own columns."""

    run_id: str | None
    seq: int
    logged_at: int
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment holds up to its first record that is not whole.

    Attributes:
        points: (run_id, sorted keys) -> calls, each `<qdqq` (seq, step, logged_at, ts; times in
            microseconds) and one `<d` per key.
        rows: table -> rows in the order of the calls.
        links: link documents, one per run; None while the segment is open or where it is torn.
        urgent: True where it holds the end of a run or an action.
        valid_bytes: length of what could be read.
        torn: True where something other than an unused preallocated tail follows.
        last_at: `logged_at` of the last call, microseconds; `created_at` where there is none.
    """

    path: Path
    writer: str
    link: int
    created_at: int
    points: dict[PointKey, list[bytes]]
    rows: dict[str, list[Row]]
    links: tuple[str, ...] | None
    urgent: bool
    valid_bytes: int
    torn: bool
    last_at: int

    @property
    def run_ids(self) -> set[str]:
        """Runs that have rows or points here."""
        named = {run_id for run_id, _ in self.points}
        return named | {row.run_id for rows in self.rows.values() for row in rows if row.run_id is not None}


class NotASegment(ValueError):
    """The file does not begin like a segment, or a whole record makes no sense."""


def state(path: Path) -> str:
    """Tell "closed", "urgent" or "open" from the last bytes of the file."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - fmt.TRAILER))
        trailer = file.read()
    return {fmt.CLOSED: "closed", fmt.URGENT: "urgent"}.get(trailer, "open")


def read_segment(path: Path) -> Segment:
    """Read a segment up to its first record that is not whole.

    Raises:
        NotASegment: the file is empty of records, or one with a right checksum makes no sense.
        OSError: the file cannot be read.
    """
    return _Reader(path, path.read_bytes(), counts=False).segment()


def recover(path: Path) -> Segment:
    """Close the segment of a dead process: cut what is torn, add links marked as recovered.

    A segment that is closed is left as it is. The caller makes sure that the process is dead.

    Raises:
        NotASegment: nothing can be read from it.
        OSError: the file cannot be read or written.
    """
    reader = _Reader(path, path.read_bytes(), counts=True)
    segment = reader.segment()
    if segment.links is not None and state(path) != "open":
        return segment
    end = reader.content_end
    documents = [run.link(segment.writer, segment.link, recovered=True) for run in reader.runs.values()]
    with path.open("r+b") as file:
        file.truncate(end)
        file.seek(end)
        file.write(fmt.frame(fmt.link_record(documents)) + fmt.URGENT)
        file.flush()
        os.fsync(file.fileno())
    return read_segment(path)


def recount(path: Path) -> list[RunContent]:
    """Count and digest what a segment holds, run by run in the order of their numbers."""
    reader = _Reader(path, path.read_bytes(), counts=True)
    reader.segment()
    return list(reader.runs.values())


@dataclass(slots=True)
class _Reader:
    path: Path
    data: bytes
    counts: bool  # whether contents are counted and digested: recovery needs it, reading does not
    runs: dict[int, RunContent] = field(default_factory=dict)
    shapes: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)
    points: dict[PointKey, list[bytes]] = field(default_factory=dict)
    calls: dict[bytes, list[bytes]] = field(default_factory=dict)  # the lists of `points` by run and shape number
    rows: dict[str, list[Row]] = field(default_factory=dict)
    links: tuple[str, ...] | None = None
    content_end: int = 0
    last_at: int = 0

    def segment(self) -> Segment:
        bodies = _bodies(self.data)
        if not bodies or bodies[0][1][0] != fmt.HEADER:
            raise NotASegment(f"{self.path} does not begin like a journal segment")
        try:
            _, writer, link, created_at, _ = _decode(bodies[0][1][1:])
            self.content_end, self.last_at = bodies[0][0], created_at
            for end, body in bodies[1:]:
                self._take(body)
                if self.links is None:
                    self.content_end = end
            self.last_at = max([self.last_at, *(_logged_at(calls[-1]) for calls in self.calls.values() if calls)])
        except (msgspec.DecodeError, ValueError, TypeError, KeyError, IndexError) as problem:
            raise NotASegment(f"{self.path} has a record that makes no sense: {problem}") from problem
        valid = bodies[-1][0]
        rest = self.data[valid:]
        return Segment(
            path=self.path,
            writer=str(writer),
            link=int(link),
            created_at=int(created_at),
            points=self.points,
            rows=self.rows,
            links=self.links,
            urgent=rest == fmt.URGENT,
            valid_bytes=valid,
            torn=bool(rest.strip(b"\0")) and rest not in {fmt.CLOSED, fmt.URGENT},
            last_at=self.last_at,
        )

    def _take(self, body: bytes) -> None:
        kind = body[0]
        if kind == fmt.POINTS:
            self.calls[body[1 : fmt.POINT_PAYLOAD]].append(body[fmt.POINT_PAYLOAD :])
            if self.counts:
                run, keys = self._shape_of(body)
                run.add_points(body, len(keys))
        elif kind == fmt.ROWS:
            self._take_rows(body)
        elif kind == fmt.BOTH:
            for part in _apart(body):
                self._take(part)
        elif kind == fmt.RUN:
            number, run_id, prev = _decode(body[1:])
            self.runs[number] = RunContent(number, run_id, prev)
            self.shapes[number] = []
        elif kind == fmt.SHAPE:
            self._take_shape(body)
        elif kind == fmt.LINK:
            self.links = tuple(_decode(body[1:]))

    def _take_shape(self, body: bytes) -> None:
        _, number = fmt.RUN_NUMBER.unpack_from(body)
        run, shapes = self.runs[number], self.shapes[number]
        keys = tuple(_decode(body[fmt.RUN_NUMBER.size :]))
        self.calls[fmt.SHAPE_NUMBER.pack(number, fmt.POINT_TAG, len(shapes))] = self.points.setdefault(
            (run.run_id or "", keys), []
        )
        shapes.append(keys)
        run.add_shape(keys)

    def _shape_of(self, body: bytes) -> tuple[RunContent, tuple[str, ...]]:
        number, _, shape = fmt.SHAPE_NUMBER.unpack_from(body, 1)
        return self.runs[number], self.shapes[number][shape]

    def _take_rows(self, body: bytes) -> None:
        _, number = fmt.RUN_NUMBER.unpack_from(body)
        run = self.runs[number]
        seq, logged_at, tables = _decode(body[fmt.RUN_NUMBER.size :])
        for table, (_, _, rows) in tables.items():
            if self.counts:
                run.add_rows(table, fmt.rows_content(seq, logged_at, rows), len(rows))
            self.rows.setdefault(table, []).extend(Row(run.run_id, seq, logged_at, values) for values in rows)
        self.last_at = max(self.last_at, logged_at)


def _bodies(data: bytes) -> list[tuple[int, bytes]]:
    """Split a segment into (end offset, body) up to the first record that is not whole."""
    found: list[tuple[int, bytes]] = []
    at, size = len(fmt.MAGIC), len(data)
    if data[:at] != fmt.MAGIC:
        return found
    unpack, crc = fmt.RECORD_HEAD.unpack_from, zlib.crc32
    while at + 8 <= size:
        length, checksum = unpack(data, at)
        end = at + 8 + length
        if length == 0 or end > size:
            break
        body = data[at + 8 : end]
        if crc(body) != checksum:
            break
        found.append((end, body))
        at = end
    return found


def _apart(body: bytes) -> tuple[bytes, bytes]:
    """Split a BOTH body into the bodies of its points and its rows."""
    start = fmt.BOTH_HEAD.size
    end = start + fmt.BOTH_HEAD.unpack_from(body)[1]
    return body[start:end], body[end:]


def _logged_at(payload: bytes) -> int:
    """Read the time of a call of points from its payload."""
    return int(_LOGGED_AT.unpack_from(payload, 16)[0])
