"""Promise: 64 writers at once on one store: 0 points lost, 0 calls failed, 0 points there twice.

    python -m benchmarks.writers [--writers 64] [--calls 2000]

Processes that have started a run begin together to log 5 metrics a call, as fast as they can, and
finish. Then what is in the store is counted. The throughput is that of calls until the last process
has ended; beside it stands the time until all is in the tables. A peer's writers make few calls, as its
database takes one writer at a time, and MLflow's are few, as each imports for seconds. W&B is left out:
each of its runs is a folder of its own, so nothing is shared, and 64 of its helper processes fill the
memory.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.gate import wall
from benchmarks.measures import OURS, Measure, main
from benchmarks.reading import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("runlake", "mlflow", "tensorboardX", "trackio")
BODY = """
number, calls = int(sys.argv[2]), int(sys.argv[3])
begin({"victim": number}, {})
print("ready", flush=True)
sys.stdin.readline()
done = failed = 0
for step in range(calls):
    try:
        log({"victim": float(number), "loss": step / 7, "accuracy": 0.9, "lr": 1e-3, "f1": 0.8}, step)
        done += 1
    except Exception:
        failed += 1
try:
    end()
except Exception:
    failed += 1
print(json.dumps([done, failed]))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many processes write at once, and how many calls each makes; a peer's make fewer, MLflow has fewer."""

    writers: int = 64
    calls: int = 2_000
    peer_calls: int = 50
    mlflow_writers: int = 8


QUICK = Size(writers=4, calls=20, peer_calls=2, mlflow_writers=2)


def measure(size: Size) -> Iterator[Measure]:
    """Take what becomes of what each tracker's writers log."""
    for name in NAMES:
        writers = size.mlflow_writers if name == "mlflow" else size.writers
        calls = size.calls if name == OURS else size.peer_calls
        with trackers.place() as folder:
            if name in trackers.ONE_DATABASE:
                trackers.run(name, trackers.MAKE, folder=folder)
            found = logged(name, folder, writers, calls)
            rows = rows_of(name, folder)
        of = f"{writers} writers, {found['done']:,.0f} calls returned"
        same = name == OURS or writers == size.writers
        facts = {
            "lost": max(found["done"] - len(set(rows)), 0.0),
            "failed": found["failed"],
            "doubled": len(rows) - len(set(rows)),
            "per_s": found["done"] / found["took"],
            "settled": found["settled"],
        }
        for figure, value in facts.items():
            yield Measure(f"writers.{figure}", name, (float(value),), of, same)


def logged(name: str, folder: str, writers: int, calls: int) -> dict[str, float]:
    """Let the writers log; seconds until the last has ended and all is in the store, calls done and failed."""
    children = [trackers.begun(name, BODY, folder, str(number), str(calls)) for number in range(writers)]
    took, lines = wall(children)
    began = time.perf_counter()
    if name == OURS:
        trackers.run(name, 'settle()\nprint("{}")', folder=folder)
    ends = [json.loads(line) for line in lines]
    done, failed = (float(sum(end[n] for end in ends)) for n in (0, 1))
    return {"took": took, "settled": took + time.perf_counter() - began, "done": done, "failed": failed}


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
