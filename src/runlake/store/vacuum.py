"""Removing data files that no version needs any more, and moving old commits into archives.

A file goes when no newest version names it, when it was taken out of the table longer ago than is
kept, and when it is old itself: a young file may belong to a commit that is being made. No row goes
with it, since a rewrite has put its rows into another file, and no history: `as_of` is answered
from the newest files afterwards. The log is never cut, only archived.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from runlake.errors import InvalidValue, StoreError
from runlake.schema import COMMIT_ORDER, Table
from runlake.store.archive import Keep, archivable, archive, commits_down
from runlake.store.delta import LOG, latest_version, open_table
from runlake.store.guard import guarded
from runlake.store.layout import Store, open_store, sync_folder
from runlake.store.lock import maintaining

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

DAY_S = 86_400.0
KEEP_S = 30 * DAY_S
LEAST_KEEP_S = 7 * DAY_S
_BUSY = "another process maintains this store; try again later"


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What was removed from one table, or would be.

    Attributes:
        files, size_bytes: data files that were replaced by rewrites, or were never committed.
        archived: commits that moved into an archive.
    """

    table: str
    files: int
    size_bytes: int
    archived: int


def vacuum(
    uri: str,
    *,
    tables: Iterable[Table] = COMMIT_ORDER,
    keep_s: float = KEEP_S,
    keep_log: Keep | None = None,
    dry_run: bool = False,
    now: float | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[Vacuumed]:
    """Remove what no version of the last `keep_s` seconds needs; rows and history stay.

    Args:
        uri: the store, as `journal.store_uri` gives it.
        tables: which ones.
        keep_s: files that were in a table within so many seconds stay: whoever has a snapshot open
            goes on reading; at least seven days.
        keep_log: which commits stay in the log.
        dry_run: only say what would be done.
        now: seconds since 1970; None takes the clock.
        on_step: called at each step with its name, for crash tests.

    Raises:
        NotFound: there is no store.
        InvalidValue: less than seven days are to be kept.
        StoreError: the store cannot be read or written, or another process maintains it.
    """
    if not keep_s >= LEAST_KEEP_S:
        raise InvalidValue("vacuum", f"{keep_s / DAY_S:g} days", "at least 7 days: a younger file may be in use")
    store = open_store(uri)
    oldest = (time.time() if now is None else now) - keep_s
    with guarded("cannot vacuum", store.uri), maintaining(store.folder) as mine:
        if not mine:
            raise StoreError("cannot vacuum", store.uri, _BUSY)
        return [
            _vacuum(store, table, oldest, keep_log or Keep(), dry_run, on_step)
            for table in tables
            if latest_version(store.table_path(table.name)) is not None
        ]


def archive_logs(uri: str, *, keep: Keep) -> dict[str, int]:
    """Move old commits of all tables into archives where there are many; the number moved, by table.

    Raises:
        NotFound: there is no store.
        StoreError: the store cannot be read or written, or another process maintains it.
    """
    store = open_store(uri)
    with guarded("cannot archive the log", store.uri):
        paths = {table.name: store.table_path(table.name) for table in COMMIT_ORDER}
        if not any(archivable(path, keep) for path in paths.values()):
            return {}
        with maintaining(store.folder) as mine:
            if not mine:
                raise StoreError("cannot archive the log", store.uri, _BUSY)
            moved = {name: archivable(path, keep) for name, path in paths.items()}
            for name, versions in moved.items():
                if versions:
                    archive(paths[name], versions)
    return {name: len(versions) for name, versions in moved.items() if versions}


def unused_files(path: Path, oldest: float) -> list[Path]:
    """List files of a table that no version since `oldest` names, and drafts of commits that were never made.

    Args:
        path: folder of the table.
        oldest: seconds since 1970; younger files stay whatever they are.

    Raises:
        OSError, DeltaError: the folder or the log cannot be read.
    """
    found = [*path.glob("*.parquet"), *(path / LOG).glob("_commit_*.tmp")]
    old = [file for file in found if _written_at(file) <= oldest]
    # the version is looked up after the files: whatever was committed in between is in it
    table = open_table(path)
    kept = {*pa.table(table.get_add_actions())["path"].to_pylist(), *_removed_since(path, table.version(), oldest)}
    return sorted(file for file in old if file.name not in kept)


def _vacuum(
    store: Store, table: Table, oldest: float, keep_log: Keep, dry_run: bool, on_step: Callable[[str], None]
) -> Vacuumed:
    path = store.table_path(table.name)
    with guarded(f"cannot vacuum table {table.name}", store.uri):
        files = unused_files(path, oldest)
        size = sum(file.stat().st_size for file in files)
        versions = archivable(path, keep_log)
        if not dry_run:
            for file in files:
                file.unlink()
                on_step(f"removed:{table.name}")
            sync_folder(path)
            if versions:
                archive(path, versions, on_step=on_step)
        return Vacuumed(table.name, len(files), size, len(versions))


def _removed_since(path: Path, newest: int, oldest: float) -> set[str]:
    """Names of files that were in the table at some time since `oldest`."""
    found: set[str] = set()
    for commit in commits_down(path, newest):
        if commit.stored_at <= oldest:
            break  # so are all before it
        actions = (json.loads(line)["remove"] for line in commit.lines if line.startswith(b'{"remove"'))
        found |= {str(action["path"]) for action in actions}
    return found


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
