"""Promise: 200 short runs a second in one process; 8 processes with 20 runs each, into one store, within a second.

    python -m benchmarks.short_runs [--runs 400] [--rounds 3]

A short run has 12 params, 3 tags and 100 points (10 steps of 10 metrics). The time ends when the last
`finish()` has returned; beside it stands the time until all is in the tables, for Runlake with the
process that brings it there. The 8 processes have imported, and made a run each, before the time
begins. A tracker that is slow does fewer runs: some seconds are the limit; and it is measured with 8
processes only as often as `slow_rounds` says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.gate import wall
from benchmarks.measures import Measure, main

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = """
runs, limit = int(sys.argv[2]), float(sys.argv[3])
PARAMS = {f"param_{n}": n / 7 for n in range(12)}
TAGS = {"team": "risk", "stage": "dev", "dataset": "v1"}
def one():
    begin(PARAMS, TAGS)
    for step in range(10):
        log({f"metric_{n}": step / (n + 1) for n in range(10)}, step)
    end()
one()
print("ready", flush=True)
if len(sys.argv) > 4: sys.stdin.readline()
began, done = time.perf_counter(), 0
while done < runs and time.perf_counter() - began < limit:
    one()
    done += 1
took = time.perf_counter() - began
settled = time.perf_counter()
if len(sys.argv) < 5: settle()
print(json.dumps({"per_s": done / took, "runs": done, "settled": took + time.perf_counter() - settled}))
"""
SLOW = {"mlflow", "wandb"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: runs of one process or as many as fit into the seconds, processes, runs of each."""

    runs: int = 400
    limit_s: float = 5.0
    processes: int = 8
    each: int = 20
    rounds: int = 3
    slow_rounds: int = 1


QUICK = Size(runs=3, limit_s=1.0, processes=2, each=2, rounds=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take how fast each tracker's short runs are."""
    names = [name for name in trackers.CODE if name != "one os.write"]
    alone: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    beside: dict[str, list[float]] = {name: [] for name in names}
    for number in range(size.rounds):
        for name in names:
            alone[name].append(trackers.run(name, BODY, str(size.runs), str(size.limit_s)))
            if number < size.slow_rounds or name not in SLOW:
                beside[name].append(together(name, size))
    for name, rounds in alone.items():
        of = f"{min(r['runs'] for r in rounds):.0f} runs"
        yield Measure("short.per_s", name, tuple(r["per_s"] for r in rounds), of)
        yield Measure("short.settled", name, tuple(r["settled"] for r in rounds), of)
        both = f"{size.processes} x {size.each} runs"
        yield Measure("short.together", name, tuple(beside[name]), both)


def together(name: str, size: Size) -> float:
    """Seconds until all processes have done their runs into one store, from when all were ready."""
    with trackers.place() as folder:
        trackers.run(name, BODY, "1", "600", folder=folder)  # makes the store
        children = [trackers.begun(name, BODY, folder, str(size.each), "600", "wait") for _ in range(size.processes)]
        took, lines = wall(children)
        assert [json.loads(line)["runs"] for line in lines] == [size.each] * size.processes
        return took


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
