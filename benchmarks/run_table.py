"""Promises: filter, order and first 100 of 20,000 runs <= 20 ms, of 100,000 runs x 30 columns <= 100 ms, warm.

    python -m benchmarks.run_table [--small 20000] [--large 100000] [--keep FOLDER]

And 1,000 runs with params and last metrics as a frame <= 30 ms. A run has 10 params, 3 tags and 20
metrics, some of them rare. Warm: each question some times in one process after one that opens the
files. The figure of a new process is from its start to its answer, interpreter and imports included,
with its peak of memory. The generated stores hold no points, only their summaries, which is what the
run table reads; with `--points 50` the large one holds 100 million, and takes some minutes to make.

The peers hold the same runs but for the rare keys: rows put straight into the tables that MLflow or
Trackio has made in SQLite, as their own calls would take an hour. MLflow is asked by `search_runs`;
Trackio has no search of runs, so that the question is SQL by hand, answered with dictionaries. The other peers have no local search.
"""

from __future__ import annotations

import json
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
from benchmarks.generate import KEYS, SETTINGS, generate
from benchmarks.generate import Size as Store
from benchmarks.measures import OURS, Measure, main
from benchmarks.run_table_peers import CODE
from runlake.store.compact import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WHERE, ORDER = "metrics.val/f1 > 0.8 and params.model = 'forest'", "metrics.val/f1 desc"
WIDE = [
    *("name", "status", "user", "experiment", "started_at", "duration_s", "tags.team", "tags.stage", "tags.dataset"),
    *(f"params.{key}" for key in SETTINGS),
    *(f"metrics.{key}" for key in KEYS),
    "metrics.layer_0/norm",
]
NEW_PROCESS = """
import json, resource, sys
import runlake
where, order, columns = json.loads(sys.argv[2])
found = runlake.open_lake(sys.argv[1]).runs(where=where, order_by=order, limit=100, columns=columns)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (10 if sys.platform == "linux" else 20)))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many runs the stores have, those of the peers too; points of each series; how often is asked; where kept."""

    small: int = 20_000
    large: int = 100_000
    points: int = 0
    frame: int = 1_000
    asked: int = 9
    peer_asked: int = 3
    keep: str = ""


QUICK = Size(small=300, large=600, frame=100, asked=2, peer_asked=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take how long each tracker takes to answer."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(size.keep or temporary)
        small = made(folder, f"runs{size.small}", Store(size.small, points=0))
        large = made(folder, f"runs{size.large}x{size.points}", Store(size.large, points=size.points))
        for name, store, runs, columns in (("small", small, size.small, None), ("large", large, size.large, WIDE)):
            lake = runlake.open_lake(store)
            of = f"first 100 of {runs:,} runs, {len(columns or lake.runs(limit=1).columns)} columns"
            ask = partial(lake.runs, where=WHERE, order_by=ORDER, limit=100, columns=columns)
            yield from asked(f"table.{name}", ask, size.asked, of)
            cold, peaks = in_new_processes(store, columns, size.peer_asked)
            yield Measure(f"table.{name}_new", OURS, cold, "from the start of a process")
            yield Measure(f"table.{name}_peak_mib", OURS, peaks, "peak memory of that process")
        lake = runlake.open_lake(small)
        wide = lake.runs(limit=size.frame)
        of = f"{wide.height:,} of {size.small:,} runs, {len(wide.columns)} columns"
        yield from asked("table.frame", partial(lake.runs, limit=size.frame), size.asked, of)
    yield from of_peers(size)


def of_peers(size: Size) -> Iterator[Measure]:
    """Ask the peers the same."""
    for name, code in CODE.items():
        found = trackers.asked(name, code, *(str(number) for number in (size.small, size.frame, size.peer_asked)))
        yield Measure("table.small", name, tuple(found["search"]), f"first {found['hits']} of {size.small:,} runs")
        yield Measure("table.small_first", name, (found["first"],), "the first question of a process that has imported")
        yield Measure("table.frame", name, tuple(found["frame"]), f"{found['rows']:,} of {size.small:,} runs")


def asked(figure: str, ask: Callable[[], object], times: int, of: str) -> Iterator[Measure]:
    """Take the milliseconds of some calls, after one that warms up, and those of CPU on all cores."""
    ask()
    took, cpu = [], []
    for _ in range(times):
        began, before = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.process_time() - before) * 1e3)
    yield Measure(figure, OURS, tuple(took), of)
    yield Measure(f"{figure}_cpu", OURS, tuple(cpu), "of CPU")


def made(folder: Path, name: str, size: Store) -> str:
    """Path of a store, generated and compacted where it is not there yet."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    if not path.exists():
        generate(str(path), size)
        compact(str(path))
    return str(path)


def in_new_processes(store: str, columns: list[str] | None, times: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Milliseconds from the start of a process to its answer, and its peak of memory in MiB, some times."""
    words = [sys.executable, "-c", NEW_PROCESS, store, json.dumps([WHERE, ORDER, columns])]
    took, peaks = [], []
    for _ in range(times):
        began = time.perf_counter()
        done = subprocess.run(words, check=True, capture_output=True, text=True, env=peers.clean_environment())
        took.append((time.perf_counter() - began) * 1e3)
        peaks.append(float(done.stdout))
    return tuple(took), tuple(peaks)


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
