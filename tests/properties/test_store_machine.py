"""Whatever is done to a store in whatever order, what was logged is there once, and the past stays as it was.

`RUNLAKE_EXAMPLES=100 pytest tests/properties/test_store_machine.py` tries more.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from journaling import Writer
from runlake.errors import NotFound
from runlake.ids import new_id
from runlake.store.archive import Keep
from runlake.store.compact import Limits, compact
from runlake.store.ingest import drain
from runlake.store.snapshot import Snapshot, open_snapshot
from runlake.store.vacuum import DAY_S, vacuum

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = int(os.environ.get("RUNLAKE_EXAMPLES", "6"))
EVERYTHING = Keep(commits=2, age_s=0.0, least=1)
values = st.sampled_from([0.5, 1.0, float("nan"), float("inf"), -0.0])
Rows = list[str]


class Killed(BaseException):
    """Stands for SIGKILL."""


def killer(after: int) -> Callable[[str], None]:
    left = after

    def step(_: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    return step


class StoreMachine(RuleBasedStateMachine):
    """A store, and beside it the plain list of all that was logged into it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.store = f"{self.folder}/store"
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("RUNLAKE_JOURNAL", f"{self.folder}/journals")
        self.writers: list[tuple[Writer, str]] = []
        self.logged: Rows = []
        self.past: list[tuple[datetime, Rows]] = []
        self.delivered = False

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        self.start()

    @rule()
    def start(self) -> None:
        run = new_id()
        self.writers.append((Writer(self.store).start(run), run))

    @precondition(lambda self: self.writers)
    @rule(data=st.data(), value=values)
    def log(self, data: st.DataObject, value: float) -> None:
        writer, run = data.draw(st.sampled_from(self.writers))
        step = float(len(self.logged))
        writer.log(step, run, loss=value, acc=1.0)
        self.logged += [repr((run, "loss", step, value)), repr((run, "acc", step, 1.0))]

    @precondition(lambda self: self.writers)
    @rule(data=st.data())
    def flush(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.writers))[0].close()

    @precondition(lambda self: self.writers)
    @rule(data=st.data(), says_so=st.booleans())
    def end(self, data: st.DataObject, says_so: bool) -> None:
        writer, run = one = data.draw(st.sampled_from(self.writers))
        self.writers.remove(one)
        if says_so:
            writer.finish(run)
        writer.die()

    @rule()
    def deliver(self) -> None:
        assert not drain(self.store).problems
        self.delivered = Path(self.store).exists()

    @precondition(lambda self: self.writers)
    @rule(data=st.data(), after=st.integers(0, 14))
    def a_delivery_is_killed(self, data: st.DataObject, after: int) -> None:
        self.log(data, 1.0)
        self.flush(data)
        with contextlib.suppress(Killed):
            drain(self.store, on_step=killer(after))
        self.delivered = self.delivered or (Path(self.store) / "runs" / "_delta_log").exists()

    @precondition(lambda self: self.delivered)
    @rule(data=st.data(), after=st.none() | st.integers(0, 8))
    def maintain(self, data: st.DataObject, after: int | None) -> None:
        if self.writers:
            self.log(data, 0.5)
            self.flush(data)
            drain(self.store)
            self.remember()
            self.log(data, 2.0)
            self.flush(data)
            drain(self.store)
        step = killer(1 << 30 if after is None else after)
        with contextlib.suppress(Killed):
            compact(self.store, limits=Limits(rows=40, files=2), on_step=step)
            vacuum(self.store, keep_log=EVERYTHING, now=time.time() + 40 * DAY_S, on_step=step)
        for moment, held in self.past:
            assert self.rows(open_snapshot(self.store, as_of=moment)) == held

    @precondition(lambda self: self.delivered)
    @rule()
    def remember(self) -> None:
        time.sleep(0.005)
        now = datetime.now(UTC)
        self.past.append((now, self.rows(open_snapshot(self.store, as_of=now))))
        time.sleep(0.005)

    @invariant()
    def shows_all_that_was_logged_once(self) -> None:
        try:
            snapshot = open_snapshot(self.store, drain=False)
        except NotFound:
            assert self.logged == []
            return
        assert self.rows(snapshot) == sorted(self.logged)

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        moment, held = data.draw(st.sampled_from(self.past))
        assert self.rows(open_snapshot(self.store, as_of=moment)) == held

    def rows(self, snapshot: Snapshot) -> Rows:
        points = snapshot.scan("metrics").select("run_id", "key", "step", "value").collect()
        return sorted(repr(row) for row in points.iter_rows())


TestTheStore = StoreMachine.TestCase
TestTheStore.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
