"""Many processes log into one store at once, while the ingester delivers.

`RUNLAKE_WRITERS=64 RUNLAKE_WRITERS_S=60 pytest -s tests/crash/test_many_writers.py` lets 64 log for a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import runlake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    import pytest

SECONDS = float(os.environ.get("RUNLAKE_WRITERS_S", "5"))
WRITERS = int(os.environ.get("RUNLAKE_WRITERS", "16"))

WRITER = """
import sys, time
import runlake
store, number, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
end = time.monotonic() + seconds
total = 0
while time.monotonic() < end:
    with runlake.start_run(f"many/{int(number) % 4}", params={"writer": number}, tags={"team": "a"}, store=store, capture=False) as run:
        for step in range(500):
            run.log({"loss": 1 / (step + 1), "acc": step / 500}, step=step)
            time.sleep(0.001)
    total += 1
print(total)
"""


def test_many_processes_at_once(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLAKE_INGESTER", "on")
    began = time.monotonic()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, store, str(n), str(SECONDS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(WRITERS)
    ]
    ends = [child.communicate() for child in children]
    assert [(child.returncode, err) for child, (_, err) in zip(children, ends, strict=True)] == [(0, "")] * WRITERS
    runs = sum(int(out) for out, _ in ends)
    ended = time.monotonic()
    report = drain(store, wait_s=300)
    delivered_s = time.monotonic() - ended

    assert (report.waiting, report.problems) == (0, ())
    lake = runlake.open_lake(store)
    counted = Counter(lake.runs(columns=["status"])["status"])
    assert counted == {"finished": runs}
    points = lake.snapshot.scan("metrics").select("writer", "seq", "key").collect()
    assert points.height == runs * 1000
    assert points.n_unique() == points.height
    assert lake.snapshot.scan("params").collect().height == runs
    commits = lake.snapshot.versions["metrics"]
    in_all_s = time.monotonic() - began
    print(
        f"\n{WRITERS} processes, {SECONDS:g} s: {runs} runs, {points.height} points, {commits} commits, "
        f"all in the tables {delivered_s:.1f} s after the last finish and {in_all_s:.1f} s after the first start, "
        f"{points.height / in_all_s:,.0f} points a second"
    )
