"""One process that reads or maintains in a soak: `soak.py ROLE STORE END KEPT_S` works until END.

It prints as JSON what it has done. A reader reads as a dashboard does; the writers are in `soak_writer`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

import runlake
from runlake.errors import StoreError
from runlake.store.archive import Keep
from runlake.store.compact import Limits, compact
from runlake.store.snapshot import open_snapshot
from runlake.store.vacuum import LEAST_KEEP_S, vacuum

if TYPE_CHECKING:
    from collections.abc import Callable

Done = dict[str, int]
# What a compaction takes in memory goes with the rows of a file; kept small, it shows early whether it stays so.
LIMITS = Limits(rows=200_000, files=4)


def read(store: str, end: float, _kept_s: float) -> Done:
    """Look at all runs and at one of them, again and again: a finished one is whole, and none ever goes."""
    rng, looks, seen = random.Random(), 0, 0
    while time.time() < end:
        lake = runlake.open_lake(store)
        runs = lake.runs(columns=["run_id", "status", "params.calls"])
        assert runs.height >= seen, f"{seen - runs.height} runs are gone"
        seen = runs.height
        if seen:
            run_id, status, planned = rng.choice(runs.rows())
            points = lake.metrics(run_ids=[run_id], keys=["loss"]).sort("step")
            assert points["step"].to_list() == [float(n) for n in range(points.height)], "a point is lost or doubled"
            assert points["value"].to_list() == [n / 7 for n in range(points.height)]
            assert status != "finished" or points.height == int(planned), f"{points.height} of {planned}"
        looks += 1
        time.sleep(0.5)
    return {"looks": looks, "runs": seen}


def tidy(store: str, end: float, _kept_s: float) -> Done:
    """Compact."""
    done: Done = {"rewrites": 0, "files": 0, "kept out": 0}
    while time.time() < end:
        time.sleep(1.0)
        try:
            for table in compact(store, limits=LIMITS):
                assert table.problem is None, table
                done["rewrites"] += table.rows > 0
                done["files"] += table.files_before - table.files_after
        except StoreError as problem:
            _expected(problem, done)
    return done


def clear(store: str, end: float, kept_s: float) -> Done:
    """Vacuum and archive; what the tables held a little earlier stays the same."""
    done: Done = {"vacuums": 0, "files": 0, "archived": 0, "kept out": 0}
    while time.time() < end:
        time.sleep(3.0)
        moment = datetime.now(UTC) - timedelta(seconds=2 * kept_s)
        before = _held(store, moment)
        try:
            keep_log = Keep(commits=40, age_s=kept_s, least=20)
            # As if it were so much later that what was replaced `kept_s` ago is old enough.
            removed = vacuum(store, keep_s=LEAST_KEEP_S, keep_log=keep_log, now=time.time() + LEAST_KEEP_S - kept_s)
        except StoreError as problem:
            _expected(problem, done)
            continue
        assert _held(store, moment) == before, "the past has changed"
        done["vacuums"] += 1
        done["files"] += sum(table.files for table in removed)
        done["archived"] += sum(table.archived for table in removed)
    return done


def _held(store: str, moment: datetime) -> list[tuple[int, ...]]:
    snapshot = open_snapshot(store, as_of=moment)
    rows = snapshot.scan("metrics").select(pl.len(), pl.col("step").sum().cast(pl.Int64), pl.col("seq").sum())
    return [*rows.collect().rows(), *snapshot.scan("runs").select(pl.len()).collect().rows()]


def _expected(problem: StoreError, done: Done) -> None:
    if "maintains this store" not in str(problem):
        raise problem
    done["kept out"] += 1


ROLES: dict[str, Callable[[str, float, float], Done]] = {
    "reader": read,
    "compactor": tidy,
    "vacuum": clear,
}

if __name__ == "__main__":
    print(json.dumps(ROLES[sys.argv[1]](sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))))
