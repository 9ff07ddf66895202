"""Promise: a metric point takes at most 6 bytes on disk once its table is compacted.

    python -m benchmarks.storage [--runs 1000] [--peer-runs 5]

Runlake's figure is that of all columns in the live data files of `metrics`, by the points in them, of a
store that `benchmarks/generate.py` makes: 20 series of 50 points a run, times that jitter, values of 6
decimals. Beside it: the same before compaction, values that are random doubles (they alone take 8 bytes
uncompressed), and the data files of all tables together.

The peers log points of the same shape and the same number of decimals through their own calls. From
what their store takes then, a store with as many runs that have no points is taken off, so that only
the points count.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.generate import Size as Store
from benchmarks.generate import generate
from benchmarks.measures import OURS, Measure, main
from runlake.schema import METRICS
from runlake.store.compact import compact
from runlake.store.delta import open_table
from runlake.store.folder import Folder
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

METRIC_KEYS, POINTS = 20, 50
BODY = """
import random
runs, keys, steps, digits = map(int, sys.argv[2:6])
random.seed(1)
for number in range(runs):
    begin({}, {})
    for step in range(steps):
        if digits:
            log({f"layer_{n}/norm": round(1 - 1 / (step + n + 2) + random.gauss(0, 0.02), digits) for n in range(keys)}, step)
        else:
            log({f"layer_{n}/norm": random.random() for n in range(keys)}, step)
    end()
settle()
print("{}")
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many runs are stored."""

    runs: int = 1_000
    peer_runs: int = 5


QUICK = Size(runs=20, peer_runs=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take what a point takes."""
    points = size.runs * METRIC_KEYS * POINTS
    with tempfile.TemporaryDirectory() as folder:
        for digits, suffix in ((6, ""), (17, "_random")):
            store = f"{folder}/store{suffix}"
            shape = Store(
                size.runs, metrics=METRIC_KEYS, points=POINTS, per_batch=max(size.runs // 10, 1), digits=digits
            )
            generate(store, shape)
            before = bytes_per_point(store)
            compact(store)
            yield Measure(f"bytes.point{suffix}", OURS, (bytes_per_point(store),), f"{points:,} points, compacted")
            yield Measure(f"bytes.appended{suffix}", OURS, (before,), f"{points:,} points, as appended")
            yield Measure(f"bytes.data{suffix}", OURS, (of_data(store) / points,), "data files of all tables")
    logged = size.peer_runs * METRIC_KEYS * POINTS
    for name in trackers.CODE:
        if name not in {"one os.write", OURS}:
            for digits, suffix in ((6, ""), (0, "_random")):
                took = (folder_bytes(name, size, digits, POINTS) - folder_bytes(name, size, digits, 0)) / logged
                yield Measure(f"bytes.point{suffix}", name, (took,), f"{logged:,} points")


def bytes_per_point(store: str) -> float:
    """Bytes of the live data files of `metrics`, by the points in them."""
    table = open_table(open_store(store).table(METRICS.name))
    return sum(Path(name).stat().st_size for name in table.file_uris()) / table.count()


def of_data(store: str) -> int:
    """Bytes of the live data files of all tables: what compaction replaced is not counted."""
    tables = [open_table(Folder(path.parent)) for path in Path(store).glob("*/_delta_log")]
    return sum(Path(name).stat().st_size for table in tables for name in table.file_uris())


def folder_bytes(name: str, size: Size, digits: int, points: int) -> int:
    """Bytes of all files that a tracker leaves after some runs of so many steps."""
    with trackers.place() as folder:
        words = [str(number) for number in (size.peer_runs, METRIC_KEYS, points, digits)]
        trackers.run(name, BODY, *words, folder=folder)
        return sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file() and not p.is_symlink())


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
