"""Run all benchmarks in turn, each in a process of its own: `make bench`."""

from __future__ import annotations

import subprocess
import sys

ALL = ("log_cost", "short_runs", "startup", "many_writers", "visible")

for name in ALL:
    print(f"\n## {name}\n", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
