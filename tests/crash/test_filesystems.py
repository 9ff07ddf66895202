"""Stores and journals on file systems that are mounted for the test: what holds one does, what does not says so.

Kernels and machines differ in what they can mount. What is missing here is skipped with a reason.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.cli.doctor import findings
from runlake.journal import journal_root
from runlake.store.filesystem import Kind, mount_of, try_out
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Serving = subprocess.Popen[bytes] | None
    Mounts = Callable[[Path, Path], Serving]

pytestmark = [
    pytest.mark.privileged,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the mounts of Linux"),
]
_SFTP_SERVER = "/usr/lib/openssh/sftp-server"


def run(*words: str | Path) -> None:
    """Run a program; skip where it is not installed or may not do this here."""
    if shutil.which(str(words[0])) is None:
        pytest.skip(f"{words[0]} is not installed")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")


def mounted(point: Path) -> None:
    """Wait until something is mounted there."""
    deadline = time.monotonic() + 10
    while not point.is_mount():
        if time.monotonic() > deadline:
            pytest.skip(f"nothing was mounted at {point}")
        time.sleep(0.05)


def tmpfs(place: Path, point: Path) -> None:
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", point)


def overlay(place: Path, point: Path) -> None:
    upper = place / "upper"
    upper.mkdir()
    tmpfs(place, upper)
    for name in ("upper/files", "upper/work", "lower"):
        (place / name).mkdir()
    options = f"lowerdir={place / 'lower'},upperdir={upper / 'files'},workdir={upper / 'work'}"
    run("mount", "-t", "overlay", "overlay", "-o", options, point)


def bindfs(place: Path, point: Path) -> None:
    run("bindfs", place, point)


def rclone(place: Path, point: Path) -> None:
    (place / "remote").mkdir()
    run("rclone", "mount", place / "remote", point, "--daemon", "--vfs-cache-mode", "full", "--config", "/dev/null")


def exfat(place: Path, point: Path) -> None:
    image = place / "image"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    run("mkfs.exfat", image)
    try:
        run("mount", "-o", "loop", "-t", "exfat", image, point)
    except pytest.skip.Exception:  # a kernel without it: by FUSE, which needs a device
        loop = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, text=True, check=True).stdout
        run("mount.exfat-fuse", loop.strip(), point)
        subprocess.run(["losetup", "-d", loop.strip()], check=False)  # it goes when it is unmounted


def sshfs(place: Path, point: Path) -> Serving:
    (place / "remote").mkdir(exist_ok=True)
    return sshfs_of(place / "remote", point)


def sshfs_of(remote: Path, point: Path) -> Serving:
    if not Path(_SFTP_SERVER).exists() or shutil.which("socat") is None:
        pytest.skip("needs socat and an SFTP server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = subprocess.Popen(["socat", f"TCP-LISTEN:{port},bind=127.0.0.1", f"EXEC:{_SFTP_SERVER}"])
    time.sleep(0.3)
    run("sshfs", "-o", f"directport={port}", f"127.0.0.1:{remote}", point)
    return served


@contextlib.contextmanager
def on(mount: Mounts, place: Path) -> Iterator[Path]:
    """Mount a file system for the block; gives where."""
    place.mkdir(exist_ok=True)
    point = place.with_name(f"{place.name}-mounted")
    point.mkdir()
    served: Serving = None
    try:
        served = mount(place, point)
        mounted(point)
        yield point
    finally:
        for each in (point, place / "upper"):
            subprocess.run(["umount", "-l", each], capture_output=True, check=False)
        if served is not None:
            served.kill()
            served.wait()


def log(store: str) -> None:
    with runlake.start_run("demo", "a", store=store, capture=False) as one:
        one.log({"loss": 1.0})


def of_places(store: str) -> dict[str, str]:
    return {f.code: f.severity.value for f in findings(store) if f.code.endswith(".file_system")}


HOLDS: dict[Mounts, Kind] = {tmpfs: Kind.MEMORY, overlay: Kind.LOCAL, bindfs: Kind.UNKNOWN, sshfs: Kind.NETWORK}
LACKS_LINKS: dict[Mounts, Kind] = {rclone: Kind.OBJECTS, exfat: Kind.UNKNOWN}


class TestAFileSystemThatHoldsAStore:
    @pytest.mark.parametrize("mount", HOLDS, ids=lambda m: m.__name__)
    def test_does(self, mount: Mounts, tmp_path: Path) -> None:
        with on(mount, tmp_path / "disk") as point:
            store = str(point / "store")
            log(store)
            assert drain(store).problems == ()

            assert getattr(mount_of(point), "kind", None) is HOLDS[mount]
            assert (try_out(point).faults, try_out(point).locks) == ((), True)
            assert runlake.open_lake(store).runs()["name"].to_list() == ["a"]
            told = {Kind.LOCAL: None, Kind.NETWORK: "warning"}.get(HOLDS[mount], "info")
            assert of_places(store).get("store.file_system") == told


class TestAFileSystemWithoutHardLinks:
    @pytest.fixture(params=LACKS_LINKS, ids=lambda m: m.__name__)
    def point(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
        with on(request.param, tmp_path / "disk") as point:
            assert getattr(mount_of(point), "kind", None) in {LACKS_LINKS[request.param], Kind.SIMPLE}
            yield point

    def test_gets_no_store_and_costs_no_run(self, point: Path) -> None:
        store = str(point / "store")
        log(store)
        report = drain(store)
        lake = runlake.open_lake(store)

        assert report.failed
        assert "has no hard links, by which a commit is made" in report.problems[0]
        assert not Path(store).exists()
        assert (lake.runs()["name"].to_list(), lake.metrics(keys=["loss"]).height) == (["a"], 1)
        assert "has no hard links" in lake.pending[0]
        assert of_places(store)["store.file_system"] == "problem"

    def test_takes_nothing_more_into_a_store_that_was_copied_there(self, point: Path, tmp_path: Path) -> None:
        made = str(tmp_path / "store")
        log(made)
        drain(made)
        store = str(shutil.copytree(made, point / "store"))
        log(store)
        report = drain(store)

        assert report.failed
        assert "Unable to rename file" in report.problems[0]
        assert runlake.open_lake(store).runs().height == 2
        assert of_places(store) == {"store.file_system": "problem"}

    def test_holds_no_journals_and_stops_no_training(
        self, point: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(point / "journals"))
        store = str(tmp_path / "store")
        log(store)

        assert "cannot be written" in caplog.text
        assert of_places(store) == {"journals.file_system": "problem"}
        assert not list(journal_root(store).glob("*/*.seg"))


class TestTwoMachinesOnOneNetworkDisk:
    """Two mounts of one folder, each with a cache of its own, are what two machines have."""

    def test_do_not_see_each_others_locks_by_sshfs(self, tmp_path: Path) -> None:
        remote = tmp_path / "remote"
        remote.mkdir()
        (remote / "lock").touch()

        def shared(_: Path, point: Path) -> Serving:
            return sshfs_of(remote, point)

        with on(shared, tmp_path / "one") as one, on(shared, tmp_path / "two") as two:
            with (one / "lock").open("r+") as mine, (two / "lock").open("r+") as other:
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mount = mount_of(one)

            assert mount is not None
            assert mount.has_local_locks

    def test_add_to_one_store_at_once(self, tmp_path: Path) -> None:
        code = (
            "import sys, time, runlake\nfrom runlake.store.ingest import drain\n"
            "for n in range(6):\n"
            "    with runlake.start_run('demo', f'{sys.argv[2]}{n}', store=sys.argv[1], capture=False) as run:\n"
            "        run.log({'loss': 1.0})\n"
            "    drain(sys.argv[1])\n"
            # a cache of the mount may show a log without its newest commits: who comes second tries again
            "for _ in range(100):\n"
            "    done = drain(sys.argv[1])\n    if not done.waiting: break\n    time.sleep(0.3)\n"
            "sys.exit('; '.join(done.problems) if done.waiting else 0)"
        )
        remote = tmp_path / "remote"
        remote.mkdir()

        def shared(_: Path, point: Path) -> Serving:
            return sshfs_of(remote, point)

        with on(shared, tmp_path / "one") as one, on(shared, tmp_path / "two") as two:
            trainings = [
                subprocess.Popen([sys.executable, "-c", code, str(point / "store"), name], stderr=subprocess.PIPE)
                for point, name in ((one, "a"), (two, "b"))
            ]
            said = [training.communicate(timeout=300)[1].decode() for training in trainings]
        there = runlake.open_lake(str(remote / "store"))

        assert [training.returncode for training in trainings] == [0, 0], said
        assert sorted(there.runs()["name"]) == sorted(f"{name}{n}" for name in "ab" for n in range(6))
        assert there.metrics(keys=["loss"]).height == 12
