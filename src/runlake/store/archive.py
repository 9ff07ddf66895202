"""The log of a table beyond its newest commits: kept byte for byte, where engines do not have to read it.

Each commit is one JSON file in `_delta_log`, and an append gets slower with their number: ten times
as slow at ten thousand. They say who wrote what and when, so none is ever dropped. Old ones move
into zip files in `_log_archive` of the table's folder, which `commit_bytes` reads like the log
itself. What an engine needs to open the table stays: a checkpoint and the commits since.
"""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from runlake.errors import StoreError
from runlake.store.delta import LOG, log_entry, make_checkpoint, open_table, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlake.store.files import Entry, Files

FOLDER = "_log_archive"
_RANGE = re.compile(FOLDER + r"/(\d{20})-(\d{20})\.zip")
_CHECKPOINT = re.compile(LOG + r"/(\d{20})\.checkpoint.*\.parquet")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as it was written.

    Attributes:
        stored_at: when its file was written, seconds since 1970: a little after the commit itself, and
            much later where it is in an archive.
        lines: its actions, one JSON object each.
    """

    version: int
    stored_at: float
    lines: list[bytes]

    @property
    def info(self) -> dict[str, Any]:
        """Who, when and which links; {} where the commit says nothing."""
        return _info(self.lines)


@dataclass(frozen=True, slots=True)
class Keep:
    """What stays in the log.

    Attributes:
        commits: so many newest ones.
        age_s: and those younger than this, seconds: nobody still holds a handle from before.
        least: archive only where so many would go, so that archives are few.
    """

    commits: int = 200
    age_s: float = 86_400.0
    least: int = 1_000


def archivable(files: Files, keep: Keep) -> range:
    """Return which versions of a table would go to its archive now; empty where they are few."""
    written = {v: entry.written_at for entry in files.listing(LOG) if (v := version_of(entry.name)) is not None}
    if not written:
        return range(0)
    first, last = min(written), max(written) - keep.commits
    oldest_kept = time.time() - keep.age_s
    while last >= first and written.get(last, oldest_kept) > oldest_kept:
        last -= 1
    found = range(first, last + 1)
    return found if len(found) >= keep.least else range(0)


def archive(files: Files, versions: range, *, on_step: Callable[[str], None] = lambda _: None) -> str:
    """Move commits from the log into a new archive; the caller holds the lock of maintenance.

    Two machines may do so at once, which no lock keeps apart on a bucket: then there are two archives
    that agree.

    Args:
        files: where the table lies.
        versions: as `archivable` gives them.
        on_step: called at each step with its name, for crash tests.

    Returns:
        The name of the archive.

    Raises:
        StoreError: what was archived does not read back as it was; nothing is removed then.
        OSError, DeltaError: the log cannot be read or written.
    """
    handle = open_table(files)
    if _newest_checkpoint(files) < versions.stop:
        make_checkpoint(files, handle)
    if not versions.stop <= _newest_checkpoint(files) <= handle.version():
        raise StoreError("cannot archive the log", files.uri, "there is no checkpoint that stands for it")
    target = f"{FOLDER}/{versions.start:020d}-{versions.stop - 1:020d}.zip"
    _write(files, versions, target)
    _check(files, versions, target)
    on_step("archived")
    files.remove((log_entry(v) for v in versions), lambda name: on_step(f"expired:{version_of(name)}"))
    files.remove(name for name, version in checkpoints(files) if version in versions)
    return target


def commit_bytes(files: Files, version: int) -> bytes:
    """Return one commit as it was written, from the log or from its archive.

    Raises:
        FileNotFoundError: there is no such commit.
        OSError: it cannot be read.
    """
    try:
        return files.read(log_entry(version))
    except FileNotFoundError:
        for first, last, entry in archives(files):
            if first <= version <= last:
                with files.open(entry.name) as file, zipfile.ZipFile(file) as kept:
                    return kept.read(_name(version))
        raise


def commits_down(files: Files, newest: int) -> Iterator[Commit]:
    """Read commits from version `newest` down to the first that is kept.

    Raises:
        OSError: a commit cannot be read.
    """
    written = {entry.name: entry.written_at for entry in files.listing(LOG)}
    version = newest
    while (name := log_entry(version)) in written:
        yield Commit(version, written[name], files.read(name).splitlines())
        version -= 1
    for first, last, entry in reversed(archives(files)):
        with files.open(entry.name) as file, zipfile.ZipFile(file) as kept:
            for one in range(min(last, version), first - 1, -1):
                yield Commit(one, entry.written_at, kept.read(_name(one)).splitlines())
        version = min(version, first - 1)


def commit_info(files: Files, version: int) -> dict[str, Any]:
    """Read who, when and which links of one commit; {} where the commit says nothing.

    Raises:
        OSError: the commit cannot be read.
        ValueError: it is no JSON.
    """
    return _info(commit_bytes(files, version).splitlines())


def _info(lines: list[bytes]) -> dict[str, Any]:
    for line in lines:
        # engines write it first as a rule, though the protocol does not ask for it
        if line.startswith(b'{"commitInfo"'):
            return dict(json.loads(line)["commitInfo"])
    return {}


def archives(files: Files) -> list[tuple[int, int, Entry]]:
    """List the archives of a table: first version, last version, file; in order."""
    found = [(_RANGE.fullmatch(entry.name), entry) for entry in files.listing(FOLDER)]
    return sorted((int(match[1]), int(match[2]), entry) for match, entry in found if match)


def checkpoints(files: Files) -> list[tuple[str, int]]:
    """List the checkpoints in the log of a table: name and version, in no order."""
    found = [(entry.name, _CHECKPOINT.fullmatch(entry.name)) for entry in files.listing(LOG)]
    return [(name, int(match[1])) for name, match in found if match]


def can_be_read(files: Files, checkpoint: str) -> bool:
    """Say whether a checkpoint is a whole Parquet file.

    Raises:
        OSError: the place cannot be reached.
    """
    try:
        pq.read_table(io.BytesIO(files.read(checkpoint)))
    except (FileNotFoundError, ValueError, pa.ArrowException):
        return False
    return True


def _write(files: Files, versions: range, target: str) -> None:
    with files.new(target) as draft, zipfile.ZipFile(draft, "x", compression=zipfile.ZIP_DEFLATED) as kept:
        for version in versions:
            kept.writestr(_name(version), files.read(log_entry(version)))


def _check(files: Files, versions: range, target: str) -> None:
    with files.open(target) as file, zipfile.ZipFile(file) as kept:
        for version in versions:
            if kept.read(_name(version)) != files.read(log_entry(version)):
                cause = f"{_name(version)} reads back from {target} as another"
                raise StoreError("cannot archive the log", files.uri, cause)


def _name(version: int) -> str:
    """Return the name of a commit in its archive."""
    return log_entry(version).removeprefix(f"{LOG}/")


def _newest_checkpoint(files: Files) -> int:
    return max((version for name, version in checkpoints(files) if can_be_read(files, name)), default=-1)
