from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from runlake.capture import identify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2.csv").write_bytes(b"two")
    (folder / "a.csv").write_bytes(b"one")
    return folder


class TestADirectory:
    def test_is_the_digest_of_its_documented_form(self, folder: Path) -> None:
        one, two = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()
        form = f"runlake-directory-v1\0{one} 3 a.csv\0{two} 3 b/2.csv\0".encode()

        identity = identify(folder)

        assert identity.sha256 == hashlib.sha256(form).hexdigest()
        assert (identity.facts["bytes"], identity.facts["files"]) == (6, 2)

    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: (folder / "a.csv").write_bytes(b"onE"),
            lambda folder: (folder / "a.csv").rename(folder / "c.csv"),
            lambda folder: (folder / "c.csv").touch(),
            lambda folder: (folder / "a.csv").unlink(),
        ],
        ids=["content", "name", "one more", "one less"],
    )
    def test_differs_in_any_change(self, folder: Path, change: Callable[[Path], object]) -> None:
        before = identify(folder).sha256
        change(folder)

        assert identify(folder).sha256 != before

    def test_does_not_depend_on_times_or_empty_folders(self, folder: Path) -> None:
        before = identify(folder).sha256
        os.utime(folder / "a.csv", (1, 1))
        (folder / "empty").mkdir()

        assert identify(folder).sha256 == before

    def test_follows_links_and_does_not_go_in_circles(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "blob").write_bytes(b"three")
        (folder / "3.csv").symlink_to(tmp_path / "blob")
        (folder / "b" / "up").symlink_to(folder)

        assert identify(folder).facts["files"] == 3


class _Meddler:
    """A hash that lets somebody write while a file is read."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        self._hash = hashlib.new("sha256")
        self._meddle = meddle

    def update(self, data: bytes) -> None:
        self._hash.update(data)
        self._meddle()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class TestAFileThatChangesWhileItIsRead:
    @pytest.mark.parametrize("how", ["grows", "is replaced"])
    def test_has_no_digest_and_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"x" * (2**20 + 10))

        def meddle() -> None:
            if how == "grows":
                with file.open("ab") as more:
                    more.write(b"y")
            else:
                (tmp_path / "new").write_bytes(b"z")
                (tmp_path / "new").rename(file)

        monkeypatch.setattr("runlake.capture.files.hashlib.sha256", lambda *_: _Meddler(meddle))

        identity = identify(file)

        assert (identity.version, identity.sha256) == (None, None)
        assert identity.facts["changed_while_read"] is True
        assert identity.problem == "it changed while it was read"
