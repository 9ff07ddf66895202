"""kill -9 at random moments: what `log()` returned for is in the tables once, whatever is killed when.

`RUNLAKE_KILLS=100 RUNLAKE_KILLS_INSIDE=10 pytest -s tests/crash/test_kill.py` kills 100 trainings one at a
time, as many four at a time and as many sixteen at a time. Then it goes on with kills that are aimed, until
ten of them and of those at random fell inside each part of a training and of a delivery, and counts them.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import struct
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

import runlake
from crash import training
from runlake.schema import TABLES
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
KILLS = int(os.environ.get("RUNLAKE_KILLS", "6"))
INSIDE = int(os.environ.get("RUNLAKE_KILLS_INSIDE", "1"))
TRAINING = {
    training.IDLE: "between calls",
    training.ENCODING: "encoding",
    training.WRITING: "writing",
    training.ROTATING: "rotating",
}
# What a recovery is doing once it has said a step. A commit is made after "parquet", and the links of a dead
# process are written before "blobs".
DELIVERY = {
    "": "recovering",
    "blobs": "decoding",
    "intent": "intent",
    "writing": "inside Parquet",
    "parquet": "in a commit",
    **dict.fromkeys(TABLES, "between two commits"),
    "delete": "deletion",
    "deleted": "deletion",
    "killed": "saying killed",
    "said": "saying killed",
}
# Steps to aim at, and how often a delivery of these trainings comes to them at least.
AIMS = {
    "decoding": {"blobs": 1},
    "intent": {"intent": 1},
    "inside Parquet": {"writing": 5},
    "in a commit": {"parquet": 5},
    "between two commits": {"metrics": 1, "params": 1, "summaries": 1, "events": 1, "runs": 1},
    "deletion": {"delete": 1, "deleted": 3},
    "saying killed": {"killed": 1, "said": 1},
}

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


@dataclass(frozen=True)
class Blow:
    """When a training is killed: after a time, or after so many lines of code inside a part of its journal."""

    after_s: float = 60.0
    part: int | None = None
    lines: int = 0

    @property
    def words(self) -> list[str]:
        return [] if self.part is None else [str(self.part), str(self.lines)]


def at_random(rng: random.Random) -> Blow:
    return Blow(after_s=rng.uniform(0.0, 0.4))


def inside(part: int, rng: random.Random) -> Blow:
    return Blow(part=part, lines=rng.randrange(1, 150))


def kill_trainings(store: str, folder: Path, blows: list[Blow]) -> list[tuple[str, int, str]]:
    """Start trainings, kill each; (run id, last acknowledged step, where the kill fell) of each."""
    with ThreadPoolExecutor(len(blows)) as pool:
        phases = [folder / f"phase{n}" for n in range(len(blows))]
        return list(pool.map(partial(kill_training, store), phases, blows))


def kill_training(store: str, phase: Path, blow: Blow) -> tuple[str, int, str]:
    """Start a training, kill it; (run id, last acknowledged step, where the kill fell)."""
    phase.write_bytes(b"\0")
    read, write = os.pipe()
    words = [sys.executable, str(HERE / "training.py"), store, str(write), str(phase), *blow.words]
    child = subprocess.Popen(words, pass_fds=[write])
    os.close(write)
    run_id = os.read(read, 36).decode()
    acks: list[bytes] = []
    # The pipe is emptied all the while, or the child would mostly be killed waiting for room in it.
    listener = threading.Thread(target=lambda: acks.extend(iter(partial(os.read, read, 1 << 16), b"")))
    listener.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(blow.after_s)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    listener.join()
    os.close(read)
    said = b"".join(acks)
    whole = len(said) // 8 * 8
    [last] = struct.unpack("<q", said[whole - 8 : whole]) if whole else [-1]
    return run_id, last, TRAINING[phase.read_bytes()[0]]


def kill_recovery(store: str, step: str, count: int, after_s: float = 0.0) -> str | None:
    """Start a recovery that kills itself; in which part it was, None where it was done before."""
    words = [sys.executable, "-m", "crash.recovery", store, step, str(count), str(after_s)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=HERE.parent)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    said = [line.partition(":")[0] for line in done.stdout.split()] or [""]
    return DELIVERY[said[-1]] if done.returncode else None


def recover_twice_at_once(store: str) -> None:
    """Let two processes recover at the same time."""
    words = [sys.executable, "-m", "crash.recovery", store, "never", "1", "0"]
    both = [
        subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=HERE.parent)
        for _ in range(2)
    ]
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
    summary = lake.summaries(run_ids=[run_id], keys=["loss"]).select("count", "last_step").rows()
    assert summary == ([(len(steps), len(steps) - 1.0)] if steps else [])
    assert lake.params(run_ids=[run_id]).height == 1


def missing(fell: Counter[str], parts: Iterable[str]) -> list[str]:
    """Parts that were hit too rarely so far, as often as they have to be hit."""
    return [part for part in parts for _ in range(INSIDE - fell[part])]


@pytest.mark.parametrize("at_once", [1, 4, 16])
def test_killed_trainings_lose_and_double_nothing(store: str, tmp_path: Path, at_once: int) -> None:
    rng = random.Random(os.urandom(8))
    fell: Counter[str] = Counter()
    killed = 0
    parts = {name: part for part, name in TRAINING.items()}
    while killed < KILLS or missing(fell, parts):
        aimed = [inside(parts[name], rng) for name in missing(fell, parts)] if killed >= KILLS else []
        blows = list(islice([*aimed, *(at_random(rng) for _ in range(at_once))], at_once))
        victims = kill_trainings(store, tmp_path, blows)
        fell.update(where for _, _, where in victims)
        killed += len(victims)
        for _ in range(rng.randrange(3)):
            fell[kill_recovery(store, "", rng.randrange(1, 40), rng.choice((0.0, rng.uniform(0.0, 0.01)))) or ""] += 1
        recover_twice_at_once(store)
        drain(store)
        for run_id, acknowledged, _ in victims:
            check(store, run_id, acknowledged)

    del fell[""]
    print(f"\nkills: {killed} trainings, {at_once} at once; all fell: {dict(fell.most_common())}")


def test_killed_deliveries_lose_and_double_nothing(store: str, tmp_path: Path) -> None:
    rng = random.Random(os.urandom(8))
    fell: Counter[str] = Counter()
    while lacking := missing(fell, AIMS):
        victims = kill_trainings(store, tmp_path, [at_random(rng) for _ in range(3)])
        for part in dict.fromkeys(rng.sample(lacking, min(2, len(lacking)))):
            step, times = rng.choice([*AIMS[part].items()])
            after_s = rng.choice((0.0, rng.uniform(0.0, 0.002)))
            fell[kill_recovery(store, step, rng.randint(1, times), after_s) or ""] += 1
        recover_twice_at_once(store)
        for run_id, acknowledged, _ in victims:
            check(store, run_id, acknowledged)

    del fell[""]
    print(f"\nkills: {fell.total()} deliveries; they fell: {dict(fell.most_common())}")


@pytest.mark.parametrize("step", range(0, 40, 3))
def test_a_recovery_killed_at_this_step_is_finished_by_the_next(store: str, tmp_path: Path, step: int) -> None:
    run_id, acknowledged, _ = kill_training(store, tmp_path / "phase", Blow(after_s=0.05))
    kill_recovery(store, "", step + 1)
    drain(store)

    check(store, run_id, acknowledged)
