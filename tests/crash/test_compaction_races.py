"""Compactors at once, with appends and readers beside them: every row stays, once, and no reader sees an error.

`RUNLAKE_ROUNDS=50 pytest -s tests/crash/test_compaction_races.py` runs the rounds that a release is checked with.
Half of the rounds take the lock away from under the compactors, as a file system does whose locks lie.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from journaling import Writer
from runlake.ids import new_id
from runlake.schema import TABLES
from runlake.store.delta import open_table
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.layout import Store, open_store
from runlake.store.rewrite import content_of

ROUNDS = int(os.environ.get("RUNLAKE_ROUNDS", "2"))
READS, APPENDS = 6, 4

COMPACTOR = """
import contextlib, sys
from runlake.errors import StoreError
from runlake.store import compact as module
store, lock = sys.argv[1], sys.argv[2]
if lock == "lies":
    module.maintaining = lambda folder: contextlib.nullcontext(True)
sys.stdin.read(1)
for _ in range(3):
    try:
        done = module.compact(store, limits=module.Limits(rows=400, files=2))
        print("refused" if any(one.problem for one in done) else "done" if any(one.rows for one in done) else "idle")
    except StoreError as problem:
        # another one holds the lock, or has taken away a file that this one was about to read
        assert "maintains this store" in str(problem) or lock == "lies", problem
        print("kept out")
"""
APPENDER = f"""
import sys
sys.path.insert(0, sys.argv[2])
from journaling import Writer
from runlake.ids import new_id
from runlake.store.ingest import drain
store = sys.argv[1]
sys.stdin.read(1)
for n in range({APPENDS}):
    run = new_id()
    writer = Writer(store).start(run)
    for step in range(10):
        writer.log(step, run, loss=step / 7, acc=float("nan"))
    writer.finish(run)
    report = drain(store, wait_s=60)
    assert not report.waiting, report
"""
READER = f"""
import sys
import polars as pl
from runlake.store.snapshot import open_snapshot
from runlake.store.folder import Folder
store = sys.argv[1]
sys.stdin.read(1)
seen = 0
for _ in range({READS}):
    snapshot = open_snapshot(store, drain=False)
    points = snapshot.scan("metrics").select("writer", "link", "seq", "key").collect()
    assert points.n_unique() == points.height, "a row is there twice"
    assert points.height >= seen, "a row is gone"
    seen = points.height
    assert snapshot.scan("runs").collect().height
"""


def appended(path: Path) -> list[Path]:
    """Every file that an append has ever added: nothing is vacuumed here, so all are still there."""
    entries = sorted((path / "_delta_log").glob("*.json"))
    actions = [json.loads(line) for entry in entries for line in entry.read_text().splitlines()]
    return [path / a["add"]["path"] for a in actions if "add" in a and a["add"]["dataChange"]]


def check(store: Store) -> None:
    """Each table holds exactly what was appended to it, and no row twice."""
    for name, table in TABLES.items():
        path = Path(store.uri) / name
        if path.exists():
            now = [Path(file) for file in open_table(Folder(path)).file_uris()]
            assert content_of(table, now) == content_of(table, appended(path)), name
            identity = [n for n in (*table.key, "writer", "link", "seq") if n in {c.name for c in table.stored}]
            rows = pl.scan_delta(open_table(Folder(path))).select(list(dict.fromkeys(identity))).collect()
            assert rows.n_unique() == rows.height, name


def grow(store: str, files: int) -> None:
    for _ in range(files):
        run = new_id()
        Writer(store).start(run).log(0, run, loss=1.0).finish(run)
        drain(store)


def begun(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("compactors", [2, 4])
def test_compactors_race_with_appends_and_readers(store: str, compactors: int, request: pytest.FixtureRequest) -> None:
    helpers = str(request.config.rootpath / "tests")
    said: Counter[str] = Counter()
    grow(store, 8)
    for number in range(ROUNDS):
        lock = "lies" if number % 2 else "holds"
        children = [begun(COMPACTOR, store, lock) for _ in range(compactors)]
        children += [begun(APPENDER, store, helpers), begun(READER, store), begun(READER, store)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("x")  # a child reads it when its imports are done, so that they start together
            child.stdin.flush()
        ends = [child.communicate() for child in children]
        said.update(word for out, _ in ends for word in out.split("\n") if word)

        assert [(child.returncode, err) for child, (_, err) in zip(children, ends, strict=True)] == [(0, "")] * len(
            children
        )
        check(open_store(store))
    runs = pl.scan_delta(open_table(open_store(store).table("runs"))).select("run_id").collect()
    assert runs["run_id"].n_unique() == 8 + ROUNDS * APPENDS
    assert said["done"]
    print(f"\n{compactors} compactors, {ROUNDS} rounds: {dict(said.most_common())}")
