"""The same few calls for each tracker, as code that a process of its own runs.

Each piece defines, given `folder`:

    begin(params, tags)    start a run
    log(values, step)      log numbers at a step
    end()                  finish the run
    settle()               wait until everything is in the store, where the tracker has one beside its log

Peers run with capture of system metrics, git, machine and console switched off; Runlake runs with all
of it on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

from benchmarks import peers

FLOOR = """
fd = os.open(f"{folder}/floor-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
record = b"x" * 60
def begin(params, tags): os.write(fd, json.dumps([params, tags]).encode())
def log(values, step): os.write(fd, record)
def end(): os.fsync(fd)
def settle(): pass
"""
RUNLAKE = """
import runlake
def begin(params, tags):
    global run
    run = runlake.start_run("bench", params=params, tags=tags, store=f"{folder}/store")
def log(values, step): run.log(values, step=step)
def end(): run.finish()
def settle():
    words = [sys.executable, "-m", "runlake.cli.main", "ingest", "--store", f"{folder}/store"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
"""
WANDB = """
os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=folder, WANDB_DISABLE_GIT="true", WANDB_CONSOLE="off")
import wandb
settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True, disable_code=True)
def begin(params, tags):
    global run
    run = wandb.init(project="bench", config=params, tags=list(tags), settings=settings)
def log(values, step): run.log(values, step=step)
def end(): run.finish()
def settle(): pass
"""
MLFLOW = """
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import logging
import mlflow
logging.disable()
mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
mlflow.set_experiment("bench")
def begin(params, tags):
    mlflow.start_run(tags=tags)
    if params: mlflow.log_params(params)
def log(values, step): mlflow.log_metrics(values, step=step)
def end(): mlflow.end_run()
def settle(): pass
"""
TENSORBOARDX = """
from tensorboardX import SummaryWriter
count = 0
def begin(params, tags):
    global writer, count
    count += 1
    writer = SummaryWriter(f"{folder}/tb/{os.getpid()}-{count}")
    if params: writer.add_hparams(params, {}, name="hparams")
def log(values, step):
    for key, value in values.items(): writer.add_scalar(key, value, step)
def end(): writer.close()
def settle(): pass
"""
TRACKIO = """
os.environ.update(TRACKIO_DIR=folder, HF_HUB_OFFLINE="1")
import trackio
def begin(params, tags): trackio.init(project="bench", config={**params, "tags": list(tags)}, embed=False)
def log(values, step): trackio.log(values, step=step)
def end(): trackio.finish()
def settle(): pass
"""
CODE = {
    "one os.write": FLOOR,
    "runlake": RUNLAKE,
    "wandb": WANDB,
    "mlflow": MLFLOW,
    "tensorboardX": TENSORBOARDX,
    "trackio": TRACKIO,
}
HEAD = """
import json, os, resource, subprocess, sys, time
folder = sys.argv[1]
def cpu():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in both)
"""


def python(name: str) -> str:
    """Return the interpreter that has the tracker."""
    return sys.executable if name in {"one os.write", "runlake"} else str(peers.python(name.lower()))


def run(
    name: str, body: str, *words: str, folder: str | None = None, timeout_s: float | None = None
) -> dict[str, float]:
    """Run code after a tracker's piece in a process of its own; the JSON object that it prints last.

    Args:
        name: of the tracker.
        body: code that may use what the module's text lists.
        words: further arguments, from `sys.argv[2]` on.
        folder: where the store is; None makes one and removes it.
        timeout_s: kill it after that.
    """
    with tempfile.TemporaryDirectory() as made:
        place = folder or made
        done = subprocess.run(
            [python(name), "-c", HEAD + CODE[name] + body, place, *words],
            env=environment(place),
            cwd=place,
            check=True,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def environment(folder: str) -> dict[str, str]:
    """Return what a process of a tracker sees: nothing that steers one of them but these."""
    return peers.clean_environment() | {"RUNLAKE_JOURNAL": f"{folder}/journals", "RUNLAKE_INGESTER": "off"}
