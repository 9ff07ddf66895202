"""Environments of the trackers that Runlake is measured beside, each of its own, made on first use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[1] / ".venv-peers"
PACKAGES = {name: [name] for name in ("wandb", "mlflow", "tensorboardx", "trackio")}


def python(peer: str) -> Path:
    """Return the interpreter of a peer's environment, installing it where it is missing."""
    found = HOME / peer / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / peer)], check=True)
        subprocess.run([str(found), "-m", "pip", "install", "--quiet", *PACKAGES[peer]], check=True)
    return found


def versions() -> dict[str, str]:
    """Return the version of each peer that is installed."""
    found = {}
    for peer in PACKAGES:
        for info in (HOME / peer).glob(f"lib/python*/site-packages/{peer}-*.dist-info"):
            found[peer] = info.name.removesuffix(".dist-info").rpartition("-")[2]
    return found


def clean_environment() -> dict[str, str]:
    """Return the environment without what would steer any of the trackers, or keep Python from caching bytecode.

    An installed package has its bytecode; a checkout that may not write any would compile at each start.
    """
    steering = ("RUNLAKE_", "WANDB_", "MLFLOW_", "TRACKIO_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}
