"""kill -9 during compaction, vacuum and archiving: rows and history stay, and the next one goes on.

`RUNLAKE_KILLS=100 pytest -s tests/crash/test_kill_maintenance.py` counts where the kills fell.
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

HERE = Path(__file__).parent
STEPS = ("rewritten", "compacted", "removed", "archived", "expired")
KILLS = int(os.environ.get("RUNLAKE_KILLS", "6"))

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


def maintained(store: str, step: str = "", number: int = 0) -> bool:
    """Maintain; whether it was killed at the given step."""
    words = [sys.executable, str(HERE / "maintenance.py"), store, step, str(number)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    killed = done.returncode == -signal.SIGKILL
    assert killed or (done.returncode, done.stderr) == (0, "")
    return killed


def test_killed_maintenance_loses_and_doubles_nothing(store: str) -> None:
    rng = random.Random(os.urandom(8))
    fell: Counter[str] = Counter()
    moments: list[tuple[datetime, dict[str, list[str]]]] = []
    while fell.total() < KILLS:
        grow(store, rng)
        time.sleep(0.01)
        moments = [*moments[-4:], (datetime.now(UTC), rows(store))]
        time.sleep(0.01)
        step = rng.choice(STEPS)
        fell[step] += maintained(store, step, rng.choice((1, 1, 2, 3, 5)))

        assert rows(store) == moments[-1][1]
        for moment, held in moments:
            assert rows(store, as_of=moment) == held
    maintained(store)

    for moment, held in moments:
        assert rows(store, as_of=moment) == held
    print(f"\nkills of maintenance: {dict(fell.most_common())}")
