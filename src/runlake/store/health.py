"""What is wrong or at risk in a store: facts about its folder and its tables, read and never written."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.errors import NotFound, RunlakeError
from runlake.journal import is_bucket
from runlake.schema import COMMIT_ORDER
from runlake.store.delta import LOG, PROPERTIES, data_file_names, open_table, version_of
from runlake.store.guard import guarded
from runlake.store.layout import open_store
from runlake.store.repair import damaged_checkpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlake.store.layout import Store

READER, WRITER = 1, 2
# An append costs three times as much at 1,000 commits as at 100, and ten times at 10,000.
MANY_COMMITS, TOO_MANY_COMMITS = 4_000, 10_000
MANY_FILES = 1_000
DAILY_COMMITS = 2_000
LOW_FREE_BYTES, LOW_FREE_SHARE = 1_000_000_000, 0.05
LOW_FREE_FILES = 1_000


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        code: what kind of thing, as noun.adjective: stays the same between versions.
        severity: `info` is no reason to worry, `unchecked` says what could not be looked at.
        message: one sentence with the facts.
        advice: what to do; "" where there is nothing to do.
    """

    code: str
    severity: Severity
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table says of itself.

    Attributes:
        commits: its newest version.
        in_log: commits that are not in an archive.
        today: commits of the last 24 hours.
        files: data files of the newest version.
        unused_bytes: size of the files that no newest version names: replaced, or never committed.
        properties: its configuration.
    """

    name: str
    commits: int
    in_log: int
    today: int
    files: int
    unused_bytes: int
    reader: int
    writer: int
    properties: dict[str, str]


def store_findings(uri: str) -> list[Finding]:
    """Look at the folder of the store: is it there, can it be read and written, is the disk full."""
    try:
        store = open_store(uri)
    except NotFound as problem:
        return [Finding("store.missing", Severity.PROBLEM, str(problem), "name another with --store, or log a run")]
    except RunlakeError as problem:
        advice = "look at the folder and its permissions"
        if is_bucket(uri):
            advice = "look at the name of the bucket, the network and the credentials in the environment"
        return [Finding("store.unreadable", Severity.PROBLEM, str(problem), advice)]
    found = []
    if not store.files.may_write():
        told = f"the store {store.uri} cannot be written by this user: it can be read, runs logged here wait"
        found.append(Finding("store.read_only", Severity.WARNING, told, "ask its owner for permission to write"))
    return found if is_bucket(uri) else found + disk_findings(Path(store.uri), "the store")


def disk_findings(folder: Path, what: str) -> list[Finding]:
    """Say whether the disk below a folder is nearly full, of bytes or of files."""
    try:
        total, _, free = shutil.disk_usage(folder)
        files = _no_files(folder, what)
    except OSError as problem:
        told = f"the disk of {what} cannot be asked how full it is: {problem}"
        return [Finding("disk.unknown", Severity.UNCHECKED, told)]
    if free >= LOW_FREE_BYTES and free >= LOW_FREE_SHARE * total:
        return files
    told = f"the disk of {what} ({folder}) has {free / 1e9:.1f} GB free of {total / 1e9:.1f} GB"
    advice = "free some space: what finds no room waits in memory, and what finds none there is lost"
    severity = Severity.PROBLEM if free < LOW_FREE_BYTES else Severity.WARNING
    return [Finding("disk.nearly_full", severity, told, advice), *files]


def _no_files(folder: Path, what: str) -> list[Finding]:
    if not hasattr(os, "statvfs"):
        return []
    disk = os.statvfs(folder)
    # a file system that makes inodes as it goes says that it has none
    if not disk.f_files or disk.f_favail >= LOW_FREE_FILES:
        return []
    told = f"the disk of {what} ({folder}) has room for {disk.f_favail:,} more files only, whatever their size"
    return [Finding("disk.no_files", Severity.PROBLEM, told, "remove files: each journal and each commit is one")]


def table_findings(uri: str) -> list[Finding]:
    """Look at each table: can it be opened, is it as it was made, does it grow too many commits or files.

    Raises:
        NotFound: there is no store.
        StoreError: its marker cannot be read.
    """
    store = open_store(uri)
    found: list[Finding] = []
    sizes: list[TableFacts] = []
    for table in COMMIT_ORDER:
        damaged = _damaged(store, table.name)
        try:
            facts = table_facts(store, table.name)
        except RunlakeError as problem:
            if damaged:
                found += damaged
                continue
            advice = "restore the table's folder from a backup; the journals that are in it are not kept"
            found.append(Finding("table.unreadable", Severity.PROBLEM, str(problem), advice))
            continue
        if facts is not None:
            sizes.append(facts)
            found += [*damaged, *_as_made(facts), *_growth(facts)]
    return [*found, *_sizes(sizes)]


def _damaged(store: Store, name: str) -> list[Finding]:
    with guarded(f"cannot read the log of table {name}", store.uri):
        damaged = damaged_checkpoints(store.table(name))
    advice = "`runlake doctor --fix` sets it aside; the commits that it sums up are all there"
    told = (f"table {name} has a checkpoint that cannot be read: {file.removeprefix(f'{LOG}/')}" for file in damaged)
    return [Finding("table.checkpoint", Severity.PROBLEM, sentence, advice) for sentence in told]


def table_facts(store: Store, name: str) -> TableFacts | None:
    """Read what a table says of itself; None where there is no table.

    Raises:
        StoreError: it cannot be opened.
    """
    files = store.table(name)
    with guarded(f"cannot read table {name}", store.uri):
        commits = [entry for entry in files.listing(LOG) if version_of(entry.name) is not None]
        data = {entry.name: entry.size_bytes for entry in files.listing() if entry.name.endswith(".parquet")}
        if not (commits or data):
            return None  # or about to be made: its folder is there before its first commit
        handle = open_table(files)
        # what came after the listing is no harm; what the log names and is gone would stop a reader later
        used = set(data_file_names(handle))
        if missing := sorted(name for name in used - data.keys() if not files.exists(name)):
            raise FileNotFoundError(f"data file {missing[0]} is missing")
        return TableFacts(
            name=name,
            commits=handle.version(),
            in_log=len(commits),
            today=sum(entry.written_at >= time.time() - 86_400 for entry in commits),
            files=len(used),
            unused_bytes=sum(size for name, size in data.items() if name not in used),
            reader=handle.protocol().min_reader_version,
            writer=handle.protocol().min_writer_version,
            properties={k: v for k, v in handle.metadata().configuration.items() if v is not None},
        )


def _as_made(facts: TableFacts) -> Iterator[Finding]:
    if facts.reader > READER or facts.writer > WRITER:
        told = f"table {facts.name} asks for reader {facts.reader} and writer {facts.writer} instead of {READER} and {WRITER}"
        advice = "another program changed it; other readers may refuse it"
        yield Finding("table.protocol", Severity.PROBLEM, told, advice)
    for name, wanted in PROPERTIES.items():
        value = facts.properties.get(name)
        if value != wanted:
            told = f"table {facts.name} has {name} = {value or 'nothing'} instead of {wanted}"
            yield Finding("table.property", Severity.PROBLEM, told, f"find out who changed it, then set it to {wanted}")


def _sizes(tables: list[TableFacts]) -> Iterator[Finding]:
    """Say in one line how large all of it is; a table that grows too large has a finding of its own."""
    if tables:
        most = max(tables, key=lambda facts: facts.commits)
        told = f"tables: {len(tables)}, commits: {sum(t.commits for t in tables):,}, files: {sum(t.files for t in tables):,}"
        yield Finding("table.size", Severity.INFO, f"{told}; most commits: {most.commits:,}, in {most.name}")
    if unused := sum(t.unused_bytes for t in tables):
        told = f"{unused / 1e6:,.1f} MB are in files that compaction has replaced"
        yield Finding("table.unused", Severity.INFO, told, "`runlake vacuum` removes those that are older than 30 days")


def _growth(facts: TableFacts) -> Iterator[Finding]:
    if facts.in_log >= MANY_COMMITS:
        severity = Severity.WARNING if facts.in_log >= TOO_MANY_COMMITS else Severity.INFO
        told = f"table {facts.name} has {facts.in_log:,} commits in its log; each append and each first read gets slower with them"
        yield Finding("table.commits", severity, told, "`runlake vacuum` moves those older than a day into an archive")
    if facts.today > DAILY_COMMITS:
        told = f"table {facts.name} got {facts.today:,} commits in the last 24 hours"
        advice = "let one machine deliver: several that write the same store add up"
        yield Finding("table.busy", Severity.WARNING, told, advice)
    if facts.files >= MANY_FILES:
        told = f"table {facts.name} has {facts.files:,} files; reading a series has to choose among them"
        yield Finding("table.files", Severity.WARNING, told, "`runlake compact` makes few of them")
