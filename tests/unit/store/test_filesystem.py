from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journaling import Writer
from runlake.errors import StoreError
from runlake.journal import journal_root
from runlake.store.filesystem import Kind, Mount, fault_of, mount_at, mount_of, parse_mountinfo, synced_by, try_out
from runlake.store.ingest import drain
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

# As the kernel writes them: the first is the example of its documentation, the rest were seen on machines.
LINES = {
    "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue": ("ext3", Kind.LOCAL),
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard": ("ext4", Kind.LOCAL),
    "31 1 0:27 /@home /home rw,relatime shared:2 - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home": (
        "btrfs",
        Kind.LOCAL,
    ),
    "46 27 0:41 / / rw,relatime - overlay overlay rw,lowerdir=lo,upperdir=up/u,workdir=up/w": ("overlay", Kind.LOCAL),
    "25 24 0:23 / /dev/shm rw,relatime shared:3 master:4 - tmpfs tmpfs rw,size=24684092k": ("tmpfs", Kind.MEMORY),
    "92 29 0:52 / /data rw,relatime shared:44 - nfs4 nas:/export rw,vers=4.2,hard,proto=tcp,local_lock=none": (
        "nfs4",
        Kind.NETWORK,
    ),
    "93 29 0:53 / /win rw,relatime - cifs //server/share rw,vers=3.1.1,cache=strict,soft": ("cifs", Kind.NETWORK),
    "94 29 0:54 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs;path=C:\\134;uid=1000,trans=fd": ("9p", Kind.NETWORK),
    "52 27 0:48 / /tmp/sd rw,nosuid,nodev - fuse.sshfs 127.0.0.1:/src rw,user_id=0,group_id=0": (
        "sshfs",
        Kind.NETWORK,
    ),
    "48 27 0:45 / /tmp/rc rw,nosuid,nodev - fuse.rclone /tmp/rsrc rw,user_id=0,group_id=0": ("rclone", Kind.OBJECTS),
    "61 27 0:58 / /b rw,nosuid,nodev - fuse mountpoint-s3 rw,user_id=0,default_permissions": (
        "mountpoint-s3",
        Kind.OBJECTS,
    ),
    "47 27 0:44 / /tmp/bd rw,nosuid,nodev - fuse /tmp/src rw,user_id=0,allow_other": ("fuse", Kind.UNKNOWN),
    "49 27 7:0 / /tmp/ex rw,nosuid - fuseblk /dev/loop0 rw,blksize=4096": ("fuseblk", Kind.UNKNOWN),
    "70 27 8:17 / /media/usb rw,relatime - vfat /dev/sdb1 rw,fmask=0022": ("vfat", Kind.SIMPLE),
}


class TestALineOfTheMountTable:
    @pytest.mark.parametrize("line", LINES)
    def test_tells_the_kind(self, line: str) -> None:
        [mount] = parse_mountinfo(line + "\n")

        assert (mount.name, mount.kind) == LINES[line]

    def test_tells_where_and_how_it_is_mounted(self) -> None:
        line = "92 29 0:52 / /my\\040data rw,relatime shared:44 - nfs nas:/x ro,hard,nolock,local_lock=all\n"
        options = frozenset({"rw", "relatime", "ro", "hard", "nolock", "local_lock=all"})

        assert parse_mountinfo(line) == [Mount("/my data", "nfs", "0:52", options)]

    @pytest.mark.parametrize("line", ["", "garbage", "1 2 3", "a b c d e f - ext4"])
    def test_that_is_none_is_left_out(self, line: str) -> None:
        assert parse_mountinfo(line) == []


class TestTheMountOfAPath:
    ROOT, DATA, BELOW = Mount("/", "ext4", "8:1"), Mount("/data", "nfs4", "0:9"), Mount("/data/x", "xfs", "8:2")

    @pytest.mark.parametrize(
        ("path", "device", "name"),
        [
            ("/data", "0:9", "nfs4"),
            ("/data/a/b", "0:9", "nfs4"),
            ("/data/x/y", "8:2", "xfs"),
            ("/database", "8:1", "ext4"),
            ("/", "8:1", "ext4"),
        ],
    )
    def test_is_the_nearest_above_it(self, path: str, device: str, name: str) -> None:
        found = mount_at(path, device, [self.ROOT, self.DATA, self.BELOW])

        assert found is not None
        assert found.name == name

    def test_is_the_last_of_those_at_one_place(self) -> None:
        over = Mount("/data", "tmpfs", "0:12")

        assert mount_at("/data/a", "0:12", [self.ROOT, self.DATA, over]) == over

    def test_is_not_one_that_a_later_one_hides(self) -> None:
        over = Mount("/data", "tmpfs", "0:12")

        assert mount_at("/data/x", "0:12", [self.ROOT, self.DATA, self.BELOW, over]) == over

    def test_is_found_where_files_have_another_device(self) -> None:
        home = Mount("/home", "btrfs", "0:27")

        assert mount_at("/home/ann", "0:31", [self.ROOT, home]) == home

    @pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="needs /proc")
    def test_that_is_not_there_yet_is_that_of_the_folder_above(self, tmp_path: Path) -> None:
        assert mount_of(tmp_path / "a" / "b") == mount_of(tmp_path)
        assert mount_of(Path("/proc/self")) == mount_of(Path("/proc"))
        assert getattr(mount_of(Path("/proc")), "name", None) == "proc"


class TestAFolderOfASyncClient:
    @pytest.mark.parametrize(
        "path",
        [
            "/home/ann/Dropbox/lake",
            "/home/ann/Dropbox (Work)/lake",
            "/Users/ann/Library/CloudStorage/OneDrive-Work/lake",
            "/Users/ann/Library/Mobile Documents/com~apple~CloudDocs/lake",
            "/mnt/c/Users/ann/OneDrive - Firm/lake",
        ],
    )
    def test_is_known_by_its_name(self, path: str) -> None:
        assert synced_by(Path(path)) is not None

    @pytest.mark.parametrize("path", ["/home/ann/dropboxes/lake", "/home/ann/lake", "/srv/OneDriveExport"])
    def test_is_not_seen_elsewhere(self, path: str) -> None:
        assert synced_by(Path(path)) is None


def no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def links_over(source: Path, target: Path) -> None:
    """Link as a file system does that lets the second one win."""
    Path(target).unlink(missing_ok=True)
    Path(target).write_bytes(Path(source).read_bytes())


class TestTrying:
    def test_finds_nothing_wrong_with_a_disk_and_leaves_nothing(self, tmp_path: Path) -> None:
        trial = try_out(tmp_path)

        assert (trial.faults, trial.locks) == ((), True)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(("link", "fault"), [(no_links, "has no hard links"), (links_over, "gives a name that is")])
    def test_finds_links_that_are_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[..., None], fault: str
    ) -> None:
        monkeypatch.setattr(os, "link", link)

        assert try_out(tmp_path, locks=False).faults[0].startswith(fault)
        assert list(tmp_path.iterdir()) == []

    def test_finds_what_cannot_be_synced(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", no_links)

        assert try_out(tmp_path).faults == ("cannot bring a file to the disk when asked to (Operation not permitted)",)

    @pytest.mark.skipif(os.name != "posix", reason="needs flock")
    def test_finds_locks_that_keep_nobody_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import fcntl

        monkeypatch.setattr(fcntl, "flock", lambda *_: None)

        assert try_out(tmp_path).locks is False

    def test_says_which_file_system_it_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "link", no_links)
        mount = mount_of(tmp_path)
        said = fault_of(tmp_path)

        assert said is not None
        assert mount is None or f"({mount.name} at {mount.point}) has no hard links" in said


class TestAStoreOnAFileSystemWithoutLinks:
    @pytest.fixture
    def store(self, store: str, monkeypatch: pytest.MonkeyPatch) -> str:
        """Path of a store whose disk has no links, while that of the journals has them."""
        real = os.link

        def link(source: Path, target: Path) -> None:
            return no_links() if str(target).startswith(store) else real(source, target)

        Writer(store).start().log(0, loss=1.0).finish()
        monkeypatch.setattr(os, "link", link)
        return store

    def test_is_not_made(self, store: str) -> None:
        with pytest.raises(StoreError, match=r"has no hard links.*a store needs a disk of this machine"):
            open_store(store, create=True)

        assert not Path(store).exists()

    def test_costs_nothing_that_was_logged(self, store: str) -> None:
        report = drain(store)

        assert (report.failed, report.waiting) == (True, 1)
        assert "has no hard links" in report.problems[0]
        assert len(list(journal_root(store).rglob("*.seg"))) == 1
