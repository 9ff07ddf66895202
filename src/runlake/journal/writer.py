"""The journal of one process for one store: what `log()` has returned for is in it.

One call becomes one record and one write. A record names its run and its keys by small numbers
that are declared once per segment, so a call of five metrics is about 85 bytes. Counts and digests
of the content are kept along the way, so that closing a segment costs the same however long it is.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlake.audit import link_hash
from runlake.clock import Clock, SystemClock
from runlake.ids import new_id, new_writer
from runlake.journal import format as fmt
from runlake.journal.contents import RunContent
from runlake.journal.disk import SegmentFile
from runlake.journal.owner import machine_id, this_process
from runlake.journal.place import OWNER_FILE, create_once, journal_root, make_root
from runlake.journal.shapes import Shape
from runlake.schema import EVENTS, Table
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS_LIMIT = 100_000
BYTES_LIMIT = 8 * 1024 * 1024
SHAPES_LIMIT = 60_000  # their numbers have 16 bits


PointCall = tuple[Mapping[str, float], float, int | None]
"""Values by key, their step, and the time claimed for them in microseconds, if any."""

_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the journal keeps up.

    Attributes:
        lost: calls whose record found no room on disk or in memory.
        held_bytes: bytes that wait in memory for the disk.
        problem: the last error, None while all is well.
    """

    lost: int
    held_bytes: int
    problem: str | None

    @property
    def ok(self) -> bool:
        """Whether all that was acknowledged is in the file."""
        return self.lost == 0 and self.held_bytes == 0 and self.problem is None


class Journal:
    """Appends records; safe in threads, in signal handlers and after a fork. Opens nothing until the first call."""

    def __init__(self, uri: str, clock: Clock | None = None) -> None:
        self.uri = uri
        self._root = journal_root(uri)
        self.clock = clock or SystemClock()
        self._lost_before = 0
        self._begin_process()
        _journals.add(self)

    def _begin_process(self) -> None:
        self.writer = new_writer()
        self._lock = threading.RLock()
        self._busy = False
        self._deferred: deque[Callable[[], object]] = deque()
        self._seq = 0
        self._link = 0
        self._prev: dict[str | None, str] = {}
        self._unsynced: list[Path] = []
        self._said: set[tuple[str, ...]] = set()
        self._begin_segment()

    def _begin_segment(self) -> None:
        self._file: SegmentFile | None = None
        self._opened_at = 0
        self._points = 0
        self._urgent = False
        self._must_recount = False
        self._runs: dict[str | None, RunContent] = {}
        self._shapes: dict[tuple[str, tuple[str, ...]], Shape] = {}

    @property
    def root(self) -> Path:
        """The store's journal root on this machine; it may not exist yet."""
        return self._root

    @property
    def health(self) -> Health:
        """Whether the journal keeps up."""
        file = self._file
        if file is None:
            return Health(self._lost_before, 0, None)
        return Health(self._lost_before + file.lost, file.held_bytes, file.problem)

    def points(self, run_id: str, values: Mapping[str, float], step: float, ts: int | None = None) -> None:
        """Append one call of numbers.

        Args:
            run_id: the run.
            values: key -> number, at least one; whatever `float()` takes.
            step: position of all of them.
            ts: claimed time in microseconds since 1970; None for now.
        """
        # As `_guarded`, written out: this is the call that a training makes at every step.
        with self._lock:
            if self._busy:
                self._deferred.append(partial(self.points, run_id, values, step, ts))
                return
            self._busy = True
            try:
                keys = tuple(values)
                shape = self._shapes.get((run_id, keys)) or self._shape(run_id, keys)
                self._seq += 1
                now = self.clock.now_us()
                body = shape.body(values, self._seq, step, now, now if ts is None else ts)
                file = self._opened()
                if file.append(fmt.RECORD_HEAD.pack(len(body), zlib.crc32(body)) + body):
                    shape.content.rows += shape.keys
                    shape.content.digest.update(body[fmt.POINT_CONTENT :])
                self._points += shape.keys
                if self._points >= POINTS_LIMIT or file.end >= BYTES_LIMIT:
                    self._close(sync=False)
            except BaseException:
                self._interrupted()
                raise
            finally:
                self._busy = False
            if self._deferred:
                self._do_deferred()

    def rows(
        self,
        run_id: str | None,
        tables: Mapping[Table, list[list[Any]]],
        *,
        points: PointCall | None = None,
        urgent: bool = False,
    ) -> None:
        """Append the rows of one call, atomically over all tables.

        Args:
            run_id: the run, or None for rows that belong to none.
            tables: table -> rows as laid out by `Table.row`.
            points: numbers of the same call, which needs a run then.
            urgent: deliver within seconds.
        """
        self._guarded(self._append_rows, run_id, tables, points, urgent)

    def end_run(self, run_id: str) -> None:
        """Say that this process adds nothing more to the run: its link in this segment is the final one."""
        with self._lock:
            self._content(run_id).final = True

    def close_segment(self, *, sync: bool = True) -> bool:
        """Close the segment with its links; the next call opens the next one.

        From a signal handler that interrupted a call it is put off until that call is done.

        Returns:
            False where the disk does not take it yet; what was logged stays, in the file or in memory.
        """
        with self._lock:
            if self._busy:
                self._deferred.append(partial(self._close, sync=sync))
                return True
            return self._close(sync=sync)

    def _close(self, *, sync: bool) -> bool:
        if self._file is None:
            return True
        if not self._file.flush(now=True):
            return False
        documents = self._documents(self._file)
        closing = fmt.frame(fmt.link_record([*documents.values()])) + (fmt.URGENT if self._urgent else fmt.CLOSED)
        if not self._file.close(closing, sync=self._unsynced if sync else None):
            return False
        if sync:
            self._unsynced.clear()
        self._chain(documents)
        self._lost_before += self._file.lost
        self._link += 1
        self._begin_segment()
        if self._lost_before:
            self._report_loss()
            return self._close(sync=sync)
        return True

    def close_by_period(self, period_s: int) -> None:
        """Close the segment where a period has ended since it was opened: the way of a long run to the tables.

        All processes of a machine do so at one moment, and so share a commit; other machines have other moments.
        """
        phase_us, period_us = zlib.crc32(machine_id().encode()), period_s * 1_000_000
        with self._lock:
            ended = (self.clock.now_us() + phase_us) // period_us != (self._opened_at + phase_us) // period_us
            if self._file is not None and ended:
                self.close_segment(sync=False)

    def first_time(self, *what: str) -> bool:
        """Whether this writer has not been asked about these words before: what it says once, its later runs need not."""
        try:
            # a store that was deleted and made anew has to be told again
            what = (*what, str((Path(self.uri) / "store.json").stat().st_mtime_ns))
        except OSError:
            return True
        known = what in self._said
        self._said.add(what)
        return not known

    def spooled(self, path: Path) -> None:
        """Remember a spooled file, to be brought to the disk before the next synced close."""
        with self._lock:
            self._unsynced.append(path)

    def _guarded(self, append: Callable[..., None], *call: Any) -> None:
        with self._lock:
            if self._busy:
                # A signal handler or a finaliser logs while this very thread is inside a call.
                self._deferred.append(partial(self._guarded, append, *call))
                return
            self._busy = True
            try:
                append(*call)
                if self._points >= POINTS_LIMIT or (self._file is not None and self._file.end >= BYTES_LIMIT):
                    self._close(sync=False)
            except BaseException:
                self._interrupted()
                raise
            finally:
                self._busy = False
            self._do_deferred()

    def _do_deferred(self) -> None:
        while self._deferred:
            self._deferred.popleft()()

    def _interrupted(self) -> None:
        # An interrupt may have come between a write and what is noted of it, a digest or a number:
        # the next call begins another segment, and this one is counted again when it is closed.
        self._must_recount = True
        self._shapes.clear()

    def _append_rows(
        self, run_id: str | None, tables: Mapping[Table, list[list[Any]]], points: PointCall | None, urgent: bool
    ) -> None:
        file = self._opened()
        run = self._content(run_id)
        shape = None if points is None or run_id is None else self._shape(run_id, tuple(points[0]))
        self._seq += 1
        now = self.clock.now_us()
        contents = {table.name: fmt.rows_content(self._seq, now, rows) for table, rows in tables.items()}
        body, numbers = fmt.rows(run.number, self._seq, now, contents), b""
        if shape is not None and points is not None:
            values, step, ts = points
            numbers = shape.body(values, self._seq, step, now, now if ts is None else ts)
            body = fmt.both(numbers, body)
        if file.append(fmt.frame(body)):
            for table, rows in tables.items():
                run.add_rows(table.name, contents[table.name], len(rows))
                self._points += len(rows)
            if shape is not None:
                run.add_points(numbers, shape.keys)
                self._points += shape.keys
        self._urgent = self._urgent or urgent

    def _shape(self, run_id: str, keys: tuple[str, ...]) -> Shape:
        shape = self._shapes.get((run_id, keys))
        if shape is None:
            file, run, ordered = self._opened(), self._content(run_id), tuple(sorted(keys))
            run.add_shape(ordered)
            file.append(fmt.frame(fmt.shape_declaration(run.number, ordered)), needed=True)
            shape = self._shapes[run_id, keys] = Shape.of(ordered, run.number, run.shapes - 1, run.table("metrics"))
            if run.shapes >= SHAPES_LIMIT:
                self._points = POINTS_LIMIT
        return shape

    def _content(self, run_id: str | None) -> RunContent:
        found = self._runs.get(run_id)
        if found is None:
            file, number, prev = self._opened(), len(self._runs), self._prev.get(run_id, "")
            file.append(fmt.frame(fmt.run_declaration(number, run_id, prev)), needed=True)
            found = self._runs[run_id] = RunContent(number, run_id, prev)
        return found

    def _opened(self) -> SegmentFile:
        if self._must_recount and self._close(sync=False):
            self._must_recount = False
        if self._file is None:
            self._opened_at = self.clock.now_us()
            path = self.root / self.writer / f"{self._link:08d}.seg"
            self._file = SegmentFile(path, prepare=self._make_folder)
            head = fmt.frame(fmt.header(self.writer, self._link, self._opened_at, VERSION))
            self._file.append(fmt.MAGIC + head, needed=True)
        return self._file

    def _make_folder(self) -> None:
        make_root(self.uri)
        folder = self.root / self.writer
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / OWNER_FILE).exists():
            create_once(folder / OWNER_FILE, this_process().to_json())

    def _report_loss(self) -> None:
        event = EVENTS.row(
            ts=self.clock.now_us(),
            event_id=new_id(),
            action="journal.overflow",
            target_type="writer",
            target_id=self.writer,
            new=json.dumps({"lost_calls": self._lost_before}),
            result="error",
        )
        self._lost_before = 0
        self._append_rows(None, {EVENTS: [event]}, None, urgent=False)

    def _documents(self, file: SegmentFile) -> dict[str | None, str]:
        runs = list(self._runs.values())
        if self._must_recount:
            from runlake.journal.segment import recount  # reading back is for the rare interrupt only

            runs = recount(file.path)
        finals = {run.run_id for run in self._runs.values() if run.final}
        for run in runs:
            run.final = run.run_id in finals
        return {run.run_id: run.link(self.writer, self._link, recovered=False) for run in runs}

    def _chain(self, documents: Mapping[str | None, str]) -> None:
        for run_id, document in documents.items():
            if run_id in self._runs and self._runs[run_id].final:
                self._prev.pop(run_id, None)
            else:
                self._prev[run_id] = link_hash(document)

    def _after_fork(self) -> None:
        if self._file is not None:
            self._file.abandon()
        self._begin_process()


def _after_fork_in_child() -> None:
    # The child is another writer: its parent's file, numbers and locks are not its own.
    for journal in list(_journals):
        journal._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
