"""Promises: one series of a million points, and 50 series of 10,000 points, each <= 50 ms in the API, warm.

    python -m benchmarks.series [--long 1000000] [--keep FOLDER]

Every column of the series is in the answer. The stores are generated and compacted: one holds two runs
of two series of a million points, the other 50 runs of four series of 10,000. The figure of a new
process is from its start to its answer, interpreter and imports included.

The peers hold fewer points, because reading them back takes minutes, and their ratio is therefore that
of fewer points: a lower bound. MLflow is written by its client in batches and read by
`get_metric_history`; Trackio by `bulk_log` and `get_logs`, its cache of
answers switched off. W&B and tensorboardX cannot read what they wrote on their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import runlake
from benchmarks import peers, trackers
from benchmarks.generate import Size as Store
from benchmarks.measures import OURS, Measure, main
from benchmarks.run_table import asked, made

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASK = """
def milliseconds(ask):
    began = time.perf_counter()
    found = ask()
    return (time.perf_counter() - began) * 1e3, found
long, count, each, times = map(int, sys.argv[2:6])
one, many = [written(0, long)], [written(n + 1, each) for n in range(count)]
answers = {}
for name, runs in (("long", one), ("many", many)):
    took, found = zip(*(milliseconds(lambda: sum(read(run) for run in runs)) for _ in range(times)))
    assert set(found) == {long if name == "long" else count * each}, found
    answers[name] = took
print(json.dumps(answers))
"""
_MLFLOW = """
import json, os, sys, time
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import logging
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient
logging.disable()
client = MlflowClient(f"sqlite:///{sys.argv[1]}/mlflow.db")
experiment = client.create_experiment("bench")
def written(number, points):
    run = client.create_run(experiment).info.run_id
    for start in range(0, points, 1000):
        client.log_batch(run, metrics=[Metric("loss", 1 / (n + 1), 0, n) for n in range(start, min(start + 1000, points))])
    return run
def read(run): return len(client.get_metric_history(run, "loss"))
"""
_TRACKIO = """
import json, os, sys, time
os.environ.update(TRACKIO_DIR=sys.argv[1], HF_HUB_OFFLINE="1")
from trackio import sqlite_storage
from trackio.sqlite_storage import SQLiteStorage
def written(number, points):
    SQLiteStorage.bulk_log("bench", f"run_{number}", [{"loss": 1 / (n + 1)} for n in range(points)], steps=list(range(points)))
    return f"run_{number}"
def read(run):
    sqlite_storage._logs_read_cache_get = lambda *key: None
    return len(SQLiteStorage.get_logs("bench", run))
"""
PEERS = {"mlflow": _MLFLOW + _ASK, "trackio": _TRACKIO + _ASK}
NEW_PROCESS = """
import sys
import runlake
lake = runlake.open_lake(sys.argv[1])
ids = lake.runs(limit=int(sys.argv[2]), columns=["run_id"])["run_id"].to_list()
assert lake.metrics(run_ids=ids, keys=["loss"]).height
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How long the one series is, how many others there are of which length; the same of peers; how often is read."""

    long: int = 1_000_000
    count: int = 50
    each: int = 10_000
    peer_long: int = 100_000
    peer_count: int = 5
    asked: int = 9
    peer_asked: int = 2
    keep: str = ""


QUICK = Size(long=1_000, count=3, each=100, peer_long=100, peer_count=2, asked=2, peer_asked=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take how long each tracker takes to read series."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(size.keep or temporary)
        shapes = {
            "long": Store(runs=2, metrics=2, points=size.long),
            "many": Store(runs=size.count, metrics=4, points=size.each),
        }
        for name, shape in shapes.items():
            runs = 1 if name == "long" else size.count
            store = made(folder, f"{name}{shape.runs}x{shape.points}", shape)
            lake = runlake.open_lake(store)
            ids = lake.runs(limit=runs, columns=["run_id"])["run_id"].to_list()
            points = lake.metrics(run_ids=ids, keys=["loss"]).height
            assert points == runs * shape.points
            ask = partial(lake.metrics, run_ids=ids, keys=["loss"])
            yield from asked(f"series.{name}", ask, size.asked, f"{runs:,} x {shape.points:,} points")
            cold = in_new_processes(store, runs, size.peer_asked)
            yield Measure(f"series.{name}_new", OURS, cold, "from the start of a process")
    for name, code in PEERS.items():
        numbers = (size.peer_long, size.peer_count, size.each, size.peer_asked)
        found = trackers.asked(name, code, *map(str, numbers))
        yield Measure("series.long", name, tuple(found["long"]), f"1 x {size.peer_long:,} points", same=False)
        of = f"{size.peer_count} x {size.each:,} points"
        yield Measure("series.many", name, tuple(found["many"]), of, same=False)


def in_new_processes(store: str, runs: int, times: int) -> tuple[float, ...]:
    """Milliseconds from the start of a process until it has read the series, some times."""
    words = [sys.executable, "-c", NEW_PROCESS, store, str(runs)]
    took = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(words, check=True, env=peers.clean_environment())
        took.append((time.perf_counter() - began) * 1e3)
    return tuple(took)


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
