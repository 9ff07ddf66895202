"""Promise: 200 short runs a second in one process; 8 processes with 20 runs each, into one store, within a second.

    python -m benchmarks.short_runs [--runs 100] [--rounds 3]

A short run has 12 params, 3 tags and 100 points (10 steps of 10 metrics). The time ends when the last
`finish()` has returned; beside it stands the time until all is in the tables, for Runlake with the
process that brings it there. A tracker that is slow does fewer runs: 20 seconds are the limit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time

from benchmarks import trackers

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
LIMIT_S, PROCESSES, EACH = 20.0, 8, 20


def together(name: str) -> float:
    """Seconds until 8 processes have done their runs into one store, from when all were ready."""
    with tempfile.TemporaryDirectory() as folder:
        code = trackers.HEAD + trackers.CODE[name] + BODY
        words = [trackers.python(name), "-c", code, folder, str(EACH), "600", "wait"]
        first = trackers.run(name, BODY, "1", "600", folder=folder)  # makes the store
        assert first["runs"] == 1
        children = [
            subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=trackers.environment(folder),
                cwd=folder,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        for child in children:
            assert child.stdout is not None
            while child.stdout.readline() != "ready\n":
                pass
        began = time.perf_counter()
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        last = [child.communicate()[0].splitlines()[-1] for child in children]
        took = time.perf_counter() - began
        assert [json.loads(line)["runs"] for line in last] == [EACH] * PROCESSES
        return took


def main() -> None:
    """Measure all in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    names = [name for name in trackers.CODE if name != "one os.write"]
    alone: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    beside: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(args.rounds):
        for name in names:
            alone[name].append(trackers.run(name, BODY, str(args.runs), str(LIMIT_S)))
            beside[name].append(together(name))
    print(f"short runs, median of {args.rounds} rounds\n")
    print("| | runs/s | s until in the store | runlake / it | 8 processes x 20, s | it / runlake |")
    print("|---|---:|---:|---:|---:|---:|")
    per_s = {name: statistics.median(r["per_s"] for r in rounds) for name, rounds in alone.items()}
    wall = {name: statistics.median(rounds) for name, rounds in beside.items()}
    for name in names:
        settled = statistics.median(r["settled"] for r in alone[name])
        print(
            f"| {name} | {per_s[name]:.1f} | {settled:.1f} for {alone[name][0]['runs']:.0f} | {per_s['runlake'] / per_s[name]:.1f} | "
            f"{wall[name]:.2f} | {wall[name] / wall['runlake']:.1f} |"
        )


if __name__ == "__main__":
    main()
