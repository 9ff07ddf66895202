"""Compaction: many small data files of a table become few sorted ones; every row stays as it is.

One process compacts a store at a time, under the lock of its maintenance. A lock cannot be trusted
on every file system, and two rewrites that overlap would double the rows without a word, so each
commit also carries a transaction of one fixed application: of two that began on the same version,
Delta refuses the second. Appends go on meanwhile. Each group of files is one commit of its own, so
a compaction that is killed has done what it has done, and the next one goes on from there.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, CommitProperties, RemoveAction, Transaction

from runlake.errors import StoreError
from runlake.ids import new_id
from runlake.schema import COMMIT_ORDER, Table
from runlake.store.delta import OpenTable, data_file_names, latest_version, open_table, sync_commits
from runlake.store.guard import guarded
from runlake.store.layout import Store, open_store
from runlake.store.lock import maintaining
from runlake.store.rewrite import ContentChanged, rewrite
from runlake.store.stats import stats_json
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

APPLICATION = "runlake.compact"
_COMMIT_RETRIES = 20
_OVERTAKEN = "another process has rewritten files meanwhile; try again later"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into one file, and so how much memory a rewrite takes: some 200 bytes a row.

    Attributes:
        rows: most rows of a new file.
        size_bytes: most bytes of the files that are read for it.
        plain_bytes: most bytes of them without compression: long texts compress well.
        files: fewest files that are worth a rewrite: two or three cost a reader nothing.
    """

    rows: int = 5_000_000
    size_bytes: int = 64 * 1024 * 1024
    plain_bytes: int = 512 * 1024 * 1024
    files: int = 4


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file of a table.

    Attributes:
        name: path below the table.
        low: least run id in it; "" where none is known.
        plain_bytes: size without compression.
    """

    name: str
    size_bytes: int
    rows: int
    low: str
    plain_bytes: int


@dataclass(slots=True)
class Compacted:
    """What became, or would become, of one table.

    Attributes:
        files_before, bytes_before: data files of the newest version, at the start.
        files_after, bytes_after: the same at the end; with `dry_run` the bytes are not known and as before.
        rows: rows that were rewritten.
        problem: why it went no further; None where it is done.
    """

    table: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    rows: int = 0
    problem: str | None = None


def compact(
    uri: str,
    *,
    tables: Iterable[Table] = COMMIT_ORDER,
    dry_run: bool = False,
    limits: Limits | None = None,
    on_step: Callable[[str], None] = lambda _: None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Compacted]:
    """Rewrite the small files of tables; what cannot be done is said in `problem`, table by table.

    Args:
        uri: the store, as `journal.store_uri` gives it.
        tables: which ones.
        dry_run: only say what would be done.
        limits: how large the new files may be.
        on_step: called at each step with its name, for crash tests.
        progress: called with table, groups done and groups to do.

    Raises:
        NotFound: there is no store.
        StoreError: the store cannot be read or written, or another process maintains it.
    """
    store = open_store(uri)
    jobs = [_Job(store, t, limits or Limits(), on_step, progress or _silent) for t in tables if _exists(store, t)]
    if dry_run:
        return [job.would_do() for job in jobs]
    with guarded("cannot compact", store.uri), maintaining(store.uri) as mine:
        if not mine:
            raise StoreError("cannot compact", store.uri, "another process maintains this store; try again later")
        return [job.do() for job in jobs]


def plan(files: Sequence[DataFile], limits: Limits) -> list[list[DataFile]]:
    """Choose which files become one: small ones, in the order of their runs, within the limits.

    A file that has at least half of what a new one may have stays as it is, so that no row is
    rewritten over and over.
    """
    small = [
        f
        for f in files
        if f.rows * 2 < limits.rows and f.size_bytes * 2 < limits.size_bytes and f.plain_bytes * 2 < limits.plain_bytes
    ]
    groups: list[list[DataFile]] = [[]]
    for file in sorted(small, key=lambda f: (f.low, f.name)):
        if not _fits([*groups[-1], file], limits):
            groups.append([])
        groups[-1].append(file)
    return [group for group in groups if len(group) >= max(limits.files, 2)]


def _fits(group: Sequence[DataFile], limits: Limits) -> bool:
    return (
        sum(f.rows for f in group) <= limits.rows
        and sum(f.size_bytes for f in group) <= limits.size_bytes
        and sum(f.plain_bytes for f in group) <= limits.plain_bytes
    )


def data_files(store: Store, table: Table, handle: OpenTable) -> list[DataFile]:
    """List the data files of a version.

    Raises:
        OSError, pa.ArrowException: a file cannot be read.
    """
    actions = pa.table(handle.get_add_actions(flatten=True))
    names, sizes = data_file_names(handle), actions["size_bytes"].to_pylist()
    lows = actions["min.run_id"].to_pylist() if "min.run_id" in actions.column_names else [None] * len(names)
    files = store.table(table.name)
    found = []
    for name, size, low in zip(names, sizes, lows, strict=True):
        with files.open(name) as file:
            footer = pq.read_metadata(file)
        plain = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
        found.append(DataFile(name, size, footer.num_rows, low or "", plain))
    return found


def _silent(_table: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def _exists(store: Store, table: Table) -> bool:
    return latest_version(store.table(table.name)) is not None


@dataclass(slots=True)
class _Job:
    """The compaction of one table."""

    store: Store
    table: Table
    limits: Limits
    on_step: Callable[[str], None]
    progress: Callable[[str, int, int], None]
    _handle: OpenTable = field(init=False)

    def would_do(self) -> Compacted:
        with guarded(f"cannot read table {self.table.name}", self.store.uri):
            report, groups = self._look()
        report.files_after -= sum(len(group) - 1 for group in groups)
        report.rows = sum(f.rows for group in groups for f in group)
        return report

    def do(self) -> Compacted:
        with guarded(f"cannot compact table {self.table.name}", self.store.uri):
            report, groups = self._look()
            if groups and (newer := self._newer_columns()):
                report.problem = f"a newer Runlake has added columns ({', '.join(newer)}); update runlake to compact it"
                return report
            for done, group in enumerate(groups):
                self.progress(self.table.name, done, len(groups))
                report.problem = self._rewrite(group, report)
                if report.problem:
                    break
            self.progress(self.table.name, len(groups), len(groups))
        return report

    def _look(self) -> tuple[Compacted, list[list[DataFile]]]:
        self._handle = open_table(self.store.table(self.table.name))
        files = data_files(self.store, self.table, self._handle)
        size = sum(f.size_bytes for f in files)
        return Compacted(self.table.name, len(files), len(files), size, size), plan(files, self.limits)

    def _newer_columns(self) -> list[str]:
        known = {c.name for c in self.table.stored}
        return [f.name for f in self._handle.schema().fields if f.name not in known]

    def _rewrite(self, group: Sequence[DataFile], report: Compacted) -> str | None:
        """Rewrite one group; why it could not be done, None where it is."""
        files = self.store.table(self.table.name)
        target = f"{new_id()}.parquet"
        if not {f.name for f in group} <= set(data_file_names(self._handle)):
            return _OVERTAKEN
        try:
            with files.new(target) as draft:
                data = rewrite(self.table, [partial(files.read, f.name) for f in group], draft)
                size = draft.stat().st_size
        except ContentChanged as problem:
            return f"nothing was changed: a rewritten file did not read back as its sources ({problem})"
        self.on_step(f"rewritten:{self.table.name}")
        before = self._handle.version()
        try:
            self._commit(group, data, target, size)
        except CommitFailedError as problem:
            # the new file stays: should the commit be in after all, it is data, and else vacuum finds it
            return f"{_OVERTAKEN} ({problem})"
        self._handle.update_incremental()
        sync_commits(files, before, self._handle.version())
        self.on_step(f"compacted:{self.table.name}")
        report.rows += data.num_rows
        report.files_after -= len(group) - 1
        report.bytes_after += size - sum(f.size_bytes for f in group)
        return None

    def _commit(self, group: Sequence[DataFile], data: pa.Table, name: str, size: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        add = AddAction(name, size, {}, now_ms, False, stats_json(self.table, data))
        removes = [RemoveAction(f.name, False, now_ms, f.size_bytes, {}) for f in group]
        turn = (self._handle.transaction_version(APPLICATION) or 0) + 1
        facts = {
            "runlake.compact": json.dumps({"files": len(group), "rows": data.num_rows}),
            "runlake.version": VERSION,
        }
        self._handle.create_write_transaction(
            [add, *removes],
            "append",
            self._handle.schema(),
            commit_properties=CommitProperties(
                custom_metadata=facts,
                app_transactions=[Transaction(APPLICATION, turn)],
                max_commit_retries=_COMMIT_RETRIES,
            ),
        )
