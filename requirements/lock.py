"""Resolve the dependencies in pyproject.toml into the two lock files beside this one.

`runtime.txt` is what the dashboard needs, with the build backend; `dev.txt` adds the tools. Both hold
for Python 3.11 to 3.13 and name exact versions and hashes, and no place that packages come from.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LOCKS = {"runtime.txt": "build", "dev.txt": "dev"}


def lock(name: str, group: str, *, constraint: Path | None, upgrade: bool) -> Path:
    """Write one lock file and return its path; versions in `constraint` are kept."""
    target = HERE / name
    command = [
        uv(),
        "pip",
        "compile",
        str(HERE.parent / "pyproject.toml"),
        "--group",
        f"{HERE.parent}/pyproject.toml:{group}",
    ]
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
    runtime: Path | None = None
    for name, group in LOCKS.items():
        done = lock(name, group, constraint=runtime, upgrade="--upgrade" in sys.argv)
        runtime = runtime or done
