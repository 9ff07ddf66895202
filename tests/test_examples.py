"""The examples run as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import runlake

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]


def test_train_fraud_logs_a_baseline_and_a_curve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journal"))
    command = [sys.executable, str(ROOT / "examples/train_fraud.py"), "--trees", "5"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr

    lake = runlake.open_lake(tmp_path / "runlake_store")
    runs = lake.runs(experiment="fraud_detection", order_by="name", columns=["run_id", "name", "status"])
    curve = lake.metrics(run_ids=[runs["run_id"][0]], keys=["test/f1"])

    assert runs.select("name", "status").rows() == [("gradient_boosting", "finished"), ("rf_baseline", "finished")]
    assert curve["step"].to_list() == [1.0, 2.0, 3.0, 4.0, 5.0]
