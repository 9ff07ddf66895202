"""Promises of reading, on stores that `benchmarks/generate.py` makes.

    python -m benchmarks.reads [--keep FOLDER]

    filter, order, first 100 of 20,000 runs                  <= 20 ms
    the same of 100,000 runs, 30 columns                     <= 100 ms
    1,000 runs with params and last metrics as a frame       <= 30 ms
    one series of a million points                           <= 50 ms
    50 series of 10,000 points                               <= 50 ms
    a compacted point on disk                                <= 6 bytes

Warm, medians of nine; a new process and its memory stated beside. The store of 100,000 runs x 10
params x 20 metrics has 100 million points. Beside it: the million points and the 50 series in MLflow's
SQLite, written by its own client in batches, read by its own client.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import runlake
from benchmarks import peers
from benchmarks.generate import KEYS, SETTINGS, Size, generate
from runlake.schema import METRICS
from runlake.store.compact import compact
from runlake.store.delta import open_table
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.query import Lake

WHERE, ORDER = "metrics.val/f1 > 0.8 and params.model = 'forest'", "metrics.val/f1 desc"
WIDE = [
    *("name", "status", "user", "experiment", "started_at", "duration_s", "tags.team", "tags.stage", "tags.dataset"),
    *(f"params.{key}" for key in SETTINGS),
    *(f"metrics.{key}" for key in KEYS),
    "metrics.layer_0/norm",
]
MLFLOW = """
import json, os, sys, time
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import logging
import mlflow
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient
logging.disable()
client = MlflowClient(f"sqlite:///{sys.argv[1]}/mlflow.db")
experiment = client.create_experiment("bench")
def written(points):
    run = client.create_run(experiment).info.run_id
    for start in range(0, points, 1000):
        client.log_batch(run, metrics=[Metric("loss", 1 / (n + 1), 0, n) for n in range(start, min(start + 1000, points))])
    return run
def timed(runs):
    began = time.perf_counter()
    points = sum(len(client.get_metric_history(run, "loss")) for run in runs)
    return (time.perf_counter() - began) * 1e3, points
long = int(sys.argv[2])
one, many = [written(long)], [written(10_000) for _ in range(int(sys.argv[3]))]
print(json.dumps({"one": timed(one), "many": timed(many)}))
"""


def median_ms(ask: Callable[[], object]) -> float:
    """Median of nine calls, in milliseconds, after one that warms up."""
    ask()
    took = []
    for _ in range(9):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)


def made(folder: Path, name: str, size: Size) -> str:
    """Path of a store, generated and compacted where it is not there yet."""
    path = folder / name
    if not path.exists():
        generate(str(path), size)
        compact(str(path))
    return str(path)


def run_table(store: str, columns: list[str] | None) -> tuple[float, float]:
    """Milliseconds of filter, order and first 100: warm, and as the first question of a lake."""
    lake = runlake.open_lake(store)
    began = time.perf_counter()
    lake.runs(where=WHERE, order_by=ORDER, limit=100, columns=columns)
    first = (time.perf_counter() - began) * 1e3
    return median_ms(lambda: lake.runs(where=WHERE, order_by=ORDER, limit=100, columns=columns)), first


def series(lake: Lake, runs: int) -> float:
    """Milliseconds of reading one key of some runs."""
    ids = lake.runs(limit=runs, columns=["run_id"])["run_id"].to_list()
    return median_ms(lambda: lake.metrics(run_ids=ids, keys=["loss"]))


def bytes_per_point(store: str) -> float:
    """Bytes of the data files of `metrics`, by the points in them."""
    table = open_table(open_store(store).table(METRICS.name))
    files = [Path(name) for name in table.file_uris()]
    return sum(file.stat().st_size for file in files) / table.count()


def of_mlflow(points: int, runs: int) -> dict[str, list[float]]:
    """(milliseconds, points) that MLflow takes to read one long series and some of 10,000 points."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(peers.python("mlflow")), "-c", MLFLOW, folder, str(points), str(runs)]
        done = subprocess.run(words, check=True, capture_output=True, text=True, env=peers.clean_environment())
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder for the stores, used again the next time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        large = made(folder, "runs100k", Size())
        table, first = run_table(large, WIDE)
        print("| what | ms | beside |\n|---|---:|---|")
        small, small_first = run_table(made(folder, "runs20k", Size(runs=20_000, points=10)), None)
        print(f"| first 100 of 20,000 runs, every column | {small:.1f} | first question {small_first:.0f} |")
        print(f"| first 100 of 100,000 runs, {len(WIDE)} columns | {table:.1f} | first question {first:.0f} |")
        lake = runlake.open_lake(large)
        print(f"| 1,000 runs with params and last metrics | {median_ms(lambda: lake.runs(limit=1_000)):.1f} | |")
        peer = of_mlflow(200_000, 5)
        long = runlake.open_lake(made(folder, "long", Size(runs=2, metrics=2, points=1_000_000)))
        theirs = f"MLflow {peer['one'][0]:.0f} for {peer['one'][1]:,}"
        print(f"| one series of 1,000,000 points | {series(long, 1):.1f} | {theirs} |")
        many = runlake.open_lake(made(folder, "many", Size(runs=50, metrics=4, points=10_000)))
        theirs = f"MLflow {peer['many'][0]:.0f} for {peer['many'][1]:,}"
        print(f"| 50 series of 10,000 points | {series(many, 50):.1f} | {theirs} |")
        print(f"\nbytes per point, compacted: {bytes_per_point(large):.2f}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)
        print(f"peak memory of this process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
