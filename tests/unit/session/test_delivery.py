"""How many ingesters start where many trainings begin at once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runlake.journal import make_root
from runlake.journal.owner import machine_id
from runlake.session import delivery
from runlake.session.delivery import ensure_ingester
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from pathlib import Path

PID = f"ingester-{machine_id()}.pid"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts processes and looks for them")


@pytest.fixture
def root(store: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The journal root of a store whose ingester may start."""
    monkeypatch.setenv("RUNLAKE_INGESTER", "on")
    return make_root(store)


def noted(root: Path) -> int:
    text = (root / PID).read_text().strip() if (root / PID).exists() else ""
    return int(text or 0)


class TestTheIngester:
    def test_is_started_by_the_first_of_many(self, store: str) -> None:
        training = (
            "import sys, runlake\n"
            "with runlake.start_run('e', store=sys.argv[1], capture=False) as run:\n    run.log({'x': 1.0})\n"
        )
        env = os.environ | {"RUNLAKE_INGESTER": "on"}
        children = [subprocess.Popen([sys.executable, "-c", training, store], env=env) for _ in range(12)]
        seen: set[str] = set()
        while any(child.poll() is None for child in children):
            found = subprocess.run(
                ["pgrep", "-f", f"ingester --store {store}"], capture_output=True, text=True, check=False
            )
            seen |= set(found.stdout.split())
            time.sleep(0.02)

        assert len(seen) <= 1
        assert drain(store, wait_s=60).waiting == 0

    def test_that_was_started_and_has_no_lock_yet_is_not_started_again(self, store: str, root: Path) -> None:
        (root / PID).write_text(f"{os.getpid()}")

        ensure_ingester(store)

        assert noted(root) == os.getpid()

    @pytest.mark.parametrize("left", ["", "garbage", "999999999"])
    def test_that_is_gone_is_replaced(self, store: str, root: Path, left: str) -> None:
        (root / PID).write_text(left)

        ensure_ingester(store)

        assert noted(root) not in {0, 999999999}

    def test_that_should_have_its_lock_by_now_is_replaced(self, store: str, root: Path) -> None:
        (root / PID).write_text(f"{os.getpid()}")
        os.utime(root / PID, (time.time() - 100,) * 2)

        ensure_ingester(store)

        assert noted(root) != os.getpid()

    def test_that_another_process_starts_this_moment_is_left_to_it(self, store: str, root: Path) -> None:
        with (root / PID).open("w") as note:
            fcntl.flock(note, fcntl.LOCK_EX)
            ensure_ingester(store)

        assert noted(root) == 0

    def test_of_another_machine_that_shares_the_home_holds_nobody_up(self, store: str, root: Path) -> None:
        with pytest.MonkeyPatch.context() as there, (root / "ingester-other.lock").open("w") as lock:
            there.setattr(delivery, "machine_id", lambda: "other")
            fcntl.flock(lock, fcntl.LOCK_EX)
            ensure_ingester(store)
            started_there = (root / "ingester-other.pid").exists()
            there.undo()
            ensure_ingester(store)

        assert (started_there, noted(root) != 0) == (False, True)
