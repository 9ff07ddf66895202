"""kill -9 during compaction, vacuum and archiving: rows and history stay, and the next one goes on.

`RUNLAKE_KILLS_INSIDE=10 pytest -s tests/crash/test_kill_maintenance.py` kills until ten fell inside each part
of it, and counts them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journaling import Writer
from runlake.ids import new_id
from runlake.schema import TABLES
from runlake.store.ingest import drain
from runlake.store.snapshot import open_snapshot

TESTS = Path(__file__).parents[1]
INSIDE = int(os.environ.get("RUNLAKE_KILLS_INSIDE", "1"))
# What is being done once a step was said, and how long that takes at least, seconds.
PARTS = {
    "compacting": ("rewriting", 0.03),
    "rewritten": ("in the commit of a compaction", 0.004),
    "compacted": ("after the commit of a compaction", 0.002),
    "vacuuming": ("before anything is removed", 0.01),
    "removed": ("removing", 0.001),
    "archived": ("an archive made", 0.001),
    "expired": ("removing what is archived", 0.001),
}

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def rows(store: str, as_of: datetime | None = None) -> dict[str, list[str]]:
    snapshot = open_snapshot(store, as_of=as_of, drain=False)
    return {name: sorted(map(repr, snapshot.scan(name).collect().iter_rows())) for name in TABLES}


def grow(store: str, rng: random.Random) -> None:
    for _ in range(rng.randrange(2, 5)):
        run = new_id()
        writer = Writer(store).start(run)
        for step in range(rng.randrange(1, 60)):
            writer.log(step, run, loss=rng.random(), acc=float("nan"))
        writer.param("seed", "1", run).finish(run)
        drain(store)


def maintained(store: str, step: str = "never", count: int = 1, after_s: float = 0.0) -> str:
    """Maintain; in which part it was killed, "" where it was done before."""
    words = [sys.executable, "-m", "crash.maintenance", store, step, str(count), str(after_s)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=TESTS)
    killed = done.returncode == -signal.SIGKILL
    assert killed or (done.returncode, done.stderr) == (0, "")
    return PARTS[done.stdout.split()[-1].partition(":")[0]][0] if killed else ""


def test_killed_maintenance_loses_and_doubles_nothing(store: str) -> None:
    rng = random.Random(os.urandom(8))
    fell: Counter[str] = Counter()
    moments: list[tuple[datetime, dict[str, list[str]]]] = []
    while lacking := [step for step, (part, _) in PARTS.items() if fell[part] < INSIDE]:
        grow(store, rng)
        time.sleep(0.01)
        moments = [*moments[-4:], (datetime.now(UTC), rows(store))]
        time.sleep(0.01)
        step = rng.choice(lacking)
        after_s = rng.choice((0.0, rng.uniform(0.0, PARTS[step][1])))
        count = 1 if step.endswith("ing") else rng.choice((1, 1, 2, 3, 5))
        fell[maintained(store, step, count, after_s)] += 1

        assert rows(store) == moments[-1][1]
        for moment, held in moments:
            assert rows(store, as_of=moment) == held
    maintained(store)

    for moment, held in moments:
        assert rows(store, as_of=moment) == held
    del fell[""]
    print(f"\nkills: {fell.total()} of maintenance; they fell: {dict(fell.most_common())}")
