from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from journaling import OTHER, Writer, stored
from runlake.journal import journal_root, spool
from runlake.schema import ARTIFACTS
from runlake.store.blobs import store_blob
from runlake.store.ingest import drain
from runlake.store.layout import open_store


def blobs(store: str) -> list[Path]:
    return sorted(p for p in (Path(store) / "blobs").rglob("*") if p.is_file())


def artifacts(store: str) -> list[dict[str, Any]]:
    return stored(store, "artifacts").select("path", "sha256", "size_bytes", "metadata").to_dicts()


class TestSpooledBytes:
    def test_become_a_blob_that_the_row_names(self, store: str) -> None:
        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.finish()

        drain(store)

        sha = hashlib.sha256(b"hello").hexdigest()
        assert artifacts(store) == [{"path": "a.txt", "sha256": sha, "size_bytes": 5, "metadata": '{"note": "n"}'}]
        assert [p.read_bytes() for p in blobs(store)] == [b"hello"]
        assert list((journal_root(store) / "spool").iterdir()) == []

    def test_that_are_equal_are_kept_once(self, store: str) -> None:
        for run_id in ("r1", OTHER):
            writer = Writer(store).start(run_id)
            writer.artifact("a.txt", b"same", run_id)
            writer.artifact("b.txt", b"same", run_id)
            writer.finish(run_id)

        drain(store)

        assert (len(artifacts(store)), len(blobs(store))) == (4, 1)

    def test_that_are_gone_leave_a_row_that_says_so(self, store: str) -> None:
        writer = Writer(store).start()
        name = writer.artifact("a.txt", b"hello")
        (journal_root(store) / "spool" / name).unlink()
        writer.finish()

        report = drain(store)

        [row] = artifacts(store)
        assert (row["sha256"], row["size_bytes"], json.loads(row["metadata"])) == (
            None,
            5,
            {"missing": True, "note": "n"},
        )
        assert report.problems == ()

    def test_are_as_readable_as_the_store(self, store: str) -> None:
        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.finish()

        drain(store)

        [blob] = blobs(store)
        assert blob.stat().st_mode & 0o777 == blob.parent.stat().st_mode & 0o666

    def test_lie_on_another_file_system_all_the_same(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise OSError(18, "Invalid cross-device link")

        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.close()
        open_store(store, create=True)
        source = next((journal_root(store) / "spool").iterdir())
        monkeypatch.setattr(os, "link", refuse)

        sha, size = store_blob(source, open_store(store))

        assert (open_store(store).files.read(open_store(store).blob(sha)), size) == (b"hello", 5)
        assert len(blobs(store)) == 1


class TestANameInTheMetadata:
    @pytest.mark.parametrize("name", ["../store.json", "/etc/passwd", "", "a/b", 3, None, ["x"]])
    def test_that_leads_elsewhere_is_not_followed(self, store: str, name: object) -> None:
        metadata = json.dumps({"spool": name})
        Writer(store).start().rows(ARTIFACTS, {"ts": 1, "path": "a", "kind": "file", "metadata": metadata}).finish()

        drain(store)

        [row] = artifacts(store)
        assert (row["sha256"], row["metadata"]) == (None, metadata)
        assert not blobs(store)

    @pytest.mark.parametrize("metadata", ['"spool"', "{spool", '["spool"]', None])
    def test_that_is_none_is_left_as_it_is(self, store: str, metadata: str | None) -> None:
        Writer(store).start().rows(ARTIFACTS, {"ts": 1, "path": "a", "kind": "file", "metadata": metadata}).finish()

        drain(store)

        assert artifacts(store)[0]["metadata"] == metadata


class TestRowsThatShareASpooledFile:
    """Their digest is known before: it names the spooled file as well."""

    SHA = hashlib.sha256(b"shared").hexdigest()

    def log(self, store: str, run_id: str, content: bytes = b"shared") -> Writer:
        writer = Writer(store).start(run_id)
        spool(writer.journal, content, name=self.SHA)
        row = {"ts": 1, "path": "env", "kind": "environment", "sha256": self.SHA, "size_bytes": 6}
        return writer.rows(ARTIFACTS, {**row, "metadata": json.dumps({"spool": self.SHA})}, run_id=run_id)

    def test_all_get_their_blob(self, store: str) -> None:
        first, second = self.log(store, "r1"), self.log(store, "r2")
        first.finish("r1")
        drain(store)

        second.finish("r2")
        drain(store)

        expected = {"path": "env", "sha256": self.SHA, "size_bytes": 6, "metadata": None}
        assert artifacts(store) == [expected, expected]
        assert [p.read_bytes() for p in blobs(store)] == [b"shared"]
        assert list((journal_root(store) / "spool").iterdir()) == []

    def test_of_which_the_bytes_are_others_say_that_they_are_missing(self, store: str) -> None:
        self.log(store, "r1", b"torn").finish("r1")

        drain(store)

        [row] = artifacts(store)
        assert row["sha256"] == self.SHA
        assert json.loads(row["metadata"]) == {"missing": True, "found": hashlib.sha256(b"torn").hexdigest()}
        assert (journal_root(store) / "spool" / self.SHA).exists()

    def test_of_which_the_bytes_are_gone_say_so(self, store: str) -> None:
        writer = self.log(store, "r1")
        (journal_root(store) / "spool" / self.SHA).unlink()
        writer.finish("r1")

        drain(store)

        assert (artifacts(store)[0]["sha256"], artifacts(store)[0]["metadata"]) == (self.SHA, '{"missing": true}')


class TestAKillBeforeTheCommit:
    def test_finds_the_bytes_again(self, store: str, tmp_path: Path) -> None:
        class Killed(BaseException):
            pass

        def die(step: str) -> None:
            if step == "blobs":
                raise Killed

        writer = Writer(store).start()
        writer.artifact("a.txt", b"hello")
        writer.finish()
        with pytest.raises(Killed):
            drain(store, on_step=die)
        shutil.copytree(store, tmp_path / "copy")

        drain(store)

        assert artifacts(store)[0]["sha256"] == hashlib.sha256(b"hello").hexdigest()
        assert len(blobs(store)) == 1
