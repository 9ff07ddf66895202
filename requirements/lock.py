"""Resolve the dependencies in pyproject.toml into the lock files beside this one.

`runtime.txt` is what the dashboard needs, with the build backend; `dev.txt` adds the tools; `buckets.txt`
is for the servers that stand in for clouds in the tests, and stands for itself. All hold for Python 3.11
to 3.13 and name exact versions and hashes, and no place that packages come from.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PYPROJECT = str(HERE.parent / "pyproject.toml")


def lock(name: str, *wanted: str, constraint: Path | None = None, upgrade: bool) -> Path:
    """Write one lock file and return its path; versions in `constraint` are kept.

    Args:
        name: of the lock file.
        wanted: what uv is to resolve: the project, a group of it, or both.
        constraint: another lock file.
        upgrade: take the newest versions that fit instead of those in the file.
    """
    target = HERE / name
    command = [uv(), "pip", "compile", *wanted]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--output-file", str(target)]
    command += ["--constraint", str(constraint)] if constraint else []
    command += ["--upgrade"] if upgrade else []
    subprocess.run(command, check=True, env=os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"})
    return target


def uv() -> str:
    """Find uv beside this interpreter, else on the PATH."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        sys.exit("make lock needs uv: pip install uv")
    return found


if __name__ == "__main__":
    newest = "--upgrade" in sys.argv
    runtime = lock("runtime.txt", PYPROJECT, "--group", f"{PYPROJECT}:build", upgrade=newest)
    lock("dev.txt", PYPROJECT, "--group", f"{PYPROJECT}:dev", constraint=runtime, upgrade=newest)
    lock("buckets.txt", "--group", f"{PYPROJECT}:buckets", upgrade=newest)
