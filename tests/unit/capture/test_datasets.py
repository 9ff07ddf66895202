from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlake.capture import DataIdentity, identify

if TYPE_CHECKING:
    from pathlib import Path


class TestAFile:
    def test_is_the_digest_of_its_bytes(self, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"x,y\n1,2\n")
        digest = hashlib.sha256(b"x,y\n1,2\n").hexdigest()

        assert identify(file) == DataIdentity(
            "file",
            f"sha256:{digest}",
            digest,
            {"kind": "file", "uri": str(file), "bytes": 8, "files": 1, "sha256": digest},
        )

    def test_may_be_named_by_its_address(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x")

        assert identify(f"file://{tmp_path}/a.csv").sha256 == identify(tmp_path / "a.csv").sha256

    def test_keeps_the_version_that_its_keepers_gave_it(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x")

        identity = identify(tmp_path / "a.csv", version="2026-01")

        assert (identity.version, identity.sha256) == ("2026-01", hashlib.sha256(b"x").hexdigest())

    def test_that_is_not_there_is_a_problem(self, tmp_path: Path) -> None:
        identity = identify(tmp_path / "none.csv")

        assert (identity.kind, identity.version, identity.problem) == ("unknown", None, "there is nothing by that path")

    def test_shows_the_home_directory_as_a_sign(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "a.csv").write_text("x")

        assert identify("~/a.csv").facts["uri"] == "~/a.csv"

    def test_that_is_a_pipe_is_a_problem_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")

        assert identify(tmp_path / "pipe").problem == "data set: OSError: pipe is no regular file"


class TestAnAddress:
    def test_is_not_read(self) -> None:
        identity = identify("s3://bucket/a.parquet")

        assert (identity.kind, identity.version) == ("reference", None)
        assert "pass version=" in str(identity.problem)

    def test_with_a_version_is_identified_by_it(self) -> None:
        assert identify("https" + "://u:hunter2@host/a?sig=abc", version="v3") == DataIdentity(
            "reference", "v3", None, {"kind": "reference", "uri": "https://host/a?sig=[redacted:url_secret]"}
        )

    def test_may_be_left_out(self) -> None:
        assert identify(None, version="v3") == DataIdentity("reference", "v3", None, {"kind": "reference"})
        assert identify(None).problem == "neither a source nor a version was given"


class TestSomethingElse:
    @pytest.mark.parametrize("source", [3, object(), [1, 2], {"a": 1}])
    def test_is_a_problem(self, source: object) -> None:
        identity = identify(source)

        assert identity.kind == "unknown"
        assert type(source).__qualname__ in str(identity.problem)

    def test_has_facts_that_are_plain_json(self) -> None:
        assert json.dumps(identify(3).facts)


class TestImports:
    def test_are_none_for_a_path(self, tmp_path: Path) -> None:
        code = (
            "import sys; from runlake.capture import identify; identify('.');"
            "print([m for m in ('numpy', 'polars', 'pyarrow', 'pandas', 'deltalake') if m in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

        assert done.stdout == "[]\n"

    def test_are_no_others_for_a_polars_frame(self) -> None:
        code = (
            "import sys, polars as pl; from runlake.capture import identify\n"
            "f = pl.DataFrame({'a': [1, None], 'b': ['x', 'é'], 'c': [1.5, float('nan')], 'd': [True, None]})\n"
            "print(identify(f).sha256, [m for m in ('numpy', 'pyarrow', 'pandas') if m in sys.modules])\n"
            "import numpy; print(identify(f).sha256, [])\n"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        without, with_numpy = done.stdout.splitlines()
        assert without == with_numpy
