"""Promise: log() of 5 metrics costs p50 <= 5 us and p99 <= 50 us, at least 20 times below wandb offline.

    python -m benchmarks.log_cost [--calls 20000] [--rounds 3]

And: a call costs <= 10 us of CPU, that of all processes, until it is in the tables.

Runs Runlake, its peers and one bare `os.write` one after the other, each in a process of its own, for
some rounds. Half of the calls are made at once, the other half two seconds later, when what a tracker
does at the start of a run is over: capturing code and packages, starting a process. The promise is
about those; the first ones stand beside it. CPU is that of the process and of all that came of it, from after the start of the run
until everything is in the store, so that a peer's import and set-up are left out. Runlake's ingester
starts after that and imports for a second; what it costs per call is therefore taken twice: with that
start, over `calls`, and without, from the difference between `calls` and `long_calls`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.measures import OURS, Measure, main

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = """
calls = int(sys.argv[2])
METRICS = {"loss": 0.123456, "accuracy": 0.9, "val/loss": 0.2, "val/f1": 0.8, "lr": 1e-3}
begin({}, {})
for step in range(100):
    log(METRICS, step)
def timed(first, n):
    took = []
    for step in range(first, first + n):
        start = time.perf_counter_ns()
        log(METRICS, step)
        took.append(time.perf_counter_ns() - start)
    return sorted(took)
before, half = cpu(), calls // 2
early = timed(100, half)
time.sleep(2)
began = time.perf_counter()
took = timed(100 + half, half)
end()
durable = time.perf_counter()
settle()
print(json.dumps({"p50": took[half // 2] / 1e3, "p99": took[half * 99 // 100] / 1e3,
                  "p50_early": early[half // 2] / 1e3, "p99_early": early[half * 99 // 100] / 1e3,
                  "durable": (durable - began) / half * 1e6, "cpu": (cpu() - before) / (2 * half) * 1e6}))
"""
FEWER = {"mlflow": 40, "tensorboardX": 4}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: calls of each tracker but for slow ones, and of Runlake once more; rounds."""

    calls: int = 40_000
    long_calls: int = 240_000
    rounds: int = 3


QUICK = Size(calls=400, long_calls=4_000, rounds=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take what `log()` costs each tracker."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in trackers.CODE}
    long = []
    for _ in range(size.rounds):
        for name, rounds in found.items():
            rounds.append(trackers.run(name, BODY, str(_calls(size, name))))
        long.append(trackers.run(OURS, BODY, str(size.long_calls)))
    for figure in ("p50", "p99", "p50_early", "p99_early", "durable", "cpu"):
        for name, rounds in found.items():
            calls = _calls(size, name)
            first = "cpu_with_start" if (figure, name) == ("cpu", OURS) else figure
            yield Measure(f"log.{first}", name, tuple(r[figure] for r in rounds), f"{calls:,} calls")
    more = size.long_calls - size.calls
    both = zip(long, found[OURS], strict=True)
    cpu = tuple((a["cpu"] * size.long_calls - b["cpu"] * size.calls) / more for a, b in both)
    yield Measure("log.cpu", OURS, cpu, f"{size.long_calls:,} calls less {size.calls:,}")


def _calls(size: Size, name: str) -> int:
    return max(size.calls // FEWER.get(name, 1), 200)


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
