"""The same few calls for each tracker, as code that a process of its own runs.

Each piece defines, given `folder`:

    begin(params, tags)    start a run
    log(values, step)      log numbers at a step
    end()                  finish the run
    settle()               wait until everything is in the store, where the tracker has one beside its log

Peers run with capture of system metrics, git, machine and console switched off; Runlake runs with all
of it on, its ingester too.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import peers

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    import glob
    while glob.glob(f"{folder}/journals/*/*/*.seg"): time.sleep(0.02)
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
# Makes the store; several processes that make MLflow's at once end in an error of its migrations.
MAKE = """
begin({}, {})
log({"made": 1.0}, 0)
end()
print("{}")
"""
ONE_DATABASE = {"mlflow", "trackio"}
HEAD = """
import json, os, resource, subprocess, sys, time
folder = sys.argv[1]
MARK = f"BENCHMARK_OF={folder}\\0".encode()
def cpu():
    "Seconds of this process and of all that came of it, those that have left its session too."
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = 0
    for pid in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            if pid.isdigit() and int(pid) != os.getpid() and MARK in open(f"/proc/{pid}/environ", "rb").read():
                ticks += sum(map(int, open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[11:15]))
        except OSError:
            pass
    return sum(use.ru_utime + use.ru_stime for use in both) + ticks / os.sysconf("SC_CLK_TCK")
"""


def python(name: str) -> str:
    """Return the interpreter that has the tracker."""
    return sys.executable if name in {"one os.write", "runlake"} else str(peers.python(name.lower()))


@contextmanager
def place() -> Iterator[str]:
    """Make a folder for a store; at the end nothing is left of it, nor of the processes that worked there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            yield folder
        finally:
            end_all(folder)


def begun(name: str, body: str, folder: str, *words: str) -> subprocess.Popen[str]:
    """Start a process that runs code after a tracker's piece.

    Args:
        name: of the tracker.
        body: code that may use what the module's text lists.
        folder: where the store is, from `place`.
        words: further arguments, from `sys.argv[2]` on.
    """
    return subprocess.Popen(
        [python(name), "-c", HEAD + CODE[name] + body, folder, *words],
        env=environment(folder),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(name: str, body: str, *words: str, folder: str | None = None, timeout_s: float | None = None) -> dict[str, Any]:
    """Run code after a tracker's piece in a process of its own; the JSON object that it prints last.

    Args:
        name: of the tracker.
        body: code that may use what the module's text lists.
        words: further arguments, from `sys.argv[2]` on.
        folder: where the store is; None makes one and removes it.
        timeout_s: kill it after that.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    if folder is None:
        with place() as made:
            return run(name, body, *words, folder=made, timeout_s=timeout_s)
    child = begun(name, body, folder, *words)
    try:
        out, err = child.communicate(timeout=timeout_s)
    finally:
        child.kill()
    if child.returncode:
        raise RuntimeError(f"{name} failed ({child.returncode}): {err[-2000:]}")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def asked(name: str, code: str, *words: str) -> dict[str, Any]:
    """Run code alone where a tracker is installed; the JSON object that it prints last.

    Args:
        name: of the tracker.
        code: gets an empty folder as `sys.argv[1]`.
        words: further arguments, from `sys.argv[2]` on.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    with place() as folder:
        command = [python(name), "-c", code, folder, *words]
        done = subprocess.run(command, env=environment(folder), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed ({done.returncode}): {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def environment(folder: str) -> dict[str, str]:
    """Return what a process of a tracker sees: nothing that steers one of them but these."""
    return peers.clean_environment() | {"RUNLAKE_JOURNAL": f"{folder}/journals", "BENCHMARK_OF": folder}


def end_all(folder: str) -> None:
    """End the processes that came of those which worked in a folder, and wait until they are gone."""
    for _ in range(100):
        left = list(alive(folder))
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            break
        time.sleep(0.05)


def alive(folder: str) -> Iterator[int]:
    """Ids of the processes that came of those which worked in a folder."""
    mark = f"BENCHMARK_OF={folder}\0".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes():
                yield int(path.parent.name)
