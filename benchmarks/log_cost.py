"""Promise: log() of 5 metrics costs p50 <= 5 us and p99 <= 50 us, at least 20 times below wandb offline.

    python benchmarks/log_cost.py [--calls 20000] [--rounds 3]

Runs Runlake, wandb (offline), MLflow (SQLite) and one bare `os.write` one after the other, each in
a process of its own and each peer in an environment of its own (`benchmarks/peers.py` makes them),
for some rounds, and prints medians over the rounds with ratios. Capture is on for Runlake and off
for the peers. CPU is that of the whole process tree, from before the first call until everything is
in the store: Runlake's is that of training process and ingester.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import peers  # noqa: E402 - found through the line above

FLOOR = """
fd = os.open(f"{folder}/floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
record = b"x" * 60
log = lambda step: os.write(fd, record)
finish = lambda: os.fsync(fd)
"""
RUNLAKE = """
import runlake
run = runlake.start_run("bench", store=f"{folder}/store")
log = lambda step: run.log(METRICS, step=step)
def finish():
    run.finish()
    global durable
    durable = time.perf_counter()
    subprocess.run([sys.executable, "-m", "runlake.cli.main", "ingest", "--store", f"{folder}/store"], check=True, stdout=subprocess.DEVNULL)
"""
WANDB = """
os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=folder, WANDB_DISABLE_GIT="true", WANDB_CONSOLE="off")
import wandb
run = wandb.init(project="bench", settings=wandb.Settings(x_disable_stats=True, x_disable_meta=True, disable_code=True))
log = lambda step: run.log(METRICS, step=step)
finish = run.finish
"""
MLFLOW = """
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
mlflow.set_experiment("bench")
mlflow.start_run()
log = lambda step: mlflow.log_metrics(METRICS, step=step)
finish = mlflow.end_run
"""
BODY = """
import json, os, resource, subprocess, sys, time
folder, calls = sys.argv[1], int(sys.argv[2])
METRICS = {"loss": 0.123456, "accuracy": 0.9, "val/loss": 0.2, "val/f1": 0.8, "lr": 1e-3}
durable = None
%s
def cpu():
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
for step in range(100):
    log(step)
before, began, took = cpu(), time.perf_counter(), []
for step in range(100, calls + 100):
    start = time.perf_counter_ns()
    log(step)
    took.append(time.perf_counter_ns() - start)
finish()
durable = durable or time.perf_counter()
took.sort()
print(json.dumps({"p50": took[len(took) // 2] / 1e3, "p99": took[len(took) * 99 // 100] / 1e3,
                  "durable": (durable - began) / calls * 1e6, "cpu": (cpu() - before) / calls * 1e6}))
"""
TRACKERS = {
    "one os.write": (FLOOR, None, 1),
    "runlake": (RUNLAKE, None, 1),
    "wandb": (WANDB, "wandb", 1),
    "mlflow": (MLFLOW, "mlflow", 40),
}


def measure(name: str, calls: int) -> dict[str, float]:
    """Run one tracker once; microseconds per call."""
    setup, peer, fewer = TRACKERS[name]
    python = sys.executable if peer is None else str(peers.python(peer))
    with tempfile.TemporaryDirectory() as folder:
        env = peers.clean_environment() | {"RUNLAKE_JOURNAL": f"{folder}/journals", "RUNLAKE_INGESTER": "off"}
        done = subprocess.run(
            [python, "-c", BODY % setup, folder, str(max(calls // fewer, 200))],
            env=env,
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Measure all in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in TRACKERS}
    for _ in range(args.rounds):
        for name in TRACKERS:
            found[name].append(measure(name, args.calls))
    middle = {name: {k: statistics.median(r[k] for r in rounds) for k in rounds[0]} for name, rounds in found.items()}
    print(
        f"log() of 5 metrics, {args.calls} calls (mlflow {args.calls // 40}), median of {args.rounds} rounds, microseconds\n"
    )
    print(f"| {'':12} | {'p50':>9} | {'p99':>9} | until on disk | CPU until in the store | p50 / runlake |")
    print(f"|{'-' * 14}|{'-' * 10}:|{'-' * 10}:|--------------:|-----------------------:|--------------:|")
    for name, row in middle.items():
        ratio = row["p50"] / middle["runlake"]["p50"]
        print(
            f"| {name:12} | {row['p50']:9.1f} | {row['p99']:9.1f} | {row['durable']:13.1f} | {row['cpu']:22.1f} | {ratio:13.1f} |"
        )


if __name__ == "__main__":
    main()
