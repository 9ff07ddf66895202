"""Promise: a store that 100,000 processes have written to opens and takes appends like one that a single process filled.

    python -m benchmarks.many_writers [--writers 100000] [--commits 500] [--tries 30]

Makes two stores with as many rows in as many commits: in one each row is of a writer of its own, in the other all
are of one. Then times opening a lake in a process that has not seen the store and in one that has, an append, and
the delivery of a short run from its journal, which looks for the writer in every table. A checkpoint may not grow
with the writers either.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

import runlake
from runlake.ids import new_id, new_writer
from runlake.schema import METRICS, RUNS, Table
from runlake.store import arrow
from runlake.store.decode import sort
from runlake.store.delta import Appender
from runlake.store.ingest import drain
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FRESH = """
import sys, time
import runlake
runlake.open_lake  # loads the engines
began = time.perf_counter()
runlake.open_lake(sys.argv[1])
print(time.perf_counter() - began)
"""
OWN: dict[Table, Mapping[str, object]] = {
    METRICS: {"key": "loss", "step": 0.0, "value": 1.0},
    RUNS: {"status": "finished"},
}
Origins = list[tuple[str, int]]


def fill(store: str, batches: Iterator[Origins]) -> None:
    """Commit batches of one run for each writer and link to `metrics` and to `runs`."""
    made = open_store(store, create=True)
    appenders = {table: Appender(made, table) for table in OWN}
    for origins in batches:
        runs = [new_id() for _ in origins]
        for table, appender in appenders.items():
            appender.append(rows(table, origins, runs), {"runlake.links": json.dumps(origins)})


def rows(table: Table, origins: Origins, runs: Sequence[str]) -> pa.Table:
    """Return one row of each run."""
    now = time.time_ns() // 1000
    listed = [
        {**OWN[table], "run_id": run, "writer": writer, "link": link, "seq": 1, "ts": now, "logged_at": now}
        for run, (writer, link) in zip(runs, origins, strict=True)
    ]
    return sort(table, pa.Table.from_pylist(listed, schema=arrow.arrow_schema(table)))


def timed(tries: int, what: Callable[[], object]) -> str:
    """Return the median time in milliseconds, and the ninth tenth."""
    took = []
    for _ in range(tries):
        began = time.perf_counter()
        found = what()
        took.append(found if isinstance(found, float) else time.perf_counter() - began)
    return f"{statistics.median(took) * 1e3:6.1f} {statistics.quantiles(took, n=10)[-1] * 1e3:7.1f}"


def opened_afresh(store: str) -> float:
    """Open a lake in a new process; seconds that it took there, imports left out."""
    done = subprocess.run([sys.executable, "-c", FRESH, store], capture_output=True, text=True, check=True)
    return float(done.stdout)


def deliver(store: str) -> None:
    """Log a short run and bring it into the tables."""
    with runlake.start_run("bench", store=store, capture=False) as run:
        run.log({"loss": 1.0})
    report = drain(store)
    assert report.ingested["metrics"] == 1, report


def measure(store: str, tries: int) -> None:
    """Time a store and print it."""
    numbers = count()
    appender = Appender(open_store(store), METRICS)

    def append() -> None:
        origins = [(f"bench-{os.getpid()}", next(numbers))]
        appender.append(rows(METRICS, origins, [new_id()]), {"runlake.links": json.dumps(origins)})

    log = Path(store) / "metrics" / "_delta_log"
    newest = max(log.glob("*.checkpoint.parquet"))
    print(f"  newest checkpoint of metrics, kB        {newest.stat().st_size / 1e3:6.1f}")
    print("  ms                                         p50     p90")
    print(f"  open_lake in a new process              {timed(min(tries, 10), lambda: opened_afresh(store))}")
    print(f"  open_lake again                         {timed(tries, lambda: runlake.open_lake(store))}")
    print(f"  append                                  {timed(tries, append)}")
    print(f"  a run logged and delivered              {timed(tries, lambda: deliver(store))}")


def main() -> None:
    """Make the stores and measure them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=100_000)
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--tries", type=int, default=30)
    options = parser.parse_args()
    each = options.writers // options.commits
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"RUNLAKE_JOURNAL": f"{folder}/journals", "RUNLAKE_INGESTER": "off"}
        one = new_writer()
        stores: dict[str, Iterator[Origins]] = {
            f"{each * options.commits:,} writers": (
                [(new_writer(), 0) for _ in range(each)] for _ in range(options.commits)
            ),
            "1 writer": ([(one, n * each + i) for i in range(each)] for n in range(options.commits)),
        }
        for name, batches in stores.items():
            store = str(Path(folder) / name.replace(" ", "-").replace(",", ""))
            fill(store, batches)
            print(f"{name}, {options.commits} commits", flush=True)
            measure(store, options.tries)


if __name__ == "__main__":
    main()
