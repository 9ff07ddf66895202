"""A training on a machine that misbehaves ends as it would have, and what it logged is all there.

Those that mount a file system are marked `privileged`; they are skipped where this process may not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.cli.doctor import findings
from runlake.journal import journal_root
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

STOPPED_S = float(os.environ.get("RUNLAKE_STOPPED_S", "3"))
STEPS = 400

TRAINING = f"""
import sys, time
import runlake
store = sys.argv[1]
run = runlake.start_run("hostile", "training", store=store, capture=False)
print(run.id, flush=True)
for step in range({STEPS}):
    if step == {STEPS // 2}:
        print("half", flush=True)
        sys.stdin.readline()
        exec(sys.argv[2])
    if step == {STEPS * 3 // 4}:
        exec(sys.argv[3])
    run.log({{"loss": float(step), "note": "x" * 2000}}, step=step)
run.finish()
print("end", flush=True)
"""


class Training:
    """A training process that waits half-way until it is told to go on."""

    def __init__(self, store: str, then: str = "", later: str = "") -> None:
        words = [sys.executable, "-c", TRAINING, store, then, later]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.id = self.process.stdout.readline().strip()
        assert self.process.stdout.readline() == "half\n"

    def goes_on(self) -> str:
        """Let it go on to its end; what it said on stderr."""
        out, err = self.process.communicate("\n", timeout=120)
        assert (self.process.returncode, out) == (0, "end\n")
        return err


def steps_of(store: str, run_id: str) -> list[float]:
    return sorted(runlake.open_lake(store).metrics(run_id, "loss")["step"].to_list())


def is_whole(store: str, run_id: str) -> bool:
    lake = runlake.open_lake(store)
    status = lake.runs(where=f"run_id = '{run_id}'")["status"].to_list()
    return steps_of(store, run_id) == [float(n) for n in range(STEPS)] and status == ["finished"]


def codes(store: str) -> set[str]:
    return {f.code for f in findings(store) if f.severity in {"warning", "problem"}}


class TestTheStore:
    def test_may_be_deleted_meanwhile(self, store: str) -> None:
        with runlake.start_run("hostile", "before", store=store, capture=False):
            pass
        runlake.open_lake(store)
        training = Training(store)
        shutil.rmtree(store)

        assert training.goes_on() == ""
        assert is_whole(store, training.id)

    def test_may_be_a_file_meanwhile(self, store: str) -> None:
        training = Training(store)
        shutil.rmtree(store, ignore_errors=True)
        Path(store).write_text("no store")

        assert training.goes_on() == ""
        assert drain(store).failed
        Path(store).unlink()
        assert is_whole(store, training.id)


class TestAProcess:
    def test_may_be_stopped_for_a_while(self, store: str) -> None:
        training = Training(store)
        training.process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED_S)
        drain(store)
        between = runlake.open_lake(store).runs()["status"].to_list()
        training.process.send_signal(signal.SIGCONT)

        assert between == ["running"]
        assert training.goes_on() == ""
        assert is_whole(store, training.id)


class TestTheClock:
    @pytest.mark.parametrize("hours", [-48, 48], ids=["set back", "set ahead"])
    def test_may_be_set(self, store: str, hours: int) -> None:
        set_clock = f"real = time.time_ns; time.time_ns = lambda: real() + {hours} * 3600 * 10**9"
        training = Training(store, set_clock)

        assert training.goes_on() == ""
        assert is_whole(store, training.id)
        assert runlake.open_lake(store).runs(columns=["metrics.loss"]).item() == STEPS - 1
        assert ("clock.future" in codes(store)) == (hours > 0)


privileged = pytest.mark.privileged


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"may not mount a file system here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write to a file until the disk is full."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(1 << 12))


@privileged
@pytest.mark.skipif(not shutil.which("mount") or os.name != "posix", reason="needs mount")
class TestADisk:
    def test_of_the_journals_may_be_full_for_a_while(self, store: str, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=4m"), pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNLAKE_JOURNAL", str(disk))
            free_it = f"assert not run.healthy; import os; os.unlink({str(disk / 'filler')!r}); time.sleep(1.1)"
            training = Training(store, later=free_it)
            fill(disk / "filler")
            err = training.goes_on()

            assert "cannot be written" in err
            assert "can be written again" in err
            assert is_whole(store, training.id)

    def test_of_the_journals_that_stays_full_ends_no_training(self, store: str, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=1m"), pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNLAKE_JOURNAL", str(disk))
            training = Training(store)
            fill(disk / "filler")
            err = training.goes_on()

            assert "cannot be written" in err
            assert "its journal is not on disk yet" in err
            assert "disk.nearly_full" in codes(store)
            (disk / "filler").unlink()
            there = steps_of(store, training.id)
            assert there == [float(n) for n in range(len(there))]
            assert len(there) >= STEPS // 2

    def test_without_inodes_is_waited_for(self, store: str, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=16m,nr_inodes=2"), pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNLAKE_JOURNAL", str(disk))
            training = Training(store)
            subprocess.run(["mount", "-o", "remount,nr_inodes=1000", str(disk)], check=True)
            err = training.goes_on()

            assert "cannot be written" in err
            assert is_whole(store, training.id)

    def test_of_the_store_may_be_unmounted(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        store = str(disk / "store")
        with mounted(disk, "size=64m"):
            with runlake.start_run("hostile", "before", store=store, capture=False):
                pass
            runlake.open_lake(store)
            training = Training(store)
        assert training.goes_on() == ""
        assert journal_root(store).is_dir()
        assert is_whole(store, training.id)

    def test_of_the_store_may_be_read_only(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        store = str(disk / "store")
        with mounted(disk, "size=64m"):
            with runlake.start_run("hostile", "before", store=store, capture=False):
                pass
            runlake.open_lake(store)
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            training = Training(store)

            assert training.goes_on() == ""
            lake = runlake.open_lake(store)
            assert sorted(lake.runs()["status"]) == ["finished", "finished"]
            assert lake.metrics(training.id, "loss").height == STEPS
            assert "store.read_only" in codes(store)

            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            assert drain(store).waiting == 0
            assert is_whole(store, training.id)
