"""Removing data files that no version needs any more, and moving old commits into archives.

A file goes when no newest version names it, when it was taken out of the table longer ago than is
kept, and when it is old itself: a young file may belong to a commit that is being made. No row goes
with it, since a rewrite has put its rows into another file, and no history: `as_of` is answered
from the newest files afterwards. The log is never cut, only archived.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from runlake.errors import InvalidValue, StoreError
from runlake.schema import COMMIT_ORDER, Table
from runlake.store.archive import Keep, archivable, archive, commits_down
from runlake.store.delta import LOG, data_file_names, latest_version, open_table
from runlake.store.guard import guarded
from runlake.store.layout import Store, open_store
from runlake.store.lock import maintaining

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlake.store.files import Entry, Files

DAY_S = 86_400.0
KEEP_S = 30 * DAY_S
LEAST_KEEP_S = 7 * DAY_S
# what delta-rs writes before it makes a commit of it, on a disk
_DRAFT = re.compile(LOG + r"/_commit_.*\.tmp")
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
    with guarded("cannot vacuum", store.uri), maintaining(store.uri) as mine:
        if not mine:
            raise StoreError("cannot vacuum", store.uri, _BUSY)
        return [
            _vacuum(store, table, oldest, keep_log or Keep(), dry_run, on_step)
            for table in tables
            if latest_version(store.table(table.name)) is not None
        ]


def archive_logs(uri: str, *, keep: Keep) -> dict[str, int]:
    """Move old commits of all tables into archives where there are many; the number moved, by table.

    Raises:
        NotFound: there is no store.
        StoreError: the store cannot be read or written, or another process maintains it.
    """
    store = open_store(uri)
    with guarded("cannot archive the log", store.uri):
        places = {table.name: store.table(table.name) for table in COMMIT_ORDER}
        if not any(archivable(files, keep) for files in places.values()):
            return {}
        with maintaining(store.uri) as mine:
            if not mine:
                raise StoreError("cannot archive the log", store.uri, _BUSY)
            moved = {name: archivable(files, keep) for name, files in places.items()}
            for name, versions in moved.items():
                if versions:
                    archive(places[name], versions)
    return {name: len(versions) for name, versions in moved.items() if versions}


def unused_files(files: Files, oldest: float) -> list[Entry]:
    """List files of a table that no version since `oldest` names, and drafts of commits that were never made.

    Args:
        files: where the table lies.
        oldest: seconds since 1970; younger files stay whatever they are.

    Raises:
        OSError, DeltaError: the table or its log cannot be read.
    """
    found = [entry for entry in files.listing() if entry.name.endswith(".parquet")]
    found += [entry for entry in files.listing(LOG) if _DRAFT.fullmatch(entry.name)]
    old = [entry for entry in found if entry.written_at <= oldest]
    # the version is looked up after the files: whatever was committed in between is in it
    table = open_table(files)
    kept = {*data_file_names(table), *_removed_since(files, table.version(), oldest)}
    return sorted(entry for entry in old if entry.name not in kept)


def _vacuum(
    store: Store, table: Table, oldest: float, keep_log: Keep, dry_run: bool, on_step: Callable[[str], None]
) -> Vacuumed:
    files = store.table(table.name)
    with guarded(f"cannot vacuum table {table.name}", store.uri):
        unused = unused_files(files, oldest)
        versions = archivable(files, keep_log)
        if not dry_run:
            files.remove((entry.name for entry in unused), lambda _: on_step(f"removed:{table.name}"))
            if versions:
                archive(files, versions, on_step=on_step)
        return Vacuumed(table.name, len(unused), sum(entry.size_bytes for entry in unused), len(versions))


def _removed_since(files: Files, newest: int, oldest: float) -> set[str]:
    """Names of files that were in the table at some time since `oldest`."""
    found: set[str] = set()
    for commit in commits_down(files, newest):
        if commit.stored_at <= oldest:
            break  # so are all before it
        actions = (json.loads(line)["remove"] for line in commit.lines if line.startswith(b'{"remove"'))
        found |= {unquote(str(action["path"])) for action in actions}
    return found
