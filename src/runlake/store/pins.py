"""Pinned versions of tables: which version is newest, its handle, and which links it holds.

A process keeps one handle per table, of the newest version that it has seen. Handles are never
refreshed: a snapshot that was taken earlier goes on reading its own.
"""

from __future__ import annotations

import contextlib
import json
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import StoreError
from runlake.store import arrow
from runlake.store.archive import commit_info, commits_down
from runlake.store.delta import OpenTable, data_bytes, data_file_names, latest_version, open_table, rows_of_table
from runlake.store.guard import guarded
from runlake.store.presence import origins_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runlake.journal import Segment
    from runlake.schema import Table
    from runlake.store.decode import Origin
    from runlake.store.layout import Store

SMALL_BYTES = 1 << 20  # of Parquet, which come to some ten times that in memory


@dataclass(frozen=True, slots=True)
class RunIds:
    """Distinct run ids, ready for joining and for looking up."""

    series: pl.Series
    known: frozenset[str]


@dataclass(slots=True)
class TablePins:
    """One table of one store, as this process has seen it.

    Attributes:
        newest: the newest version seen, None where there is no table.
    """

    store: Store
    table: Table
    newest: int | None = None
    _handle: OpenTable | None = None
    _run_ids: tuple[int | None, RunIds] | None = None
    _absent: dict[Origin, int] = field(default_factory=dict)
    _committed: dict[int, frozenset[Origin]] = field(default_factory=dict)
    _later: tuple[int, int, pl.LazyFrame] | None = None
    _small: tuple[int, pl.LazyFrame] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def latest(self) -> int | None:
        """Look for the newest version; None where there is no table.

        Raises:
            StoreError: the store cannot be reached.
        """
        with guarded(f"cannot read table {self.table.name}", self.store.uri):
            self.newest = latest_version(self.store.table(self.table.name), self.newest)
        return self.newest

    def at(self, moment: datetime) -> int | None:
        """Return the version that was the newest at a moment, None where there was none yet.

        Raises:
            StoreError: the log cannot be read.
        """
        last = self.latest()
        if last is None:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        wanted = int(moment.timestamp() * 1000)
        low, high = -1, last
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._committed_at(middle) <= wanted else (low, middle - 1)
        return low if low >= 0 else None

    def begun(self) -> datetime | None:
        """Return when the table was first written; None where there is none.

        Raises:
            StoreError: the log cannot be read.
        """
        return None if self.latest() is None else datetime.fromtimestamp(self._committed_at(0) / 1000, UTC)

    def handle(self, version: int) -> OpenTable:
        """Open the table at a version.

        Raises:
            StoreError: the table cannot be opened.
        """
        with self._lock:
            if self._handle is not None and self._handle.version() == version:
                return self._handle
            with guarded(f"cannot read table {self.table.name}", self.store.uri):
                handle = open_table(self.store.table(self.table.name), version)
            if version == self.newest:
                self._handle = handle
            return handle

    def scan(self, version: int | None) -> pl.LazyFrame:
        """Return the rows at a version, none where it is None.

        Where its files or its part of the log are gone, which only maintenance does, they are the newest
        rows without those of links that came later.

        Raises:
            StoreError: the table cannot be opened.
        """
        if version is None:
            return pl.LazyFrame(schema=arrow.polars_schema(self.table))
        # only what a newer version has replaced can be gone
        handle = self.handle(version) if version == self.latest() else self._whole(version)
        if handle is None:
            return self._without_later(version)
        with guarded(f"cannot read table {self.table.name}", self.store.uri):
            return self._rows(handle) if version == self.newest else rows_of_table(self.table, handle)

    def run_ids(self, version: int | None) -> RunIds:
        """Return the distinct run ids at a version, worked out once per version.

        Raises:
            StoreError: the table cannot be read.
        """
        with self._lock:
            if self._run_ids is None or self._run_ids[0] != version:
                with guarded(f"cannot read table {self.table.name}", self.store.uri):
                    found = self.scan(version).select(pl.col("run_id").unique()).collect()["run_id"].drop_nulls()
                self._run_ids = version, RunIds(found, frozenset(found.to_list()))
            return self._run_ids[1]

    def holds(self, segments: Sequence[Segment], version: int | None) -> set[Origin]:
        """Return which segments have their rows of this table in a version.

        A segment that was not in an earlier version can have come only with a commit since, and
        those say which links they add; so the rows are searched once per segment.

        Raises:
            StoreError: the table cannot be read.
        """
        if version is None or not segments:
            return set()
        with self._lock:
            return self._held(segments, version)

    def forget(self, kept: set[Origin]) -> None:
        """Forget segments that are gone from the journals."""
        with self._lock:
            self._absent = {origin: version for origin, version in self._absent.items() if origin in kept}

    def _rows(self, handle: OpenTable) -> pl.LazyFrame:
        """Return the newest rows, of a small table from memory: to find a few in files takes longer than to hold all."""
        with self._lock:
            if self._small is None or self._small[0] != handle.version():
                rows = rows_of_table(self.table, handle)
                small = data_bytes(handle) <= SMALL_BYTES
                self._small = handle.version(), rows.collect().lazy() if small else rows
            return self._small[1]

    def _whole(self, version: int) -> OpenTable | None:
        """Return the table at a version if all that it consists of is still there."""
        try:
            handle = self.handle(version)
        except StoreError:
            return None
        files = self.store.table(self.table.name)
        with guarded(f"cannot read table {self.table.name}", self.store.uri):
            there = {entry.name for entry in files.listing()}
            missing = (name for name in data_file_names(handle) if name not in there)
            # what another engine has put into folders below is not in the list
            return handle if all("/" in name and files.exists(name) for name in missing) else None

    def _without_later(self, version: int) -> pl.LazyFrame:
        newest = self.latest()
        if newest is None:
            raise StoreError(f"cannot read table {self.table.name}", self.store.uri, "its log is gone")
        # a link reaches a table in one commit, so leaving out links leaves out commits
        return self.scan(newest).join(self._links_after(version, newest), on=["writer", "link"], how="anti")

    def _links_after(self, version: int, newest: int) -> pl.LazyFrame:
        with self._lock:
            if self._later is None or self._later[:2] != (version, newest):
                files = self.store.table(self.table.name)
                with self._reading_log():
                    later = takewhile(lambda commit: commit.version > version, commits_down(files, newest))
                    links = sorted({origin for commit in later for origin in _links_in(commit.info)})
                found = pl.LazyFrame(links, schema={"writer": pl.String, "link": pl.Int64}, orient="row")
                self._later = version, newest, found
            return self._later[2]

    def _held(self, segments: Sequence[Segment], version: int) -> set[Origin]:
        asked, held = [], set()
        for segment in segments:
            origin = (segment.writer, segment.link)
            absent_at = self._absent.get(origin)
            if absent_at is None:
                asked.append(segment)
            elif any(origin in self._links(v) for v in range(absent_at + 1, version + 1)):
                held.add(origin)
            else:
                self._absent[origin] = max(absent_at, version)
        if asked:
            with guarded(f"cannot read table {self.table.name}", self.store.uri):
                found = origins_in(self.scan(version), self.table, asked)
            self._absent.update({o: version for s in asked if (o := (s.writer, s.link)) not in found})
            held |= found
        return held

    def _links(self, version: int) -> frozenset[Origin]:
        if version not in self._committed:
            self._committed[version] = _links_in(self._info(version))
        return self._committed[version]

    def _committed_at(self, version: int) -> int:
        at = self._info(version).get("timestamp")
        return at if isinstance(at, int) else 0

    def _info(self, version: int) -> dict[str, object]:
        with self._reading_log():
            return commit_info(self.store.table(self.table.name), version)

    @contextlib.contextmanager
    def _reading_log(self) -> Iterator[None]:
        with guarded(f"cannot read the log of table {self.table.name}", self.store.uri):
            try:
                yield
            except (ValueError, zipfile.BadZipFile) as problem:
                raise OSError(f"a commit cannot be read: {problem}") from problem


def _links_in(info: Mapping[str, object]) -> frozenset[Origin]:
    said = info.get("runlake.links")
    return frozenset((str(writer), int(link)) for writer, link in (json.loads(said) if isinstance(said, str) else []))


_pins: dict[tuple[str, str, str], TablePins] = {}


def pins_of(store: Store, table: Table) -> TablePins:
    """Return the pins of a table, one per process; a store made anew at the same place has its own."""
    return _pins.setdefault((store.uri, store.id, table.name), TablePins(store, table))
