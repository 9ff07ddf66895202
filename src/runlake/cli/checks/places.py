"""Where the store and the journals are: what the file systems can do, and who may write what."""

from __future__ import annotations

import os
import shlex
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.cli.formats.text import counted, duration
from runlake.journal import is_bucket, journal_root
from runlake.store.filesystem import Kind, Mount, Trial, existing, mount_of, synced_by, try_out
from runlake.store.health import Finding, Severity
from runlake.store.sharing import Closed, closed_parts, writers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Look = Callable[[Path], Mount | None]
    Try = Callable[[Path], Trial]

_NAMED = 3
_ELSEWHERE = (
    "keep the store on a disk of this machine, on NFS or in a bucket; what is logged waits in the journals meanwhile"
)
_OWN_DISK = "name a folder on a disk of this machine in RUNLAKE_JOURNAL, such as /var/tmp/runlake-$USER"


def place_findings(uri: str, *, mount_of: Look = mount_of, tried: Try = try_out) -> list[Finding]:
    """Look at the places of a store and of its journals on this machine; of a bucket there is nothing to see here.

    A disk of this machine is not written to. Of any other one its mount table does not tell enough: what is
    needed there is tried in a folder that is removed again.

    Args:
        uri: the store, as `store_uri` gives it.
        mount_of: tells the file system of a folder.
        tried: tries what is needed of a file system.

    Raises:
        OSError: a folder cannot be read.
    """
    root = journal_root(uri)
    found = [*_journal_disk(root, mount_of(root), tried), *_journal_owners(root)]
    return found if is_bucket(uri) else [*_folder_findings(Path(uri), mount_of, tried), *found]


def _folder_findings(store: Path, mount_of: Look, tried: Try) -> list[Finding]:
    found = list(_store_disk(store, mount_of(store), tried))
    if store.is_dir() and os.access(store, os.R_OK | os.X_OK) and os.name == "posix":
        found += [*_closed(store), *_shared(store)]
    return found


def _store_disk(store: Path, mount: Mount | None, tried: Try) -> Iterator[Finding]:
    code = "store.file_system"
    if folder := synced_by(store):
        told = f"the store is below {folder}, which a sync client copies file by file: two machines would spoil each other's commits"
        yield Finding(code, Severity.WARNING, told, "keep it outside, or let one machine alone write to it")
    if mount is None or mount.kind is Kind.LOCAL:
        return
    trial = _trial(store, mount, tried)
    where = f"{mount.name} at {mount.point}"
    if trial and trial.faults:
        told = f"the store cannot be on this file system ({where}): it {' and '.join(trial.faults)}"
        yield Finding(code, Severity.PROBLEM, told, _ELSEWHERE)
    elif mount.kind is Kind.MEMORY:
        yield Finding(code, Severity.INFO, f"the store is in memory ({where}): a restart takes it away")
    elif "soft" in mount.options:
        told = f"the store is on a network disk that gives up on a slow server ({where}, mounted soft)"
        yield Finding(code, Severity.WARNING, told, "mount it hard: a write that is given up may be half done")
    elif (trial and not trial.locks) or mount.has_local_locks:
        told = f"the store is on a file system ({where}) whose locks do not keep other machines or processes out"
        advice = "compact and vacuum on one machine alone: RUNLAKE_MAINTENANCE=off on the others"
        yield Finding(code, Severity.WARNING, told, advice)
    elif mount.kind is Kind.NETWORK:
        told = f"the store is on a network disk ({where}): other machines may see what is new up to a minute late"
        yield Finding(code, Severity.INFO, told)
    else:
        how = (
            "what it needs to do works here when tried" if trial else "nothing could be tried, as it cannot be written"
        )
        yield Finding(code, Severity.INFO, f"the store is on a file system that Runlake does not know ({where}): {how}")


def _journal_disk(root: Path, mount: Mount | None, tried: Try) -> Iterator[Finding]:
    code = "journals.file_system"
    if mount is None or mount.kind is Kind.LOCAL:
        return
    trial = _trial(root, mount, tried)
    where = f"{mount.name} at {mount.point}"
    if trial and trial.faults:
        told = (
            f"journals cannot be on this file system ({where}): it {' and '.join(trial.faults)}; what is logged is lost"
        )
        yield Finding(code, Severity.PROBLEM, told, _OWN_DISK)
    elif mount.kind is Kind.MEMORY:
        told = f"journals are in memory ({where}): a restart takes away what is not in the tables yet"
        yield Finding(code, Severity.INFO, told)
    elif mount.kind in {Kind.NETWORK, Kind.OBJECTS} or (trial and not trial.locks):
        told = f"journals are on a network disk ({where}): a training waits for it when its server does not answer"
        yield Finding(code, Severity.WARNING, told, _OWN_DISK)


def _trial(folder: Path, mount: Mount, tried: Try) -> Trial | None:
    """Try what is needed; None where nothing may be written, or where it is known to work."""
    if mount.kind is Kind.MEMORY:
        return None
    try:
        return tried(existing(folder))
    except OSError:
        return None


def _closed(store: Path) -> Iterator[Finding]:
    parts = closed_parts(store)
    if not parts.owners:
        return
    told = [
        _told(parts.unwritable, store, "folder", "written"),
        _told(parts.unreadable, store, "file", "read"),
    ]
    message = f"in the store {' and '.join(t for t in told if t)} by this user; they belong to {_people(parts.owners)}"
    yield Finding("store.closed", Severity.PROBLEM, message, _mend(store, parts))


def _told(paths: tuple[Path, ...], store: Path, what: str, how: str) -> str:
    if not paths:
        return ""
    named = ", ".join(str(path.relative_to(store)) for path in paths[:_NAMED])
    return f"{counted(len(paths), what)} cannot be {how} ({named}{', ...' if len(paths) > _NAMED else ''})"


def _mend(store: Path, parts: Closed) -> str:
    folder = store.stat()
    if 0 in parts.owners:
        return f"`sudo chown -R {folder.st_uid}:{folder.st_gid} {shlex.quote(str(store))}`, then log without sudo"
    return f"ask {_people(parts.owners)} to run `chmod -R g+rwX {shlex.quote(str(store))}`"


def _shared(store: Path) -> Iterator[Finding]:
    folder = store.stat()
    open_to_group = folder.st_mode & stat.S_IWGRP
    people = writers_of(store) - {0, folder.st_uid}
    if people and not (open_to_group or folder.st_mode & stat.S_IWOTH):
        told = f"{_people(people)} added to the store, but its folder can only be written by {_people([folder.st_uid])}"
        advice = (
            f"`chmod g+w,g+s {shlex.quote(str(store))}`, if its group ({_group(folder.st_gid)}) is who shall use it"
        )
        yield Finding("store.not_shared", Severity.WARNING, told, advice)
    elif open_to_group and not folder.st_mode & stat.S_ISGID and sys.platform == "linux":
        told = f"the store's folder is open to its group ({_group(folder.st_gid)}), but new entries do not inherit the group"
        advice = f"`chmod g+s {shlex.quote(str(store))}`: the group can read what is new from the first moment then"
        yield Finding("store.not_setgid", Severity.INFO, told, advice)


def _journal_owners(root: Path) -> Iterator[Finding]:
    if os.name != "posix":
        return
    place = existing(root)
    if not os.access(place, os.W_OK | os.X_OK):
        owner = place.stat().st_uid
        told = f"journals cannot be written: {place} belongs to {_people([owner])}; what is logged is kept in memory and then lost"
        yield Finding("journals.closed", Severity.PROBLEM, told, _mend_journals(place))
    others = {path: path.stat() for path in root.parent.glob(f"{root.name.rpartition('-')[0]}-*") if path != root}
    if others:
        silent_s = time.time() - max(facts.st_mtime for facts in others.values())
        told = f"{_people({facts.st_uid for facts in others.values()})} logged to this store from this machine, too"
        told += f", {duration(max(0.0, silent_s))} ago or later"
        advice = "each brings in their own journals: with their next run, or by `runlake ingest`"
        yield Finding("journals.others", Severity.INFO, told, advice)


def _mend_journals(place: Path) -> str:
    mine = f"`sudo chown -R {os.geteuid()}:{os.getegid()} {shlex.quote(str(place))}`"
    return f"{mine} where it is yours alone; else name a folder of your own in RUNLAKE_JOURNAL"


def _people(uids: Iterable[int]) -> str:
    import pwd

    found = []
    for uid in sorted(uids):
        try:
            found.append(pwd.getpwuid(uid).pw_name)
        except KeyError:  # a container, or a directory service that does not answer
            found.append(f"user {uid}")
    return ", ".join(found)


def _group(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
