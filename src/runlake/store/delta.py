"""Delta tables: creating one, appending in one commit, opening it at a version.

Rules that the engine forces: version 0 is written here, because delta-rs would note the absolute
path of the store in it; a handle goes stale with its own commits and slows down, so it is
refreshed after each and reopened now and then; a handle that somebody scans is never refreshed,
because a lazy frame reads the version that its handle has when it is collected.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable
from deltalake.transaction import AddAction, CommitProperties

from runlake.ids import new_id
from runlake.store import arrow, parquet
from runlake.store.guard import guarded
from runlake.store.layout import Store, put_once, sync_file, sync_folder
from runlake.store.stats import stats_json
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from runlake.schema import Table

LOG = "_delta_log"
PROPERTIES = {
    "delta.appendOnly": "true",
    "delta.checkpointInterval": "20",
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 30 days",
}
_REOPEN_EVERY = 20
_COMMIT_RETRIES = 20


class LocalTable(DeltaTable):
    """A table whose file names are paths: delta-rs gives them percent-encoded, which Polars takes literally."""

    def file_uris(self, *args: Any, **options: Any) -> list[str]:
        """Return the paths of the data files."""
        return [unquote(uri) for uri in super().file_uris(*args, **options)]

    @property
    def table_uri(self) -> str:
        """Return the URI of the table, unquoted like its files."""
        return unquote(super().table_uri)


class Appender:
    """Appends to one table; creates it, or adds columns that are new, on first use."""

    def __init__(self, store: Store, table: Table) -> None:
        self._store = store
        self._table = table
        self._path = store.table_path(table.name)
        self._handle: LocalTable | None = None
        self._commits = 0

    def append(
        self, data: pa.Table, metadata: Mapping[str, str], *, on_step: Callable[[str], None] = lambda _: None
    ) -> None:
        """Write rows as one file and add it in one commit; when this returns, both are on the disk.

        After an exception the rows may or may not be in: the caller looks before it tries again.

        Args:
            data: rows in the table's sort order.
            metadata: facts for the commit's metadata.
            on_step: called between the file and the commit.

        Raises:
            StoreError: the file or the commit failed.
        """
        with guarded(f"cannot append to table {self._table.name}", self._store.uri):
            handle = self._opened()
            # forgotten while the outcome is open: whatever goes wrong, the next try begins with a fresh handle
            self._handle = None
            before = handle.version()
            name = f"{new_id()}.parquet"
            file = self._path / name
            with contextlib.ExitStack() as unwritten:
                unwritten.callback(file.unlink, missing_ok=True)
                parquet.write_parquet(self._table, data, file)
                sync_file(file)
                unwritten.pop_all()
            on_step(f"parquet:{self._table.name}")
            add = AddAction(
                name, file.stat().st_size, {}, time.time_ns() // 1_000_000, True, stats_json(self._table, data)
            )
            handle.create_write_transaction(
                [add],
                "append",
                handle.schema(),
                commit_properties=CommitProperties(
                    custom_metadata={**metadata, "runlake.version": VERSION}, max_commit_retries=_COMMIT_RETRIES
                ),
            )
            handle.update_incremental()
            sync_commits(self._path, before, handle.version())
            self._commits += 1
            self._handle = handle if self._commits % _REOPEN_EVERY else None

    def scan(self) -> pl.LazyFrame:
        """Return the newest rows, to be collected before the next append; an empty frame where there is no table.

        Raises:
            StoreError: the table cannot be opened.
        """
        with guarded(f"cannot read table {self._table.name}", self._store.uri):
            if self._handle is None and latest_version(self._path) is not None:
                self._handle = LocalTable(str(self._path))
            elif self._handle is not None:
                self._handle.update_incremental()
        if self._handle is None:
            return pl.LazyFrame(schema=arrow.polars_schema(self._table))
        return rows_of_table(self._table, self._handle)

    def _opened(self) -> LocalTable:
        if self._handle is None:
            create(self._path, self._table)
            self._handle = LocalTable(str(self._path))
        known = {field.name for field in self._handle.schema().fields}
        if missing := [c for c in self._table.stored if c.name not in known]:
            self._handle.alter.add_columns(arrow.delta_fields(missing))
        return self._handle


def create(path: Path, table: Table) -> None:
    """Create a table with its documentation and properties, where there is none.

    Raises:
        OSError: the folder cannot be written.
    """
    if latest_version(path) is not None:  # the first commits may be in the archive by now
        return
    (path / LOG).mkdir(parents=True, exist_ok=True)
    now_ms = time.time_ns() // 1_000_000
    actions: tuple[dict[str, object], ...] = (
        {
            "commitInfo": {
                "timestamp": now_ms,
                "operation": "CREATE TABLE",
                "operationParameters": {},
                "runlake.version": VERSION,
            }
        },
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {
            "metaData": {
                "id": str(uuid.uuid4()),
                "name": table.name,
                "description": table.doc,
                "format": {"provider": "parquet", "options": {}},
                "schemaString": arrow.delta_schema(table).to_json(),
                "partitionColumns": [],
                "createdTime": now_ms,
                "configuration": PROPERTIES,
            }
        },
    )
    put_once(log_entry(path, 0), "".join(json.dumps(action) + "\n" for action in actions).encode())
    sync_folder(path)
    sync_folder(path.parent)


def sync_commits(path: Path, before: int, now: int) -> None:
    """Bring the commits after version `before` up to `now` to the disk, and the names of what they add.

    What they hold is removed elsewhere after this, so the log has to survive a power cut as the files do.

    Raises:
        OSError: the disk does not take it.
    """
    for version in range(before + 1, now + 1):
        sync_file(log_entry(path, version))
    sync_folder(path)
    sync_folder(path / LOG)


def rows_of_table(table: Table, handle: DeltaTable) -> pl.LazyFrame:
    """Scan a table with the columns of the schema: null for what came after it, without what is newer."""
    rows = pl.scan_delta(handle)
    wanted = [c.name for c in table.stored]
    found = [field.name for field in handle.schema().fields]
    if found == wanted:
        return rows
    kinds = arrow.polars_schema(table)
    missing = [pl.lit(None, dtype=kinds[name]).alias(name) for name in wanted if name not in found]
    return rows.with_columns(missing).select(wanted)


def open_table(path: Path, version: int | None = None) -> LocalTable:
    """Open a table, pinned at a version or at its newest; the caller guards."""
    return LocalTable(str(path), version=version)


def latest_version(path: Path, known: int | None = None) -> int | None:
    """Return the newest version of a table, None where there is no table.

    Args:
        path: folder of the table.
        known: a version that exists; asking for the one after it is cheaper than listing the log.
    """
    if known is not None:
        while log_entry(path, known + 1).exists():
            known += 1
        if log_entry(path, known).exists():
            return known
        # the log begins after it by now: archives take the oldest commits, and which one is the newest is open
    return max(log_versions(path), default=None)


def log_versions(path: Path) -> list[int]:
    """List the versions whose commits are in the log, in no order; [] where there is no table."""
    try:
        names = [entry.name for entry in os.scandir(path / LOG)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [int(name[:20]) for name in names if len(name) == 25 and name.endswith(".json") and name[:20].isdigit()]


def log_entry(path: Path, version: int) -> Path:
    """Return the file of one commit."""
    return path / LOG / f"{version:020d}.json"
