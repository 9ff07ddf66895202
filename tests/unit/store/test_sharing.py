from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journaling import Writer
from runlake.store.delta import create, log_entry, open_table
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.sharing import (
    closed_parts,
    follow,
    make_folder,
    make_store_folder,
    open_up,
    open_up_log,
    writers_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(autouse=True)
def _private() -> Iterator[None]:
    """A user who gives nobody anything."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def a_folder(path: Path, bits: int) -> Path:
    path.mkdir()
    path.chmod(bits)
    return path


class TestAFile:
    @pytest.mark.parametrize(
        ("folder", "wanted"), [(0o700, 0o600), (0o755, 0o644), (0o775, 0o644), (0o2770, 0o640), (0o1777, 0o644)]
    )
    def test_can_be_read_by_whom_its_folder_lets_in(self, tmp_path: Path, folder: int, wanted: int) -> None:
        file = a_folder(tmp_path / "store", folder) / "file"
        file.write_text("")
        open_up(file)

        assert mode(file) == wanted

    def test_that_is_a_lock_can_be_written_as_well(self, tmp_path: Path) -> None:
        file = a_folder(tmp_path / "store", 0o2770) / "file"
        file.write_text("")
        open_up(file, lock=True)

        assert mode(file) == 0o660

    def test_keeps_what_it_had(self, tmp_path: Path) -> None:
        file = a_folder(tmp_path / "store", 0o700) / "file"
        file.write_text("")
        file.chmod(0o664)
        open_up(file)

        assert mode(file) == 0o664

    def test_that_a_link_leads_to_is_left_alone(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("")
        link = a_folder(tmp_path / "store", 0o777) / "file"
        link.symlink_to(secret)
        open_up(link)

        assert mode(secret) == 0o600

    def test_that_is_gone_is_no_problem(self, tmp_path: Path) -> None:
        open_up(tmp_path / "none")

        assert list(tmp_path.iterdir()) == []


class TestAFolder:
    def test_is_as_open_as_the_one_above(self, tmp_path: Path) -> None:
        store = a_folder(tmp_path / "store", 0o2770)
        make_folder(store / "runs" / "_delta_log")

        assert [mode(store / "runs"), mode(store / "runs" / "_delta_log")] == [0o2770, 0o2770]

    def test_that_is_there_is_left_alone(self, tmp_path: Path) -> None:
        store = a_folder(tmp_path / "store", 0o775)
        there = a_folder(store / "runs", 0o700)
        make_folder(there)

        assert mode(there) == 0o700


class TestTheFolderOfANewStore:
    @pytest.mark.parametrize(("above", "wanted"), [(0o2775, 0o2770), (0o2755, 0o2750), (0o775, 0o700), (0o1777, 0o700)])
    def test_is_shared_where_the_one_above_passes_its_group_on(self, tmp_path: Path, above: int, wanted: int) -> None:
        store = a_folder(tmp_path / "above", above) / "below" / "store"
        make_store_folder(store)

        assert [mode(store.parent), mode(store)] == [wanted, wanted]


class TestALog:
    def test_is_opened_up_with_the_checkpoints_that_the_engine_made(self, tmp_path: Path) -> None:
        from runlake.schema import TAGS

        path = a_folder(tmp_path / "store", 0o2770) / "tags"
        create(Folder(path), TAGS)
        before = os.umask(0o077)
        open_table(Folder(path)).create_checkpoint()
        os.umask(before)
        commit = path / log_entry(0)
        commit.chmod(0o600)
        closed = [file.name for file in commit.parent.iterdir() if not mode(file) & 0o040]
        open_up_log(commit.parent, [commit])

        assert len(closed) == 3
        assert [file.name for file in commit.parent.iterdir() if not mode(file) & 0o040] == []


class TestTheUmaskOfTheIngester:
    @pytest.mark.parametrize(("folder", "wanted"), [(0o700, 0o077), (0o755, 0o022), (0o2770, 0o027), (0o2775, 0o022)])
    def test_lets_in_whom_the_store_lets_in(self, tmp_path: Path, folder: int, wanted: int) -> None:
        follow(a_folder(tmp_path / "store", folder))

        assert os.umask(0o077) == wanted

    def test_takes_nothing_away(self, tmp_path: Path) -> None:
        os.umask(0o002)
        follow(a_folder(tmp_path / "store", 0o700))

        assert os.umask(0o077) == 0o002

    @pytest.mark.parametrize(("above", "wanted"), [(0o2770, 0o027), (0o777, 0o077)])
    def test_of_a_store_that_is_to_come_is_that_of_the_folder_above(
        self, tmp_path: Path, above: int, wanted: int
    ) -> None:
        follow(a_folder(tmp_path / "above", above) / "store")

        assert os.umask(0o077) == wanted


class TestAStore:
    def test_is_as_open_as_its_folder_in_all_its_parts(self, tmp_path: Path) -> None:
        store = a_folder(tmp_path / "store", 0o2775)
        writer = Writer(str(store)).start().log(0, loss=1.0)
        writer.artifact("a.txt", b"hello")
        writer.finish()
        assert drain(str(store)).problems == ()
        found = list(store.rglob("*"))

        assert {mode(path) for path in found if path.is_dir()} == {0o2775}
        assert {mode(path) for path in found if path.is_file()} == {0o644}
        assert any("blobs" in path.parts for path in found)

    def test_that_is_private_stays_private(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        Writer(str(store)).start().log(0, loss=1.0).finish()
        drain(str(store))

        assert {mode(path) & 0o077 for path in (store, *store.rglob("*"))} == {0}

    def test_knows_who_has_added_to_it(self, store: str) -> None:
        open_store(store, create=True)

        assert writers_of(Path(store)) == {os.geteuid()}
        assert closed_parts(Path(store)).owners == ()
