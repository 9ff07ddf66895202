"""Writers, a compactor, a vacuum and readers at once for a long time: every row is there, and no process grows.

`RUNLAKE_SOAK_S=1800 RUNLAKE_SOAK_WRITERS=16 pytest -s tests/crash/test_soak.py` is half an hour of it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import runlake
from runlake.cli.doctor import findings
from runlake.journal import journal_root
from runlake.store.ingest import drain

HERE = Path(__file__).parent
SECONDS = float(os.environ.get("RUNLAKE_SOAK_S", "60"))
WRITERS = int(os.environ.get("RUNLAKE_SOAK_WRITERS", "4"))
READERS = 4
# How long a reader may take for one look, and a commit from its file on, before the vacuum may take it.
KEPT_S = 60.0 if SECONDS > 600 else 10.0
SAMPLE_S = 1.0
# From the second quarter to the last one. What a process knows of runs grows with them: a few hundred bytes each.
MAY_GROW_BY_MB = 48.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of processes from /proc"),
]


def memory_mb(pid: int) -> float | None:
    """Resident memory of a process, None where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return None


def ingester_pid(store: str) -> int:
    note = journal_root(store) / "ingester.pid"
    return int(note.read_text().strip() or 0) if note.exists() else 0


def grown_mb(samples: list[float]) -> float:
    """By how much the median of the last quarter is above that of the second."""
    quarter = len(samples) // 4
    return statistics.median(samples[-quarter:]) - statistics.median(samples[quarter : 2 * quarter])


def begun(role: str, store: str, end: float) -> subprocess.Popen[str]:
    words = ["soak_writer.py", store, str(end)] if role == "writer" else ["soak.py", role, store, str(end), str(KEPT_S)]
    words = [sys.executable, str(HERE / words[0]), *words[1:]]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_soak_loses_nothing_and_stays_flat(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLAKE_INGESTER", "on")
    monkeypatch.setenv("RUNLAKE_MAINTENANCE", "off")  # the soak has its own
    with runlake.start_run("soak", "first", params={"calls": 0}, store=store, capture=False):
        pass
    drain(store, wait_s=60)
    end = time.time() + SECONDS
    roles = ["writer"] * WRITERS + ["reader"] * READERS + ["compactor", "vacuum"]
    children = [begun(role, store, end) for role in roles]
    pids = {f"{role} {n}": child.pid for n, (role, child) in enumerate(zip(roles, children, strict=True))}
    samples: dict[str, list[float]] = {}
    while time.time() < end:
        for name, pid in [*pids.items(), (f"ingester {ingester_pid(store)}", ingester_pid(store))]:
            if (found := memory_mb(pid)) is not None:
                samples.setdefault(name, []).append(found)
        time.sleep(SAMPLE_S)
    ends = [child.communicate(timeout=600) for child in children]

    assert [(c.returncode, err) for c, (_, err) in zip(children, ends, strict=True)] == [(0, "")] * len(children)
    done = [(role, json.loads(out)) for role, (out, _) in zip(roles, ends, strict=True)]
    drained = drain(store, wait_s=300)
    assert (drained.waiting, drained.problems) == (0, ())
    check_rows(store, [said for role, said in done if role == "writer"])
    log = (journal_root(store) / "ingester.log").read_text()
    assert [line for line in log.splitlines() if " INFO " not in line] == []
    assert [f for f in findings(store) if f.severity == "problem" and f.code != "disk.nearly_full"] == []
    grown = {name: grown_mb(taken) for name, taken in samples.items() if len(taken) > SECONDS / SAMPLE_S / 2}
    report(done, samples, grown)
    assert {name: mb for name, mb in grown.items() if mb > MAY_GROW_BY_MB} == {}


def check_rows(store: str, written: list[dict[str, int]]) -> None:
    """Exactly what the writers say they have logged is there."""
    runs, calls = sum(w["runs"] for w in written), sum(w["calls"] for w in written)
    lake = runlake.open_lake(store)
    planned = lake.runs(columns=["run_id", "status", "params.calls"])
    assert planned["status"].to_list() == ["finished"] * (runs + 1)
    points = lake.snapshot.scan("metrics")
    found = points.select(pl.len(), pl.struct("writer", "link", "seq", "key").n_unique().alias("different")).collect()
    assert found.rows() == [(2 * calls, 2 * calls)]
    counted = points.filter(key="loss").group_by("run_id").agg(pl.len(), pl.col("step").n_unique().alias("steps"))
    whole = planned.filter(pl.col("params.calls") != "0").join(counted.collect(), on="run_id", how="left")
    assert whole.height == runs
    assert (whole["params.calls"].cast(pl.Int64) == whole["len"]).all()
    assert (whole["len"] == whole["steps"]).all()


def report(done: list[tuple[str, dict[str, int]]], samples: dict[str, list[float]], grown: dict[str, float]) -> None:
    for role in dict.fromkeys(role for role, _ in done):
        said = [facts for one, facts in done if one == role]
        print(f"\n{len(said)} x {role}: { {name: sum(s[name] for s in said) for name in said[0]} }", end="")
    print(
        f"\nmemory over {SECONDS:g} s, MB (second quarter, last quarter, most, grown by; may grow by {MAY_GROW_BY_MB:g}):"
    )
    for name, mb in grown.items():
        taken = samples[name]
        quarter = len(taken) // 4
        early, late = statistics.median(taken[quarter : 2 * quarter]), statistics.median(taken[-quarter:])
        print(f"  {name:<16} {early:7.1f} {late:7.1f} {max(taken):7.1f} {mb:+7.1f}")
