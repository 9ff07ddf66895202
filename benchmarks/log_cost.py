"""Promise: log() of 5 metrics costs p50 <= 5 us and p99 <= 50 us, at least 20 times below wandb offline.

    python -m benchmarks.log_cost [--calls 20000] [--rounds 3]

Runs Runlake, its peers and one bare `os.write` one after the other, each in a process of its own and
each peer in an environment of its own (`benchmarks/peers.py` makes them), for some rounds, and prints
medians over the rounds with ratios. CPU is that of the whole process tree, from before the first call
until everything is in the store: Runlake's is that of training process and ingester, whose start is
most of it where calls are few.
"""

from __future__ import annotations

import argparse
import statistics

from benchmarks import trackers

BODY = """
calls = int(sys.argv[2])
METRICS = {"loss": 0.123456, "accuracy": 0.9, "val/loss": 0.2, "val/f1": 0.8, "lr": 1e-3}
begin({}, {})
for step in range(100):
    log(METRICS, step)
before, began, took = cpu(), time.perf_counter(), []
for step in range(100, calls + 100):
    start = time.perf_counter_ns()
    log(METRICS, step)
    took.append(time.perf_counter_ns() - start)
end()
durable = time.perf_counter()
settle()
took.sort()
print(json.dumps({"p50": took[len(took) // 2] / 1e3, "p99": took[len(took) * 99 // 100] / 1e3,
                  "durable": (durable - began) / calls * 1e6, "cpu": (cpu() - before) / calls * 1e6}))
"""
FEWER = {"mlflow": 40, "tensorboardX": 4}


def main() -> None:
    """Measure all in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in trackers.CODE}
    for _ in range(args.rounds):
        for name in found:
            found[name].append(trackers.run(name, BODY, str(max(args.calls // FEWER.get(name, 1), 200))))
    middle = {name: {k: statistics.median(r[k] for r in rounds) for k in rounds[0]} for name, rounds in found.items()}
    fewer = ", ".join(f"{name} {max(args.calls // n, 200)}" for name, n in FEWER.items())
    print(f"log() of 5 metrics, {args.calls} calls ({fewer}), median of {args.rounds} rounds, microseconds\n")
    print(f"| {'':12} | {'p50':>9} | {'p99':>9} | until on disk | CPU until in the store | p50 / runlake |")
    print(f"|{'-' * 14}|{'-' * 10}:|{'-' * 10}:|--------------:|-----------------------:|--------------:|")
    for name, row in middle.items():
        ratio = row["p50"] / middle["runlake"]["p50"]
        print(
            f"| {name:12} | {row['p50']:9.1f} | {row['p99']:9.1f} | {row['durable']:13.1f} | {row['cpu']:22.1f} | {ratio:13.1f} |"
        )


if __name__ == "__main__":
    main()
