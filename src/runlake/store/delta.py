"""Delta tables: creating one, appending in one commit, opening it at a version.

Rules that the engine forces: version 0 is written here, because delta-rs would note the absolute
path of the store in it; a handle goes stale with its own commits and slows down, so it is
refreshed after each and reopened now and then; a handle that somebody scans is never refreshed,
because a lazy frame reads the version that its handle has when it is collected.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
from deltalake.transaction import AddAction, CommitProperties

from runlake.ids import new_id
from runlake.store import arrow, parquet
from runlake.store.guard import guarded
from runlake.store.patience import PatientTable
from runlake.store.stats import stats_json
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deltalake import DeltaTable

    from runlake.schema import Table
    from runlake.store.files import Files
    from runlake.store.layout import Store

LOG = "_delta_log"
PROPERTIES = {
    "delta.appendOnly": "true",
    "delta.checkpointInterval": "20",
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 30 days",
}
_REOPEN_EVERY = 20
_COMMIT_RETRIES = 20


class OpenTable(PatientTable):
    """A table whose file names are as they are: delta-rs gives them percent-encoded, which Polars takes literally."""

    def file_uris(self, *args: Any, **options: Any) -> list[str]:
        """Return the data files, each as an absolute path or a URI."""
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
        self._files = store.table(table.name)
        self._handle: OpenTable | None = None
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
            with self._files.new(name) as draft:
                parquet.write_parquet(self._table, data, draft)
                size = draft.stat().st_size
            on_step(f"parquet:{self._table.name}")
            add = AddAction(name, size, {}, time.time_ns() // 1_000_000, True, stats_json(self._table, data))
            handle.create_write_transaction(
                [add],
                "append",
                handle.schema(),
                commit_properties=CommitProperties(
                    custom_metadata={**metadata, "runlake.version": VERSION}, max_commit_retries=_COMMIT_RETRIES
                ),
            )
            handle.update_incremental()
            sync_commits(self._files, before, handle.version())
            self._commits += 1
            self._handle = handle if self._commits % _REOPEN_EVERY else None

    def scan(self) -> pl.LazyFrame:
        """Return the newest rows, to be collected before the next append; an empty frame where there is no table.

        Raises:
            StoreError: the table cannot be opened.
        """
        with guarded(f"cannot read table {self._table.name}", self._store.uri):
            if self._handle is None and latest_version(self._files) is not None:
                self._handle = open_table(self._files)
            elif self._handle is not None:
                self._handle.update_incremental()
        if self._handle is None:
            return pl.LazyFrame(schema=arrow.polars_schema(self._table))
        return rows_of_table(self._table, self._handle)

    def _opened(self) -> OpenTable:
        if self._handle is None:
            create(self._files, self._table)
            self._handle = open_table(self._files)
        known = {field.name for field in self._handle.schema().fields}
        if missing := [c for c in self._table.stored if c.name not in known]:
            self._handle.alter.add_columns(arrow.delta_fields(missing))
        return self._handle


def create(files: Files, table: Table) -> None:
    """Create a table with its documentation and properties, where there is none.

    Raises:
        OSError: its place cannot be written.
    """
    if latest_version(files) is not None:  # the first commits may be in the archive by now
        return
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
    files.put_once(log_entry(0), "".join(json.dumps(action) + "\n" for action in actions).encode())


def sync_commits(files: Files, before: int, now: int) -> None:
    """Make the commits after version `before` up to `now` durable; what they add is so already.

    What they hold is removed elsewhere after this, so the log has to survive a power cut as the files do.

    Raises:
        OSError: the disk does not take it.
    """
    files.sync(log_entry(version) for version in range(before + 1, now + 1))


def make_checkpoint(files: Files, handle: DeltaTable) -> None:
    """Sum up the commits of a table, up to the version of a handle, in a file that engines begin with.

    Raises:
        OSError, DeltaError: it cannot be written.
    """
    handle.create_checkpoint()
    files.sync(entry.name for entry in files.listing(LOG) if "checkpoint" in entry.name)


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


def open_table(files: Files, version: int | None = None) -> OpenTable:
    """Open a table, pinned at a version or at its newest; the caller guards."""
    return OpenTable(files.uri, version=version, storage_options=dict(files.options) or None)


def data_file_names(handle: DeltaTable) -> list[str]:
    """List the data files of a version, as names below the table."""
    names = pa.table(handle.get_add_actions())["path"].to_pylist()
    return [unquote(name) for name in names]


def data_bytes(handle: DeltaTable) -> int:
    """Return how many bytes the data files of a version have."""
    return sum(pa.table(handle.get_add_actions())["size_bytes"].to_pylist())


def latest_version(files: Files, known: int | None = None) -> int | None:
    """Return the newest version of a table, None where there is no table.

    Args:
        files: where the table lies.
        known: a version that exists; asking for the one after it is cheaper than listing the log.

    Raises:
        OSError: the place cannot be reached.
    """
    if known is not None:
        while files.exists(log_entry(known + 1)):
            known += 1
        if files.exists(log_entry(known)):
            return known
        # the log begins after it by now: archives take the oldest commits, and which one is the newest is open
    return max(log_versions(files), default=None)


def log_versions(files: Files) -> list[int]:
    """List the versions whose commits are in the log, in no order; [] where there is no table."""
    return [version for entry in files.listing(LOG) if (version := version_of(entry.name)) is not None]


def log_entry(version: int) -> str:
    """Return the name of one commit's file."""
    return f"{LOG}/{version:020d}.json"


def version_of(name: str) -> int | None:
    """Return the version whose commit a file in the log is, None where it is something else."""
    stem, _, ending = name.removeprefix(f"{LOG}/").partition(".")
    return int(stem) if len(stem) == 20 and stem.isdigit() and ending == "json" else None
