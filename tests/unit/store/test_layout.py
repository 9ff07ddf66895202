from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from journaling import Writer, stored
from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.store.folder import put_once
from runlake.store.ingest import drain
from runlake.store.layout import MARKER, Store, open_store
from runlake.store.snapshot import open_snapshot


class TestOpening:
    def test_makes_a_store_with_an_id_of_its_own(self, store: str) -> None:
        made = open_store(store, create=True)

        assert made == Store(store, json.loads((Path(store) / MARKER).read_text())["id"])
        assert open_store(store) == made

    def test_of_nothing_is_not_found(self, store: str) -> None:
        with pytest.raises(NotFound, match="log a run into it first"):
            open_store(store)
        assert not Path(store).exists()

    def test_of_a_newer_format_says_to_update(self, store: str) -> None:
        open_store(store, create=True)
        (Path(store) / MARKER).write_text('{"format": 2, "id": "x"}')

        with pytest.raises(StoreError, match="update runlake"):
            open_store(store)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "x", "id": 1}', '{"id": "x"}'])
    def test_with_a_broken_marker_says_which(self, store: str, content: str) -> None:
        open_store(store, create=True)
        (Path(store) / MARKER).write_text(content)

        with pytest.raises(StoreError, match=r"store\.json"):
            open_store(store)

    def test_where_no_folder_can_be_made_is_a_store_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        with pytest.raises(StoreError, match="cannot create the store"):
            open_store(tmp_path / "file" / "store", create=True)


class TestNames:
    @pytest.mark.parametrize("name", ["a|b", "a%20b", "a\nb", "a\x01b", "a\\b"])
    def test_that_the_table_engine_cannot_address_are_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InvalidValue, match="store: expected a path without"):
            open_store(tmp_path / name, create=True)

    @pytest.mark.parametrize(
        "name", ["sp ace", "ü ñ 🎉", "a?b", "a#b", "a*b", "a[x]b", "a{b}", "100% sure", "a&b=c;d", "-x", "a:b"]
    )
    def test_of_every_other_kind_work_from_end_to_end(self, tmp_path: Path, name: str) -> None:
        store = str(tmp_path / name)
        Writer(store).start().log(0, loss=1.0).finish()

        drain(store)

        found = open_snapshot(store).scan("metrics").filter(pl.col("key") == "loss").collect()
        assert found["value"].to_list() == [1.0]
        assert stored(store, "runs").height == 2


class TestBlobPaths:
    def test_are_made_of_digests_alone(self, store: str) -> None:
        opened = open_store(store, create=True)

        assert opened.blob("ab" * 32) == f"blobs/sha256/ab/{'ab' * 32}"
        with pytest.raises(InvalidValue):
            opened.blob("AB" * 32)


class TestPuttingOnce:
    def test_keeps_what_was_there_first(self, tmp_path: Path) -> None:
        path = tmp_path / "x"

        assert (put_once(path, b"one"), put_once(path, b"two")) == (True, False)
        assert path.read_bytes() == b"one"
        assert list(tmp_path.iterdir()) == [path]
