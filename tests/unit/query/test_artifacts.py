from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from builders import Logged, a_lake, a_run, at
from runlake.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path


class TestArtifacts:
    def test_are_numbered_by_path_in_the_order_they_were_logged(self) -> None:
        logged = a_run(artifacts={"plot.png": b"old", "b.txt": b"b"})
        logged.add("artifacts", run_id="run-1", path="plot.png", kind="plot", writer="w0", sha256="0" * 64, at=9)

        frame = a_lake(logged, a_run("run-2", artifacts={"plot.png": b"else"})).artifacts("run-1")

        assert frame.columns == [
            *("run_id", "path", "version", "latest", "kind", "size_bytes", "sha256", "uri", "media_type", "metadata"),
            *("step", "ts"),
        ]
        assert frame.select("path", "version", "latest", "kind", "ts").rows() == [
            ("b.txt", 1, True, "file", at(0)),
            ("plot.png", 1, False, "file", at(0)),
            ("plot.png", 2, True, "plot", at(9)),
        ]


class TestTheBytesOfAnArtifact:
    def test_are_those_of_its_latest_version_or_of_the_one_asked_for(self) -> None:
        logged = a_run(artifacts={"a.txt": b"old"})
        newer = a_run(artifacts={"a.txt": b"new"}, writer="w2", started=100)

        lake = a_lake(logged, newer)

        assert lake.artifact_bytes("run-1", "a.txt") == b"new"
        assert lake.artifact_bytes("run-1", "a.txt", version=1) == b"old"

    def test_come_from_the_spool_until_they_are_stored(self, tmp_path: Path) -> None:
        (tmp_path / "waiting").write_bytes(b"soon")
        logged = a_run().add(
            "artifacts", run_id="run-1", path="a.txt", kind="file", metadata=json.dumps({"spool": "ab12"})
        )

        assert a_lake(logged, spool={"ab12": tmp_path / "waiting"}).artifact_bytes("run-1", "a.txt") == b"soon"

    def test_come_from_the_spool_where_their_digest_is_known_before_they_are_stored(self, tmp_path: Path) -> None:
        (tmp_path / "waiting").write_bytes(b"soon")
        logged = a_run().add(
            "artifacts",
            run_id="run-1",
            path="a.txt",
            kind="code",
            sha256="ab" * 32,
            metadata=json.dumps({"spool": "ab12"}),
        )

        assert a_lake(logged, spool={"ab12": tmp_path / "waiting"}).artifact_bytes("run-1", "a.txt") == b"soon"

    @pytest.mark.parametrize(
        ("path", "version", "said"),
        [
            ("nope.txt", None, "no artifact 'nope.txt'; run run-1 has none there"),
            ("a.txt", 3, "no artifact 'a.txt@3'; its versions are 1"),
            (
                "far.bin",
                None,
                "no stored bytes of artifact 'far.bin'; it is a reference to s3://b/k; Runlake opens none",
            ),
            (
                "gone.bin",
                None,
                "no stored bytes of artifact 'gone.bin'; they wait on the machine that logged them, or are gone",
            ),
            (
                "odd.bin",
                None,
                "no stored bytes of artifact 'odd.bin'; they wait on the machine that logged them, or are gone",
            ),
        ],
    )
    def test_that_are_not_here_are_refused_with_the_reason(self, path: str, version: int | None, said: str) -> None:
        logged = a_run(artifacts={"a.txt": b"a"})
        logged.add("artifacts", run_id="run-1", path="far.bin", kind="reference", uri="s3://b/k", sha256="1" * 64)
        logged.add("artifacts", run_id="run-1", path="gone.bin", kind="file", metadata='{"missing": true}')
        logged.add("artifacts", run_id="run-1", path="odd.bin", kind="file", metadata="[not an object")

        with pytest.raises(NotFound) as raised:
            a_lake(logged).artifact_bytes("run-1", path, version)

        assert str(raised.value) == said

    def test_are_none_for_a_run_that_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            a_lake(Logged()).artifact_bytes("run-9", "a.txt")
