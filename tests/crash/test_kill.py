"""kill -9 at random moments: what `log()` returned for is in the tables once, whatever is killed when.

`RUNLAKE_KILLS=100 pytest -s tests/crash/test_kill.py` kills that many trainings one at a time, as many four
at a time and as many sixteen at a time, and counts where the kills fell.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl
import pytest

import runlake
from crash import training
from runlake.store.ingest import drain

HERE = Path(__file__).parent
KILLS = int(os.environ.get("RUNLAKE_KILLS", "6"))
WHERE = {
    training.IDLE: "between calls",
    training.ENCODING: "encoding",
    training.WRITING: "writing",
    training.ROTATING: "rotating",
}

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def kill_trainings(store: str, folder: Path, afters_s: list[float]) -> list[tuple[str, int, str]]:
    """Start trainings, kill each after its time; (run id, last acknowledged step, where the kill fell) of each."""
    with ThreadPoolExecutor(len(afters_s)) as pool:
        phases = [folder / f"phase{n}" for n in range(len(afters_s))]
        return list(pool.map(partial(kill_training, store), phases, afters_s))


def kill_training(store: str, phase: Path, after_s: float) -> tuple[str, int, str]:
    """Start a training, kill it; (run id, last acknowledged step, where the kill fell)."""
    phase.write_bytes(b"\0")
    read, write = os.pipe()
    child = subprocess.Popen([sys.executable, HERE / "training.py", store, str(write), str(phase)], pass_fds=[write])
    os.close(write)
    run_id = os.read(read, 36).decode()
    acks: list[bytes] = []
    # The pipe is emptied all the while, or the child would mostly be killed waiting for room in it.
    listener = threading.Thread(target=lambda: acks.extend(iter(partial(os.read, read, 1 << 16), b"")))
    listener.start()
    time.sleep(after_s)
    child.kill()
    child.wait()
    listener.join()
    os.close(read)
    said = b"".join(acks)
    whole = len(said) // 8 * 8
    [last] = struct.unpack("<q", said[whole - 8 : whole]) if whole else [-1]
    return run_id, last, WHERE[phase.read_bytes()[0]]


def kill_recovery(store: str, step: int) -> str:
    """Start a recovery that kills itself at a step; the step's name, "" where it was done before."""
    done = subprocess.run(
        [sys.executable, HERE / "recovery.py", store, str(step)], capture_output=True, text=True, check=False
    )
    return done.stdout.split()[-1] if done.returncode == -signal.SIGKILL else ""


def recover_twice_at_once(store: str) -> None:
    """Let two processes recover at the same time."""
    words = [sys.executable, str(HERE / "recovery.py"), store, str(1 << 30)]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(one.communicate()[1], one.returncode) for one in both] == [("", 0), ("", 0)]


def check(store: str, run_id: str, acknowledged: int) -> None:
    lake = runlake.open_lake(store)
    points = lake.snapshot.scan("metrics").filter(run_id=run_id).collect()
    logged = acknowledged + 1
    for key in ("loss", "acc"):
        steps = points.filter(key=key)["step"].sort().to_list()
        assert steps == [float(step) for step in range(len(steps))], "a point is lost or doubled"
        assert len(steps) in (logged, logged + 1), "an acknowledged point is lost"
    assert points.filter(pl.col("key") == "loss").select((pl.col("value") * 2 == pl.col("step")).all()).item()
    notes = lake.values(run_ids=[run_id])["step"].to_list()
    assert notes == [float(step) for step in range(49, len(steps), 50)]
    assert lake.runs(where=f"run_id = '{run_id}'")["status"].to_list() == ["killed"]
    summary = lake.summaries(run_ids=[run_id], keys=["loss"]).row(0, named=True)
    assert (summary["count"], summary["last_step"]) == (len(steps), len(steps) - 1.0)
    assert lake.params(run_ids=[run_id]).height == 1


@pytest.mark.parametrize("at_once", [1, 4, 16])
def test_killed_trainings_lose_and_double_nothing(store: str, tmp_path: Path, at_once: int) -> None:
    rng = random.Random(os.urandom(8))
    fell: Counter[str] = Counter()
    killed = 0
    while killed < KILLS:
        victims = kill_trainings(store, tmp_path, [rng.uniform(0.0, 0.4) for _ in range(at_once)])
        fell.update(where for _, _, where in victims)
        killed += len(victims)
        for _ in range(rng.randrange(3)):
            if step := kill_recovery(store, rng.randrange(34)):
                fell[f"recovery at {step}"] += 1
        recover_twice_at_once(store)
        drain(store)
        for run_id, acknowledged, _ in victims:
            check(store, run_id, acknowledged)

    print(f"\nkills: {killed} trainings, {at_once} at once; they fell: {dict(fell.most_common())}")


@pytest.mark.parametrize("step", range(0, 40, 3))
def test_a_recovery_killed_at_this_step_is_finished_by_the_next(store: str, tmp_path: Path, step: int) -> None:
    run_id, acknowledged, _ = kill_training(store, tmp_path / "phase", 0.05)
    kill_recovery(store, step)
    drain(store)

    check(store, run_id, acknowledged)
