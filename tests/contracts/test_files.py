"""What `Files` promises, asked of a folder and of buckets alike."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runlake.store.layout import files_of

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.store.files import Files


@pytest.fixture
def files(place: str) -> Files:
    return files_of(place)


def names(files: Files, folder: str = "") -> list[str]:
    return sorted(entry.name for entry in files.listing(folder))


class TestAName:
    def test_is_created_once(self, files: Files) -> None:
        assert (files.put_once("a/b", b"one"), files.put_once("a/b", b"two")) == (True, False)
        assert files.read("a/b") == b"one"

    def test_that_is_not_there_is_told_as_such(self, files: Files) -> None:
        assert not files.exists("a/b")
        assert files.listing() == files.listing("a") == []
        for ask in (files.read, files.entry, files.open):
            with pytest.raises(FileNotFoundError):
                ask("a/b")

    def test_that_is_there_has_its_facts(self, files: Files) -> None:
        files.put_once("a/b", b"12345")

        entry = files.entry("a/b")

        assert files.exists("a/b")
        assert not files.exists("a")
        assert (entry.name, entry.size_bytes) == ("a/b", 5)
        assert files.listing("a") == [entry]

    def test_is_listed_in_its_own_folder_alone(self, files: Files) -> None:
        for name in ("top", "a/one", "a/two", "a/b/deep", "ab/other"):
            files.put_once(name, b"x")

        assert names(files) == ["top"]
        assert names(files, "a") == ["a/one", "a/two"]
        assert names(files.below("a")) == ["one", "two"]
        assert files.below("a").read("b/deep") == b"x"

    def test_among_very_many_is_listed(self, files: Files) -> None:
        for n in range(1_010):  # a bucket tells a thousand at a time
            files.put_once(f"many/{n:04}", b"")

        assert names(files, "many") == [f"many/{n:04}" for n in range(1_010)]

    def test_can_be_changed(self, files: Files) -> None:
        files.put_once("a/old", b"x")

        files.move("a/old", "b/new")

        assert (files.exists("a/old"), files.read("b/new")) == (False, b"x")

    def test_that_is_removed_is_told(self, files: Files) -> None:
        for name in ("a", "b"):
            files.put_once(name, b"x")
        told: list[str] = []

        files.remove(["a", "gone", "b"], told.append)

        assert told == ["a", "gone", "b"]
        assert files.listing() == []


class TestANewFile:
    def test_is_there_at_the_end_of_its_block(self, files: Files) -> None:
        with files.new("a/b.parquet") as draft:
            draft.write_bytes(b"content")
            assert not files.exists("a/b.parquet")

        assert files.read("a/b.parquet") == b"content"
        assert names(files, "a") == ["a/b.parquet"]
        assert not draft.exists()

    def test_whose_block_fails_leaves_nothing(self, files: Files) -> None:
        drafts = []

        def fail() -> None:
            with files.new("a/b") as draft:
                drafts.append(draft)
                draft.write_bytes(b"half")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()

        assert files.listing("a") == []
        assert not drafts[0].exists()

    def test_may_come_from_a_finished_one(self, files: Files, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.write_bytes(os.urandom(11_000_000))  # more than goes in one request

        files.add(source, "blobs/x")

        assert files.read("blobs/x") == source.read_bytes()


class TestReadingAPart:
    def test_finds_a_member_of_an_archive(self, files: Files) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as made:
            made.writestr("first", os.urandom(700_000))
            made.writestr("second", b"hello")
        files.put_once("a.zip", content.getvalue())

        with files.open("a.zip") as file, zipfile.ZipFile(file) as kept:
            assert kept.read("second") == b"hello"
            assert len(kept.read("first")) == 700_000

    def test_finds_the_footer_of_a_table(self, files: Files) -> None:
        with files.new("t.parquet") as draft:
            pq.write_table(pa.table({"a": range(200_000)}), draft)

        with files.open("t.parquet") as file:
            assert pq.read_metadata(file).num_rows == 200_000
