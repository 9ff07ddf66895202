from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlake.cli.checks.places import place_findings
from runlake.journal import journal_root, make_root
from runlake.store.filesystem import Mount, Trial
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.store.health import Finding

GOOD, NO_LINKS, NO_LOCKS = Trial(), Trial(("has no hard links, by which a commit is made",)), Trial((), locks=False)
DISK = Mount("/", "ext4")


def a_mount(name: str, *options: str) -> Mount:
    return Mount("/data", name, options=frozenset(options))


def of_store(uri: str, mount: Mount, trial: Trial | None = GOOD) -> list[Finding]:
    """Findings of a store on a file system, with its journals on a disk; without a trial nothing can be written."""
    return place_findings(uri, mount_of=lambda path: mount if str(path) == uri else DISK, tried=trying(trial))


def of_journals(uri: str, mount: Mount, trial: Trial | None = GOOD) -> list[Finding]:
    return place_findings(uri, mount_of=lambda path: DISK if str(path) == uri else mount, tried=trying(trial))


def trying(trial: Trial | None) -> Callable[[Path], Trial]:
    def tried(_: Path) -> Trial:
        if trial is None:
            raise PermissionError(13, "Permission denied")
        return trial

    return tried


def never(_: Path) -> Trial:
    raise AssertionError("a disk of this machine is not written to")


def shown(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.severity.value) for f in found]


class TestAStore:
    def test_on_a_disk_is_no_finding_and_not_written_to(self, store: str) -> None:
        open_store(store, create=True)

        assert place_findings(store, mount_of=lambda _: DISK, tried=never) == []

    @pytest.mark.parametrize(
        ("mount", "trial", "severity", "said"),
        [
            (a_mount("tmpfs"), GOOD, "info", "in memory (tmpfs at /data)"),
            (a_mount("nfs4", "hard"), GOOD, "info", "on a network disk (nfs4 at /data)"),
            (a_mount("nfs4", "hard"), None, "info", "on a network disk (nfs4 at /data)"),
            (a_mount("nfs", "soft"), GOOD, "warning", "gives up on a slow server (nfs at /data, mounted soft)"),
            (a_mount("nfs", "nolock"), GOOD, "warning", "whose locks do not keep"),
            (a_mount("nfs", "local_lock=all"), GOOD, "warning", "whose locks do not keep"),
            (a_mount("sshfs"), GOOD, "warning", "whose locks do not keep"),
            (a_mount("cifs"), GOOD, "info", "on a network disk (cifs at /data)"),
            (a_mount("cifs"), NO_LOCKS, "warning", "whose locks do not keep"),
            (a_mount("fuse"), GOOD, "info", "does not know (fuse at /data): what it needs to do works here"),
            (a_mount("fuse"), None, "info", "nothing could be tried"),
            (a_mount("rclone"), NO_LINKS, "problem", "cannot be on this file system (rclone at /data)"),
            (a_mount("vfat"), NO_LINKS, "problem", "it has no hard links"),
        ],
    )
    def test_elsewhere_is_told(self, store: str, mount: Mount, trial: Trial | None, severity: str, said: str) -> None:
        (found,) = of_store(store, mount, trial)

        assert (found.code, found.severity) == ("store.file_system", severity)
        assert said in found.message

    def test_in_a_folder_of_a_sync_client_is_a_warning(self, tmp_path: Path) -> None:
        (found,) = of_store(str(tmp_path / "Dropbox" / "store"), DISK)

        assert (found.code, found.severity.value) == ("store.file_system", "warning")
        assert "below Dropbox" in found.message


class TestJournals:
    @pytest.mark.parametrize(
        ("mount", "trial", "severity"),
        [
            (a_mount("tmpfs"), GOOD, "info"),
            (a_mount("nfs4", "hard"), GOOD, "warning"),
            (a_mount("nfs4", "hard"), None, "warning"),
            (a_mount("gcsfuse"), NO_LINKS, "problem"),
            (a_mount("vfat"), NO_LINKS, "problem"),
            (a_mount("fuse"), NO_LOCKS, "warning"),
        ],
    )
    def test_elsewhere_than_on_a_disk_are_told(
        self, store: str, mount: Mount, trial: Trial | None, severity: str
    ) -> None:
        (found,) = of_journals(store, mount, trial)

        assert (found.code, found.severity.value) == ("journals.file_system", severity)

    def test_on_an_encrypted_home_are_no_finding(self, store: str) -> None:
        assert of_journals(store, a_mount("gocryptfs")) == []

    def test_of_other_users_are_named(self, store: str) -> None:
        other = make_root(store).with_name(journal_root(store).name.rpartition("-")[0] + "-4711")
        other.mkdir()
        (found,) = place_findings(store, mount_of=lambda _: DISK)

        assert (found.code, found.severity.value) == ("journals.others", "info")
        assert "runlake ingest" in found.advice


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
class TestAStoreForAGroup:
    @pytest.mark.skipif(not os.uname().sysname.startswith("Linux"), reason="elsewhere every folder passes its group on")
    def test_that_does_not_pass_its_group_on_is_told(self, store: str) -> None:
        open_store(store, create=True)
        Path(store).chmod(0o770)

        assert shown(place_findings(store, mount_of=lambda _: DISK)) == [("store.not_setgid", "info")]

    def test_that_does_is_no_finding(self, store: str) -> None:
        open_store(store, create=True)
        Path(store).chmod(0o2770)

        assert place_findings(store, mount_of=lambda _: DISK) == []
