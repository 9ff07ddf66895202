from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlake.capture.environment import _gpus, read_environment

if TYPE_CHECKING:
    from pathlib import Path


class TestTheEnvironment:
    def test_is_what_this_process_runs_on(self) -> None:
        found = read_environment()

        assert found.python_version == platform.python_version()
        assert found.platform == platform.platform()
        assert f"({os.cpu_count()} cores)" in str(found.cpu)
        assert found.memory_bytes
        assert found.memory_bytes > 2**28
        assert found.problems == ()

    def test_names_packages_with_exact_versions(self) -> None:
        assert f"pytest=={pytest.__version__}" in read_environment().packages

    def test_is_plain_json_and_names_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")
        monkeypatch.setenv("OMP_NUM_THREADS", "3")

        text = json.dumps(read_environment().facts)

        assert "hunter2" not in text
        assert platform.node() not in text
        assert json.loads(text)["env"]["OMP_NUM_THREADS"] == "3"

    def test_loads_no_library(self) -> None:
        code = (
            "import sys; from runlake.capture.environment import read_environment; read_environment();"
            "print([m for m in ('numpy', 'torch', 'polars', 'pyarrow', 'psutil', 'pandas') if m in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "[]"

    def test_sees_a_package_that_was_installed_since(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(str(tmp_path))
        before = read_environment().packages
        info = tmp_path / "new_thing-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: new-thing\nVersion: 1.2\n")
        origin = {"url": "https" + "://u:hunter2@host/new.git", "vcs_info": {"vcs": "git", "commit_id": "ab12"}}
        (info / "direct_url.json").write_text(json.dumps(origin))
        os.utime(tmp_path, ns=(1, 1))

        after = read_environment().packages

        assert set(after) - set(before) == {"new-thing==1.2 @ https://host/new.git@ab12"}


class TestGpus:
    def test_are_what_nvidia_smi_says(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771, 570.1'\necho 'NVIDIA H200, [N/A], 570.1'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

        assert _gpus() == (
            [{"name": "NVIDIA H200", "memory_bytes": 143771 * 2**20}, {"name": "NVIDIA H200", "memory_bytes": None}],
            "570.1",
        )

    def test_are_none_where_there_is_no_program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

        assert _gpus() == ([], None)
