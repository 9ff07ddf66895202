"""The rows that are still in this machine's journals, as the tables will have them.

A segment is read again only when it has grown, and decoded once per length. Open segments of
processes that live give what can be read of them; nothing here writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from runlake.journal import NotASegment, Segment, read_segment
from runlake.schema import METRICS, SUMMARIES, TABLES, Table
from runlake.store import arrow
from runlake.store.backlog import Watch
from runlake.store.decode import NotDecodable, Origin, rows_of
from runlake.store.points import points_of, to_arrow
from runlake.store.summarise import Series, State, summaries_of

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_BYTES = 64 * 1024 * 1024
# A file that was written this shortly before it was read may be written again without its time changing.
_SETTLED_NS = 50_000_000

Base = Callable[[Sequence[Segment]], Mapping[Series, State]]


@dataclass(frozen=True, slots=True)
class Tail:
    """One segment as far as it can be read, decoded where somebody asked.

    Attributes:
        origin: writer and link.
        tables: names of the tables that it has rows for.
    """

    segment: Segment
    origin: Origin
    tables: frozenset[str]
    _decoded: dict[str, pl.DataFrame] = field(default_factory=dict)

    def frame(self, table: Table) -> pl.DataFrame:
        """Return the rows of one table; summaries are only the explicit ones."""
        found = self._decoded.get(table.name)
        if found is None:
            data = to_arrow(points_of([self.segment])) if table is METRICS else rows_of(table, [self.segment])
            found = self._decoded[table.name] = arrow.frame_of(table, data)
        return found


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the journals of this machine held at one moment.

    Attributes:
        tails: segments, those of a writer in the order of their links.
        key: changes exactly when `tails` does.
        left_out: sentences about what is not in here.
    """

    tails: tuple[Tail, ...] = ()
    key: tuple[tuple[str, int, int], ...] = ()
    left_out: tuple[str, ...] = ()

    def of(self, table: Table) -> list[Tail]:
        """Return the tails that have rows of a table."""
        return [tail for tail in self.tails if table.name in tail.tables]

    def rows(self, table: Table, tails: Sequence[Tail], base: Base) -> pl.DataFrame:
        """Return the rows of a table.

        Args:
            tails: the ones to take, in the order that they have here.
            base: gives the states that stored summaries come to before some segments.
        """
        frames = [frame for tail in tails if (frame := tail.frame(table)).height]
        if table is SUMMARIES:
            pointed = [tail.segment for tail in tails if tail.segment.points]
            if pointed:
                frames.append(arrow.frame_of(table, summaries_of(points_of(pointed), base(pointed))))
        return pl.concat(frames) if frames else pl.DataFrame(schema=arrow.polars_schema(table))


@dataclass(slots=True)
class LiveReader:
    """Reads one journal root again and again."""

    root: Path
    _known: dict[Path, tuple[int, int, Tail | str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = Watch(self.root)

    def has_work(self) -> bool:
        """Whether something could be brought into the tables now."""
        with self._lock:
            backlog = self._watch.look()
        return bool(backlog.waiting or backlog.dead)

    def read(self) -> Overlay:
        """Read what lies in the journals now."""
        with self._lock:
            files = [(path, folder.writer) for folder in self._watch.folders() for path in folder.segments.values()]
            self._known = {path: self._known[path] for path, _ in files if path in self._known}
            tails: list[Tail] = []
            left_out: list[str] = []
            budget = LIMIT_BYTES
            beyond = 0
            for path, _ in files:
                tail = self._tail(path)
                if isinstance(tail, str):
                    left_out.append(tail)
                elif tail is not None and tail.segment.valid_bytes <= budget:
                    tails.append(tail)
                    budget -= tail.segment.valid_bytes
                elif tail is not None:
                    beyond += 1
            if beyond:
                left_out.append(
                    f"{beyond} journal segments beyond {LIMIT_BYTES >> 20} MiB are not shown; run `runlake ingest`"
                )
            key = tuple((*tail.origin, tail.segment.valid_bytes) for tail in tails)
            return Overlay(tuple(tails), key, tuple(left_out))

    def _tail(self, path: Path) -> Tail | str | None:
        """Return the tail in a file, what is wrong with it, or None where there is nothing (yet)."""
        try:
            before = path.stat()
            known = self._known.get(path)
            if known is not None and known[:2] == (before.st_mtime_ns, before.st_size):
                return known[2]
            found = _read(path, known[2] if known else None)
        except FileNotFoundError:
            return None
        except OSError as problem:
            return f"{path} cannot be read: {problem}"
        if found is not None and time.time_ns() - before.st_mtime_ns > _SETTLED_NS:
            self._known[path] = (before.st_mtime_ns, before.st_size, found)
        return found


def _read(path: Path, known: Tail | str | None) -> Tail | str | None:
    try:
        segment = read_segment(path)
    except NotASegment as problem:
        # preallocated and not yet written to is no fault
        return str(problem) if path.read_bytes().strip(b"\0") else None
    if isinstance(known, Tail) and known.segment.valid_bytes == segment.valid_bytes:
        return known
    tail = Tail(segment, (segment.writer, segment.link), frozenset(_tables(segment)))
    try:
        if unknown := [name for name in segment.rows if name not in TABLES or name == METRICS.name]:
            raise NotDecodable(f"rows of unknown tables: {', '.join(unknown)}")
        for name in tail.tables:
            tail.frame(TABLES[name])
    except (NotDecodable, ValueError, pa.ArrowException) as problem:
        return f"{path} cannot be shown: {problem}"
    return tail


def _tables(segment: Segment) -> Iterable[str]:
    yield from (name for name, rows in segment.rows.items() if rows)
    if any(segment.points.values()):
        yield from (METRICS.name, SUMMARIES.name)


_readers: dict[Path, LiveReader] = {}


def reader_of(root: Path) -> LiveReader:
    """Return the reader of a journal root, one per process."""
    return _readers.setdefault(root, LiveReader(root))
