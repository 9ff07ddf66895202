from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from journaling import OTHER, Writer, counts, stored
from runlake.journal import journal_root
from runlake.store.lock import LOCK, draining
from runlake.store.serving import Policy

NOW = Policy(interval_s=0.0, urgent_s=0.0)


def process(store: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "runlake.store.ingester", "--store", store, *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def counts_or_none(store: str) -> dict[str, int] | None:
    return counts(store) if (Path(store) / "store.json").exists() else None


class TestTheProcess:
    def test_delivers_once_and_ends(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).finish()

        ingester = process(store, "--once")

        _, said = ingester.communicate(timeout=60)
        assert (ingester.returncode, said) == (0, b"")
        assert counts(store) == {"metrics": 1, "summaries": 1, "events": 1, "runs": 2}
        assert "added 1 to metrics" in (journal_root(store) / "ingester.log").read_text()

    @pytest.mark.skipif(not hasattr(os, "getsid"), reason="needs sessions")
    def test_has_a_session_and_a_priority_of_its_own_and_outlives_interrupts(self, store: str) -> None:
        Writer(store).start()
        ingester = process(store)
        try:
            log = journal_root(store) / LOCK
            deadline = time.monotonic() + 30
            while not log.exists() and time.monotonic() < deadline:
                time.sleep(0.05)

            ingester.send_signal(signal.SIGINT)
            ingester.send_signal(signal.SIGHUP)
            time.sleep(0.2)

            assert ingester.poll() is None
            assert os.getsid(ingester.pid) == ingester.pid
            assert os.getpriority(os.PRIO_PROCESS, ingester.pid) >= 10
        finally:
            ingester.kill()
            ingester.communicate()

    def test_is_not_put_off_by_one_who_only_looks_whether_it_runs(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).die()
        with draining(journal_root(store)):
            ingester = process(store)
            time.sleep(0.6)  # as long as a look may take, and less than it tries
        try:
            deadline = time.monotonic() + 30
            while not counts_or_none(store) and time.monotonic() < deadline:
                time.sleep(0.05)

            assert ingester.poll() is None
            assert counts_or_none(store)
        finally:
            ingester.kill()
            ingester.communicate()

    def test_ends_before_it_loads_anything_where_another_one_runs(self, store: str) -> None:
        Writer(store).start()
        with draining(journal_root(store)):
            ingester = process(store)
            _, said = ingester.communicate(timeout=30)

        assert (ingester.returncode, said) == (0, b"")

    def test_of_a_store_that_nobody_has_logged_to_ends_well(self, store: str) -> None:
        ingester = process(store)

        assert ingester.wait(timeout=30) == 0
        assert ingester.communicate()[1] == b""

    def test_that_is_killed_is_taken_over_from(self, store: str) -> None:
        writers = [Writer(store).start(f"r{i}").log(0, f"r{i}", loss=1.0).finish(f"r{i}") for i in range(5)]
        ingester = process(store)
        deadline = time.monotonic() + 30
        while not list(Path(store).glob("metrics/*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.002)
        ingester.kill()
        ingester.communicate()
        Writer(store).start(OTHER).finish(OTHER)

        process(store, "--once").communicate(timeout=60)

        assert stored(store, "runs").height == 2 * (len(writers) + 1)
        assert stored(store, "metrics").group_by("writer", "seq", "key").len().select(pl.col("len").max()).item() == 1
