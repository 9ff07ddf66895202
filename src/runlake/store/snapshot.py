"""One pinned version of every table, and over it what this machine's journals still hold."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import NotFound, StoreError
from runlake.journal import Segment, journal_root, spool_path, store_uri
from runlake.schema import COMMIT_ORDER, EXPERIMENTS, IDENTITIES, RUNS, SUMMARIES, TABLES, Table
from runlake.store.backlog import Watch
from runlake.store.guard import guarded
from runlake.store.ingest import drain as drain_store
from runlake.store.ingest import drain_if_free
from runlake.store.layout import Store, open_store
from runlake.store.live import Overlay, Tail, reader_of
from runlake.store.pins import RunIds, pins_of
from runlake.store.presence import base_states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from runlake.store.summarise import Series, State

READ_DRAINS_S = 5.0
_NO_RUNS = RunIds(pl.Series(dtype=pl.String), frozenset())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the lake held at one moment; reading it again gives the same rows.

    Attributes:
        key: changes exactly when what a snapshot shows may have changed: the key for caches.
        versions: table -> pinned version, of the tables that exist.
        pending: sentences about what is on this machine and not in here, and why.
        live: whether the tails of journals are laid over the tables.
    """

    uri: str
    key: str
    versions: Mapping[str, int]
    as_of: datetime | None
    pending: tuple[str, ...]
    live: bool
    _store: Store | None
    _overlay: Overlay
    _memo: _Memo

    def scan(self, table: str, *, run_ids: Sequence[str] | None = None) -> pl.LazyFrame:
        """Return the rows of a table: stored columns, no order promised.

        Rows of runs that are not in `runs` are hidden: their batch is still on its way.

        Args:
            table: its name; an empty frame where it does not exist yet.
            run_ids: only rows of these runs, which is quicker than a filter on all known runs.

        Raises:
            KeyError: there is no table by that name in the schema.
            StoreError: the table cannot be opened.
        """
        wanted = TABLES[table]
        rows = self._rows(wanted)
        if run_ids is not None:
            stored, on_their_way = self._run_ids()
            return rows.filter(_is_one_of([i for i in run_ids if i in stored.known or i in on_their_way.known]))
        if wanted in {RUNS, EXPERIMENTS, IDENTITIES}:
            return rows
        return rows.join(self._known(), on="run_id", how="semi", nulls_equal=True)

    def begun(self) -> datetime | None:
        """Return when the store first held runs, however early its runs claim to have started; None for not yet.

        Raises:
            StoreError: the log of `runs` cannot be read.
        """
        return pins_of(self._store, RUNS).begun() if self._store else None

    def run_ids(self) -> frozenset[str]:
        """Return the ids of all runs, deleted ones among them.

        Raises:
            StoreError: `runs` cannot be read.
        """
        stored, on_their_way = self._run_ids()
        return stored.known | on_their_way.known

    def blob_path(self, sha256: str) -> Path:
        """Return the file of a blob.

        Raises:
            InvalidValue: it is not a SHA-256 in lower-case hex.
            NotFound: the store has no such blob.
        """
        path = self._store.blob_path(sha256) if self._store else None
        if path is None or not path.is_file():
            raise NotFound("blob", sha256, "its bytes are not in this store")
        return path

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of a blob.

        Raises:
            InvalidValue: it is not a SHA-256 in lower-case hex.
            NotFound: the store has no such blob.
            StoreError: the bytes cannot be read, or are not those that the digest names.
        """
        path = self.blob_path(sha256)
        with guarded("cannot read a blob", self.uri):
            content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError("a blob has changed", self.uri, f"{path} does not hold what its name says")
        return content

    def spooled_path(self, name: str) -> Path | None:
        """Return the file of an artifact that still waits in this machine's spool, None where there is none.

        Args:
            name: `spool` in the metadata of an artifact whose `sha256` is null.
        """
        path = spool_path(journal_root(self.uri), name)
        return path if name.isalnum() and path.is_file() else None

    def _rows(self, table: Table) -> pl.LazyFrame:
        laid_over = self._laid_over(table)
        if self._store is None:
            return laid_over.lazy()
        stored = pins_of(self._store, table).scan(self.versions.get(table.name))
        return pl.concat([stored, laid_over.lazy()]) if laid_over.height else stored

    def _laid_over(self, table: Table) -> pl.DataFrame:
        with self._memo.lock:
            if table.name not in self._memo.laid_over:
                tails = self._missing(table)
                self._memo.laid_over[table.name] = self._overlay.rows(table, tails, self._base)
            return self._memo.laid_over[table.name]

    def _missing(self, table: Table) -> list[Tail]:
        """Return the tails that the pinned table does not hold."""
        tails = self._overlay.of(table)
        if self._store is None or not tails:
            return tails
        held = pins_of(self._store, table).holds([t.segment for t in tails], self.versions.get(table.name))
        return [tail for tail in tails if tail.origin not in held]

    def _base(self, segments: Sequence[Segment]) -> Mapping[Series, State]:
        if self._store is None:
            return {}
        return base_states(pins_of(self._store, SUMMARIES).scan(self.versions.get(SUMMARIES.name)), segments)

    def _known(self) -> pl.LazyFrame:
        if self._memo.known is None:
            # the null lets rows pass that belong to no run
            parts = [pl.Series([None], dtype=pl.String), *(ids.series for ids in self._run_ids())]
            self._memo.known = pl.concat(parts).alias("run_id").to_frame().lazy()
        return self._memo.known

    def _run_ids(self) -> tuple[RunIds, RunIds]:
        """Runs in the pinned `runs`, and runs that the overlay adds."""
        with self._memo.lock:
            if self._memo.run_ids is None:
                version = self.versions.get(RUNS.name)
                stored = pins_of(self._store, RUNS).run_ids(version) if self._store else _NO_RUNS
                added = self._laid_over(RUNS)["run_id"].drop_nulls().unique()
                self._memo.run_ids = stored, RunIds(added, frozenset(added.to_list()))
            return self._memo.run_ids


@dataclass(slots=True)
class _Memo:
    """What a snapshot has worked out so far."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    run_ids: tuple[RunIds, RunIds] | None = None
    known: pl.LazyFrame | None = None
    laid_over: dict[str, pl.DataFrame] = field(default_factory=dict)


def open_snapshot(uri: str, *, as_of: datetime | None = None, live: bool = True, drain: bool = True) -> Snapshot:
    """Pin a version of every table.

    Args:
        uri: the store, as `journal.store_uri` gives it.
        as_of: what the tables held at that moment (UTC where it names no zone): nothing is drained
            and nothing laid over.
        live: lay the tails of this machine's journals over the newest version.
        drain: first bring into the tables what ended processes left on this machine.

    Raises:
        NotFound: there is no store, nor anything on its way to it.
        InvalidValue: no store can have this path.
        StoreError: the store cannot be read.
    """
    root = journal_root(store_uri(uri))
    pending = _drained(uri, root, live) if drain and as_of is None else []
    # Journals first: what moves to the tables after this is in both, and left out of the overlay
    # because the table has it. The other way round it would be in neither.
    overlay = reader_of(root).read() if live and as_of is None else Overlay()
    try:
        store = open_store(uri)
    except NotFound:
        if not overlay.tails:
            raise
        store = None
    versions = _pinned(store, as_of) if store else {}
    if store:
        _forget(store, overlay)
    facts = json.dumps([uri, store.id if store else None, versions, overlay.key], sort_keys=True)
    return Snapshot(
        uri=uri,
        key=hashlib.sha256(facts.encode()).hexdigest()[:32],
        versions=versions,
        as_of=as_of,
        pending=tuple(dict.fromkeys([*pending, *overlay.left_out])),
        live=live and as_of is None,
        _store=store,
        _overlay=overlay,
        _memo=_Memo(),
    )


def _drained(uri: str, root: Path, live: bool) -> list[str]:
    """Deliver what ended processes left; sentences about what is left out."""
    if not root.is_dir():
        return []
    if os.access(uri, os.F_OK) and not os.access(uri, os.W_OK):
        waiting = len(Watch(root).look().waiting)
        return (
            [f"{waiting} journal segments wait on this machine: the store is read-only"] if waiting and not live else []
        )
    if not live:
        report = drain_store(uri, within_s=READ_DRAINS_S)
        late = f"{report.waiting} journal segments wait on this machine; run `runlake ingest`"
        return [*report.problems] or ([late] if report.waiting else [])
    # An overlay shows what another process is bringing in, so there is nothing to wait for.
    done = drain_if_free(uri, within_s=READ_DRAINS_S) if reader_of(root).has_work() else None
    return list(done.problems) if done else []


def _pinned(store: Store, as_of: datetime | None) -> dict[str, int]:
    # `runs` is committed last and pinned first: whatever it names is in the others
    tables = sorted(COMMIT_ORDER, key=lambda table: table is not RUNS)
    found = {t.name: pins_of(store, t).latest() if as_of is None else pins_of(store, t).at(as_of) for t in tables}
    return {name: version for name, version in found.items() if version is not None}


def _forget(store: Store, overlay: Overlay) -> None:
    kept = {tail.origin for tail in overlay.tails}
    for table in COMMIT_ORDER:
        pins_of(store, table).forget(kept)


def _is_one_of(run_ids: list[str]) -> pl.Expr:
    return pl.col("run_id") == run_ids[0] if len(run_ids) == 1 else pl.col("run_id").is_in(run_ids)
