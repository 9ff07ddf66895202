"""Brings a batch of journal segments into the tables, each of their rows exactly once.

The order: blobs, a durable note of what is intended, then one commit per table, `runs` last, then
the note goes and the segments with it. A kill in between leaves the segments where they are. Rows
name their writer and link, and rows of a link reach a table in one commit, so whoever delivers a
segment of unknown history looks into each table for its writer and link and leaves out the tables
that have them. The same holds for a journal that was put back from a backup.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from runlake.errors import StoreError
from runlake.ids import new_id
from runlake.journal import NotASegment, Segment, read_segment, recover
from runlake.schema import COMMIT_ORDER, METRICS, SUMMARIES, TABLES, Table
from runlake.store import arrow, blobs
from runlake.store.decode import FromTheFuture, NotDecodable, Origin, rows_of, sort
from runlake.store.delta import Appender
from runlake.store.folder import put_once, sync_folder
from runlake.store.points import Points, points_of, to_arrow
from runlake.store.presence import base_states, origins_in
from runlake.store.quarantine import keep_tail, put_away
from runlake.store.summarise import summaries_of

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from runlake.store.backlog import Waiting, Watch
    from runlake.store.layout import Store

INTENT = "intent.json"
_ATTEMPTS = 5
_log = logging.getLogger("runlake.store")

Step = Callable[[str], None]
"""Called at each step with its name; crash tests kill the process in it."""


def no_step(_: str) -> None:
    """Do nothing at a step."""


@dataclass(slots=True)
class Delivery:
    """Delivers batches into one store; the caller holds the lock of the journal root.

    Attributes:
        rows: rows added so far by table.
        problems: sentences about what could not be delivered.
        blocked: writer -> link from which on its segments stay in the journal until a newer Runlake comes.
        appenders: open tables, kept by whoever drains again and again.
    """

    store: Store
    root: Path
    watch: Watch
    on_step: Step = no_step
    rows: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    blocked: dict[str, int] = field(default_factory=dict)
    appenders: dict[str, Appender] = field(default_factory=dict)
    _decoded_points: tuple[list[Origin], Points] | None = None

    def deliver(self, batch: Sequence[Waiting]) -> None:
        """Bring the segments of a batch into the tables and remove them.

        Raises:
            StoreError: a table could not be read or written; nothing is lost, what is not in stays.
            OSError: the journal or a blob could not be read or written.
        """
        segments = self._read([w for w in batch if not self._is_blocked(w)])
        spooled: list[Path] = []
        for i, (waiting, segment) in enumerate(segments):
            settled, files = blobs.settle(segment, self.store, self.root)
            segments[i] = waiting, settled
            spooled += files
        self.on_step("blobs")
        work = self._planned(segments)
        if any(part.data.num_rows for part in work):
            self._commit(work)
        self._decoded_points = None
        blobs.forget(spooled)
        self.on_step("delete")
        self._remove([waiting for waiting, _ in segments])

    def read(self, table: Table) -> pl.LazyFrame:
        """Return the newest rows of a table."""
        return self._appender(table).scan()

    def _read(self, batch: Sequence[Waiting]) -> list[tuple[Waiting, Segment]]:
        found: list[tuple[Waiting, Segment]] = []
        for waiting in batch:
            try:
                segment = read_segment(waiting.path)
                if segment.torn:
                    self.problems.append(keep_tail(self.root, segment))
                if waiting.left or segment.links is None:
                    segment = recover(waiting.path)
            except FileNotFoundError:
                continue
            except NotASegment as problem:
                self._put_away(waiting, str(problem))
            else:
                if (segment.writer, segment.link) == waiting.origin:
                    found.append((waiting, segment))
                else:
                    self._put_away(waiting, f"it says that it is link {segment.link} of writer {segment.writer}")
        return found

    def _planned(self, segments: list[tuple[Waiting, Segment]]) -> list[_Part]:
        """Decode what each table lacks; what cannot be decoded is taken out of `segments`."""
        while True:
            try:
                return self._plan(segments)
            except (NotDecodable, ValueError):
                bad = [pair for pair in segments if (problem := _fault(pair[1])) and self._refuse(pair[0], problem)]
                if not bad:
                    raise
                # what follows a segment that has to wait waits as well: summaries build on each other
                segments[:] = [pair for pair in segments if pair not in bad and not self._is_blocked(pair[0])]

    def _plan(self, segments: list[tuple[Waiting, Segment]]) -> list[_Part]:
        unsure = {w.origin for w, _ in segments if not w.trusted}
        for _, segment in segments:
            _check_tables(segment)
        parts = []
        for table in COMMIT_ORDER:
            concerned = [segment for _, segment in segments if _concerns(segment, table)]
            if concerned:
                part = _Part(table, concerned)
                self._fill(part, unsure)
                parts.append(part)
        return parts

    def _fill(self, part: _Part, unsure: set[Origin]) -> None:
        """Decode the segments of a part that its table does not hold yet."""
        asked = [s for s in part.segments if (s.writer, s.link) in unsure]
        there = origins_in(self.read(part.table), part.table, asked) if asked else set()
        part.absent = [s for s in part.segments if (s.writer, s.link) not in there]
        part.data = self._decoded(part.table, part.absent)

    def _decoded(self, table: Table, segments: Sequence[Segment]) -> pa.Table:
        if table is METRICS:
            return to_arrow(self._points(segments)) if segments else arrow.arrow_schema(table).empty_table()
        rows = rows_of(table, segments)
        if table is SUMMARIES and any(s.points for s in segments):
            derived = summaries_of(self._points(segments), base_states(self.read(SUMMARIES), segments))
            return sort(table, pa.concat_tables([rows, derived])) if rows.num_rows else derived
        return rows

    def _points(self, segments: Sequence[Segment]) -> Points:
        """Decode points once for `metrics` and `summaries`, which nearly always lack the same ones."""
        asked = [(s.writer, s.link) for s in segments if s.points]
        if self._decoded_points is None or self._decoded_points[0] != asked:
            self._decoded_points = asked, points_of(segments)
        return self._decoded_points[1]

    def _commit(self, work: list[_Part]) -> None:
        last = {origin: part.table for part in work for origin in part.origins}
        batch = new_id()
        self._note(batch, work)
        self.on_step("intent")
        for part in work:
            self._append(part, batch, last)
            self.rows[part.table.name] = self.rows.get(part.table.name, 0) + part.data.num_rows
            self.on_step(part.table.name)
        (self.root / INTENT).unlink(missing_ok=True)

    def _append(self, part: _Part, batch: str, last: dict[Origin, Table]) -> None:
        for attempt in range(_ATTEMPTS):
            if not part.data.num_rows:
                return
            try:
                self._appender(part.table).append(part.data, _metadata(part, batch, last), on_step=self.on_step)
            except StoreError as problem:
                # Whether the commit is in is not known, not even for a segment that was watched.
                for origin in part.origins:
                    self.watch.distrust(origin)
                if attempt == _ATTEMPTS - 1:
                    raise
                _log.warning("%s; trying again", problem)
                time.sleep(random.uniform(0.05, 0.1) * 2**attempt)  # spreads retries
                self._fill(part, set(part.origins))
            else:
                return

    def _note(self, batch: str, work: list[_Part]) -> None:
        """Write down what is about to be committed, so that whoever comes after a crash can tell."""
        intent = {
            "batch": batch,
            "at": time.time_ns() // 1000,
            "links": sorted({origin for part in work for origin in part.origins}),
            "tables": [part.table.name for part in work],
        }
        (self.root / INTENT).unlink(missing_ok=True)
        put_once(self.root / INTENT, json.dumps(intent).encode())

    def _remove(self, batch: Sequence[Waiting]) -> None:
        for waiting in batch:
            waiting.path.unlink(missing_ok=True)
            self.watch.delivered(waiting)
        for folder in {waiting.path.parent for waiting in batch}:
            if folder.is_dir():
                sync_folder(folder)

    def _refuse(self, waiting: Waiting, problem: NotDecodable) -> bool:
        if isinstance(problem, FromTheFuture):
            self.blocked[waiting.writer] = min(waiting.link, self.blocked.get(waiting.writer, waiting.link))
            self.problems.append(f"{waiting.path} waits: {problem}; update runlake and run `runlake ingest`")
        else:
            self._put_away(waiting, str(problem))
        return True

    def _is_blocked(self, waiting: Waiting) -> bool:
        return waiting.link >= self.blocked.get(waiting.writer, waiting.link + 1)

    def _put_away(self, waiting: Waiting, reason: str) -> None:
        said = put_away(self.root, waiting, reason)
        if said:
            self.problems.append(said)

    def _appender(self, table: Table) -> Appender:
        if table.name not in self.appenders:
            self.appenders[table.name] = Appender(self.store, table)
        return self.appenders[table.name]


@dataclass(slots=True)
class _Part:
    """The share of one table in a batch: who has rows for it, and the rows that it lacks."""

    table: Table
    segments: list[Segment]
    absent: list[Segment] = field(default_factory=list)
    data: pa.Table = None

    @property
    def origins(self) -> list[Origin]:
        return [(s.writer, s.link) for s in self.absent]


def _metadata(part: _Part, batch: str, last: dict[Origin, Table]) -> dict[str, str]:
    # A link document belongs to all tables of its link and is stored once, with the last of them:
    # it is there exactly when all rows that it speaks of are.
    documents = [d for s in part.absent if last[s.writer, s.link] is part.table for d in s.links or ()]
    facts = {"runlake.batch": batch, "runlake.links": json.dumps(part.origins)}
    return {**facts, "runlake.docs": json.dumps(documents)} if documents else facts


def _concerns(segment: Segment, table: Table) -> bool:
    if table is METRICS or (table is SUMMARIES and segment.points):
        return any(segment.points.values())
    return bool(segment.rows.get(table.name))


def _fault(segment: Segment) -> NotDecodable | None:
    """Say what is wrong with a segment, None where nothing is."""
    try:
        _check_tables(segment)
        points_of([segment])
        for table in COMMIT_ORDER:
            rows_of(table, [segment])
    except NotDecodable as problem:
        return problem
    except ValueError as problem:
        return NotDecodable(str(problem))
    return None


def _check_tables(segment: Segment) -> None:
    # numbers travel as points alone: rows of `metrics` would be in no summary
    unknown = [name for name in segment.rows if name not in TABLES or name == METRICS.name]
    if unknown:
        raise FromTheFuture(f"it has rows of unknown tables: {', '.join(unknown)}")
