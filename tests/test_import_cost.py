"""Tracking loads nothing heavy into somebody else's training."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAVY = {
    "polars",
    "pyarrow",
    "deltalake",
    "numpy",
    "pandas",
    "sklearn",
    "streamlit",
    "plotly",
    "asyncio",
}

IMPORT = """
import json, sys, time
before = time.perf_counter()
import runlake
spent = time.perf_counter() - before
print(json.dumps({"loaded": sorted(sys.modules), "ms": spent * 1000}))
"""

RUN = """
import json, sys, time
before = time.perf_counter()
import runlake
with runlake.start_run("import_cost", params={"depth": 3}, tags={"stage": "dev"}, store=sys.argv[1]) as run:
    run.log({"loss": 0.5, "val/f1": 0.8}, step=1)
    run.log({"drawn": runlake.media.Image([[0, 255]]), "rows": runlake.media.Table({"a": [1, 2]})}, step=1)
    run.log({"test": runlake.media.classification([0, 1], [0.1, 0.9]), "w": runlake.media.Histogram([1, 2])}, step=1)
    run.log_artifact(b"{}", name="card.json")
    run.summary["best"] = 0.8
    run.note(conclusion="light")
spent = time.perf_counter() - before
print(json.dumps({"loaded": sorted(sys.modules), "ms": spent * 1000}))
"""


@dataclass(frozen=True, slots=True)
class Process:
    """What a process said of itself at its end."""

    loaded: tuple[str, ...]
    ms: float

    @property
    def heavy(self) -> set[str]:
        return {name.partition(".")[0] for name in self.loaded} & HEAVY


def in_a_new_process(code: str, tmp_path: Path) -> Process:
    """Run `code` where nothing is loaded yet."""
    home = {"HOME": str(tmp_path), "RUNLAKE_JOURNAL": str(tmp_path / "journal")}
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    return Process(loaded=tuple(said["loaded"]), ms=said["ms"])


class TestANewProcess:
    def test_loads_nothing_heavy_by_importing_runlake(
        self, tmp_path: Path, record_property: Callable[[str, object], None]
    ) -> None:
        answer = in_a_new_process(IMPORT, tmp_path)
        record_property("import_runlake_ms", answer.ms)

        assert answer.heavy == set()

    def test_loads_nothing_heavy_from_start_to_finish_of_a_run(
        self, tmp_path: Path, record_property: Callable[[str, object], None]
    ) -> None:
        answer = in_a_new_process(RUN, tmp_path)
        record_property("start_to_finish_ms", answer.ms)

        assert answer.heavy == set()
        assert {"runlake.store", "runlake.query", "runlake.journal.segment", "runlake.journal.scan"} & set(
            answer.loaded
        ) == set()
