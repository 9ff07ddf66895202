"""What the file system under a folder can do: its kind by the mount table, and the rest by trying.

A commit is a hard link that fails where its name is taken: whoever comes second sees it. A file
system that has no hard links, or gives a name away twice, holds no store, whatever it is called.
What no trial on one machine can show, such as how late another machine sees a new file, follows
from the kind.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOUNTINFO = Path("/proc/self/mountinfo")


class Kind(StrEnum):
    """What a file system is good for."""

    LOCAL = "local"
    MEMORY = "memory"
    NETWORK = "network"
    OBJECTS = "objects"
    SIMPLE = "simple"
    UNKNOWN = "unknown"


_NAMES: dict[Kind, str] = {
    Kind.LOCAL: "ext2 ext3 ext4 xfs btrfs zfs bcachefs f2fs jfs nilfs2 reiserfs overlay aufs apfs hfs ufs ntfs ntfs3",
    Kind.MEMORY: "tmpfs ramfs",
    Kind.NETWORK: "nfs nfs4 ceph-fuse cifs smb2 smb3 smbfs ceph lustre gpfs beegfs glusterfs gfs2 ocfs2 orangefs panfs wekafs afs "
    "juicefs sshfs 9p drvfs virtiofs vboxsf prl_fs davfs webdav afpfs",
    # object storage and sync clients that show themselves as a folder
    Kind.OBJECTS: "s3fs gcsfuse goofys geesefs rclone mountpoint-s3 blobfuse blobfuse2 ossfs cosfs "
    "google-drive-ocamlfuse onedriver",
    Kind.SIMPLE: "vfat msdos exfat fusefat",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
# Two mounts of one folder both got the lock of a file, by SSHFS; by NFS, these options say so.
_ONLY_HERE = {"sshfs", "davfs", "webdav"}
_LOCAL_LOCKS = {"nolock", "local_lock=all", "local_lock=flock"}
# Folders that a client on this machine copies to and from a server, file by file, whenever it likes.
_SYNCED = re.compile(
    r"Dropbox( \(.+\))?|OneDrive( - .+)?|Google Drive|My Drive|CloudStorage|Mobile Documents|Nextcloud"
)


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system.

    Attributes:
        point: where it is mounted.
        name: its type, for FUSE the type of what is behind it where that is known.
        device: major:minor.
        options: of the mount and of the file system.
    """

    point: str
    name: str
    device: str = ""
    options: frozenset[str] = frozenset()

    @property
    def kind(self) -> Kind:
        """What it is good for."""
        return _KINDS.get(self.name, Kind.UNKNOWN)

    @property
    def has_local_locks(self) -> bool:
        """Whether its locks keep nobody out who comes by another mount, such as another machine."""
        return self.name in _ONLY_HERE or bool(self.options & _LOCAL_LOCKS)


def mount_of(folder: Path) -> Mount | None:
    """Return the file system that a folder is on, or would be on; None where the platform does not tell."""
    if os.name == "nt":
        return None
    with contextlib.suppress(OSError):
        real = existing(Path(os.path.realpath(folder)))
        device = real.stat().st_dev
        return mount_at(str(real), f"{os.major(device)}:{os.minor(device)}", _mounts())
    return None


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    return next((path for path in (folder, *folder.parents) if os.access(path, os.F_OK)), folder)


def mount_at(path: str, device: str, mounts: Iterable[Mount]) -> Mount | None:
    """Choose the mount of a path: the longest mount point above it, the last of equal ones.

    Args:
        path: absolute, without links.
        device: major:minor of what is there: a mount may lie hidden below a later one.
        mounts: in the order in which they were made.
    """
    above = [m for m in mounts if path == m.point or path.startswith(m.point.rstrip("/") + "/")]
    # some file systems, such as btrfs, give their files other numbers than the mount table has
    right = [m for m in above if m.device == device] or above
    return max(reversed(right), key=lambda m: len(m.point), default=None)


def parse_mountinfo(text: str) -> list[Mount]:
    """Read `/proc/self/mountinfo`; a line that is none is left out."""
    found = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        head, tail = before.split(" "), after.split(" ")
        if separator and len(head) >= 6 and len(tail) >= 2:
            options = frozenset(",".join([head[5], *tail[2:]]).split(","))
            found.append(Mount(_unescaped(head[4]), _name(tail[0], _unescaped(tail[1])), head[2], options))
    return found


def synced_by(folder: Path) -> str | None:
    """Return the name of the folder above, or of this one, that a sync client keeps; None where there is none."""
    return next((part for part in folder.parts if _SYNCED.fullmatch(part)), None)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying.

    Attributes:
        faults: sentences about what a store cannot do without.
        locks: whether a lock keeps another process out.
    """

    faults: tuple[str, ...] = ()
    locks: bool = True


def try_out(folder: Path, *, locks: bool = True) -> Trial:
    """Try in a folder of its own what a store needs there, and remove that again.

    Args:
        folder: it exists.
        locks: also whether locks work, which takes another process.

    Raises:
        OSError: nothing can be written there.
    """
    place = Path(tempfile.mkdtemp(dir=folder, prefix=".runlake-trial-"))
    try:
        for name in ("one", "two"):
            (place / name).write_text(name)
        told = (_fault(what, attempt, place) for what, attempt in _ATTEMPTS)
        return Trial(tuple(fault for fault in told if fault), not locks or _locks(place / "one"))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def fault_of(folder: Path) -> str | None:
    """Say why a folder can hold no store, None where it can.

    Raises:
        OSError: nothing can be written there.
    """
    faults = try_out(folder, locks=False).faults
    if not faults:
        return None
    mount = mount_of(folder)
    where = f"the file system ({mount.name} at {mount.point})" if mount else "the file system"
    return f"{where} {' and '.join(faults)}; a store needs a disk of this machine, one on the network such as NFS, or a bucket"


def _links_to_what_is_free(place: Path) -> bool:
    os.link(place / "one", place / "three")
    return (place / "three").read_text() == "one"


def _keeps_what_is_there(place: Path) -> bool:
    try:
        os.link(place / "one", place / "two")
    except FileExistsError:
        return (place / "two").read_text() == "two"
    return False


def _renames_over(place: Path) -> bool:
    (place / "four").write_text("four")
    (place / "four").replace(place / "two")
    return (place / "two").read_text() == "four" and not (place / "four").exists()


def _syncs(place: Path) -> bool:
    for path in (place / "one", place) if os.name == "posix" else ():
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    return True


_ATTEMPTS: tuple[tuple[str, Callable[[Path], bool]], ...] = (
    ("has no hard links, by which a commit is made", _links_to_what_is_free),
    ("gives a name that is taken to another file, so that two commits could be one", _keeps_what_is_there),
    ("cannot replace a file by renaming another", _renames_over),
    ("cannot bring a file to the disk when asked to", _syncs),
)


def _fault(what: str, attempt: Callable[[Path], bool], place: Path) -> str | None:
    try:
        return None if attempt(place) else what
    except OSError as problem:
        return f"{what} ({problem.strerror})"


_TAKE = "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def _locks(file: Path) -> bool:
    if os.name == "nt":
        return True
    import fcntl

    with file.open("r+") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        # In another process: where locks are emulated, one process has but one lock on a file.
        other = subprocess.run([sys.executable, "-IS", "-c", _TAKE, file], capture_output=True, check=False)
        return other.returncode != 0


def _mounts() -> list[Mount]:
    if _MOUNTINFO.exists():
        return parse_mountinfo(_MOUNTINFO.read_text(errors="replace"))
    import psutil  # slow to import, and needed only where there is no /proc

    return [
        Mount(one.mountpoint, _name(one.fstype, one.device), options=frozenset(one.opts.split(",")))
        for one in psutil.disk_partitions(all=True)
    ]


def _name(kind: str, source: str) -> str:
    family, _, behind = kind.lower().partition(".")
    if not family.startswith(("fuse", "macfuse", "osxfuse")):
        return family
    # `fuse.sshfs` says what it is; a bare `fuse` may do so by the name of its source
    source = source.rpartition("/")[2].lower()
    return behind or (source if source in _KINDS else family)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
