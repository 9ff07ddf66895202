"""The log of a table beyond its newest commits: kept byte for byte, where engines do not have to read it.

Each commit is one JSON file in `_delta_log`, and an append gets slower with their number: ten times
as slow at ten thousand. They say who wrote what and when, so none is ever dropped. Old ones move
into zip files in `_log_archive` of the table's folder, which `commit_bytes` reads like the log
itself. What an engine needs to open the table stays: a checkpoint and the commits since.
"""

from __future__ import annotations

import json
import os
import re
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from runlake.errors import StoreError
from runlake.store.delta import LOG, log_entry, log_versions, open_table
from runlake.store.layout import sync_file, sync_folder
from runlake.store.sharing import make_folder, open_up, open_up_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER = "_log_archive"
_RANGE = re.compile(r"(\d{20})-(\d{20})\.zip")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint.*\.parquet")


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


def archivable(path: Path, keep: Keep) -> range:
    """Return which versions of a table would go to its archive now; empty where they are few."""
    versions = log_versions(path)
    if not versions:
        return range(0)
    first, last = min(versions), max(versions) - keep.commits
    oldest_kept = time.time() - keep.age_s
    while last >= first and log_entry(path, last).stat().st_mtime > oldest_kept:
        last -= 1
    found = range(first, last + 1)
    return found if len(found) >= keep.least else range(0)


def archive(path: Path, versions: range, *, on_step: Callable[[str], None] = lambda _: None) -> Path:
    """Move commits from the log into a new archive; the caller holds the lock of maintenance.

    Args:
        path: folder of the table.
        versions: as `archivable` gives them.
        on_step: called at each step with its name, for crash tests.

    Returns:
        The archive.

    Raises:
        StoreError: what was archived does not read back as it was; nothing is removed then.
        OSError, DeltaError: the log cannot be read or written.
    """
    handle = open_table(path)
    if _newest_checkpoint(path) < versions.stop:
        handle.create_checkpoint()
        open_up_all(path / LOG)
    if not versions.stop <= _newest_checkpoint(path) <= handle.version():
        raise StoreError("cannot archive the log", str(path), "there is no checkpoint that stands for it")
    target = path / FOLDER / f"{versions.start:020d}-{versions.stop - 1:020d}.zip"
    _write(path, versions, target)
    _check(path, versions, target)
    on_step("archived")
    for version in versions:
        log_entry(path, version).unlink()
        on_step(f"expired:{version}")
    for file, version in checkpoints(path):
        if version in versions:
            file.unlink(missing_ok=True)
    sync_folder(path / LOG)
    return target


def commit_bytes(path: Path, version: int) -> bytes:
    """Return one commit as it was written, from the log or from its archive.

    Raises:
        FileNotFoundError: there is no such commit.
        OSError: it cannot be read.
    """
    try:
        return log_entry(path, version).read_bytes()
    except FileNotFoundError:
        for first, last, file in archives(path):
            if first <= version <= last:
                with zipfile.ZipFile(file) as kept:
                    return kept.read(log_entry(path, version).name)
        raise


def commits_down(path: Path, newest: int) -> Iterator[Commit]:
    """Read commits from version `newest` down to the first that is kept.

    Raises:
        OSError: a commit cannot be read.
    """
    version = newest
    while version >= 0:
        entry = log_entry(path, version)
        try:
            yield Commit(version, entry.stat().st_mtime, entry.read_bytes().splitlines())
        except FileNotFoundError:
            break
        version -= 1
    for first, last, file in reversed(archives(path)):
        stored_at = file.stat().st_mtime
        with zipfile.ZipFile(file) as kept:
            for one in range(min(last, version), first - 1, -1):
                yield Commit(one, stored_at, kept.read(log_entry(path, one).name).splitlines())
        version = min(version, first - 1)


def commit_info(path: Path, version: int) -> dict[str, Any]:
    """Read who, when and which links of one commit; {} where the commit says nothing.

    Raises:
        OSError: the commit cannot be read.
        ValueError: it is no JSON.
    """
    return _info(commit_bytes(path, version).splitlines())


def _info(lines: list[bytes]) -> dict[str, Any]:
    for line in lines:
        # engines write it first as a rule, though the protocol does not ask for it
        if line.startswith(b'{"commitInfo"'):
            return dict(json.loads(line)["commitInfo"])
    return {}


def archives(path: Path) -> list[tuple[int, int, Path]]:
    """List the archives of a table: first version, last version, file; in order."""
    found = [(_RANGE.fullmatch(file.name), file) for file in (path / FOLDER).glob("*.zip")]
    return sorted((int(match[1]), int(match[2]), file) for match, file in found if match)


def checkpoints(path: Path) -> list[tuple[Path, int]]:
    """List the checkpoints in the log of a table: file and version, in no order."""
    found = [(file, _CHECKPOINT.fullmatch(file.name)) for file in (path / LOG).glob("*.checkpoint*.parquet")]
    return [(file, int(match[1])) for file, match in found if match]


def can_be_read(checkpoint: Path) -> bool:
    """Say whether a checkpoint is a whole Parquet file."""
    try:
        pq.read_table(checkpoint)
    except (OSError, pa.ArrowException):
        return False
    return True


def _write(path: Path, versions: range, target: Path) -> None:
    make_folder(target.parent)
    draft = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        with zipfile.ZipFile(draft, "x", compression=zipfile.ZIP_DEFLATED) as kept:
            for version in versions:
                kept.write(log_entry(path, version), log_entry(path, version).name)
        sync_file(draft)
        open_up(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    sync_folder(path)


def _check(path: Path, versions: range, target: Path) -> None:
    with zipfile.ZipFile(target) as kept:
        for version in versions:
            entry = log_entry(path, version)
            if kept.read(entry.name) != entry.read_bytes():
                raise StoreError(
                    "cannot archive the log", str(path), f"{entry.name} reads back from {target} as another"
                )


def _newest_checkpoint(path: Path) -> int:
    return max((version for file, version in checkpoints(path) if can_be_read(file)), default=-1)
