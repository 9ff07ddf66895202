"""A training on a machine that misbehaves ends as it would have, and what it logged is all there.

Those that mount a file system are marked `privileged`; they are skipped where this process may not.
"""

from __future__ import annotations

import contextlib
import json
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
from runlake.store.delta import open_table
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.repair import repair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    def __init__(self, store: str, then: str = "", later: str = "", within: tuple[str, ...] = ()) -> None:
        words = [*within, sys.executable, "-c", TRAINING, store, then, later]
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
    return {f.code for f in findings(store) if f.severity != "info"}


class TestTheStore:
    def test_may_be_deleted_meanwhile(self, store: str) -> None:
        with runlake.start_run("hostile", "before", store=store, capture=False):
            pass
        runlake.open_lake(store)
        training = Training(store)
        shutil.rmtree(store)

        assert training.goes_on() == ""
        assert "store.missing" in codes(store)
        assert is_whole(store, training.id)

    def test_may_be_a_file_meanwhile(self, store: str) -> None:
        training = Training(store)
        shutil.rmtree(store, ignore_errors=True)
        Path(store).write_text("no store")

        assert training.goes_on() == ""
        assert drain(store).failed
        assert "store.missing" in codes(store)
        Path(store).unlink()
        assert is_whole(store, training.id)

    def test_may_have_its_newest_checkpoint_garbled_meanwhile(self, store: str) -> None:
        with runlake.start_run("hostile", "before", store=store, capture=False):
            pass
        drain(store)
        training = Training(store)
        for name in ("events", "runs"):
            table = Path(store) / name
            open_table(Folder(table)).create_checkpoint()
            for checkpoint in table.glob("_delta_log/*.checkpoint.parquet"):
                checkpoint.write_bytes(os.urandom(400))

        assert training.goes_on() == ""
        assert drain(store).failed
        assert "table.checkpoint" in codes(store)
        assert set(repair(store)) == {"events", "runs"}
        assert is_whole(store, training.id)
        assert "table.checkpoint" not in codes(store)


def cut(segment: bytes) -> bytes:
    return segment[:200_000]


def add_garbage(segment: bytes) -> bytes:
    return segment.rstrip(b"\0") + os.urandom(999)


def garble_the_middle(segment: bytes) -> bytes:
    return segment[:200_000] + os.urandom(100) + segment[200_100:]


def garble(segment: bytes) -> bytes:
    return os.urandom(len(segment))


class TestAJournal:
    """Half of the training is in it when the training is killed."""

    @pytest.mark.parametrize(
        ("damage", "kept"),
        [
            pytest.param(cut, 50, id="truncated"),
            pytest.param(add_garbage, STEPS // 2, id="with garbage at its end"),
            pytest.param(garble_the_middle, 50, id="with garbage inside"),
            pytest.param(garble, 0, id="of garbage"),
        ],
    )
    def test_that_was_damaged_costs_what_follows_the_damage(
        self, store: str, damage: Callable[[bytes], bytes], kept: int
    ) -> None:
        training = Training(store)
        training.process.kill()
        training.process.communicate()
        [segment] = journal_root(store).glob("*/*.seg")
        segment.write_bytes(damage(segment.read_bytes()))

        there = steps_of(store, training.id) if drain(store).ingested else []
        assert there == [float(n) for n in range(len(there))]
        assert kept <= len(there) <= STEPS // 2
        assert "journals.quarantined" in codes(store)
        after = Training(store)
        assert after.goes_on() == ""
        assert is_whole(store, after.id)


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

    def test_of_the_journals_that_is_full_for_long_loses_what_it_counts(self, store: str, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=4m"), pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNLAKE_JOURNAL", str(disk))
            little_memory = "import runlake.journal.disk; runlake.journal.disk.HELD_LIMIT = 40_000"
            free_it = f"import os; os.unlink({str(disk / 'filler')!r}); time.sleep(1.1)"
            training = Training(store, little_memory, free_it)
            fill(disk / "filler")
            err = training.goes_on()

            assert "cannot be written" in err
            there = steps_of(store, training.id)
            lake = runlake.open_lake(store)
            [event] = lake.events(action="journal.overflow").to_dicts()
            lost = json.loads(event["new"])["lost_calls"]
            assert lost > 0
            assert (len(there), len(set(there))) == (STEPS - lost, STEPS - lost)
            assert there[-1] == STEPS - 1
            assert lake.runs()["status"].to_list() == ["finished"]
            assert "runs.lost_calls" in codes(store)

    def test_without_inodes_is_waited_for(self, store: str, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=16m,nr_inodes=2"), pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNLAKE_JOURNAL", str(disk))
            training = Training(store)
            assert "disk.no_files" in codes(store)
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
        assert "store.missing" in codes(store)
        assert is_whole(store, training.id)

    def test_of_the_store_may_be_full(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        store = str(disk / "store")
        with mounted(disk, "size=2m"):
            with runlake.start_run("hostile", "before", store=store, capture=False):
                pass
            runlake.open_lake(store)
            training = Training(store)
            fill(disk / "filler")

            assert training.goes_on() == ""
            assert drain(store).failed
            assert {"disk.nearly_full", "ingester.stopped"} <= codes(store)
            assert is_whole(store, training.id)  # read from the journal
            (disk / "filler").unlink()
            assert drain(store).waiting == 0
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


# Root may do everything; without these two capabilities it is bound by permissions like everybody else.
BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.name == "posix" and not os.getuid() else ()


def bound_codes(store: str) -> set[str]:
    """What doctor finds where permissions count."""
    words = [*BOUND, sys.executable, "-m", "runlake", "doctor", "--store", store, "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return {f["code"] for f in json.loads(done.stdout)["data"] if f["severity"] != "info"}


@contextlib.contextmanager
def closed_to_writing(folder: Path) -> Iterator[None]:
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o500)
    yield
    for path in folders:
        path.chmod(0o700)


@pytest.mark.skipif(os.name != "posix" or (bool(BOUND) and not shutil.which("setpriv")), reason="needs permissions")
class TestPermission:
    def test_to_write_the_store_may_be_lost(self, store: str) -> None:
        with runlake.start_run("hostile", "before", store=store, capture=False):
            pass
        drain(store)
        training = Training(store, within=BOUND)
        with closed_to_writing(Path(store)):
            assert training.goes_on() == ""
            words = [*BOUND, sys.executable, "-m", "runlake", "ingest", "--store", store]
            assert subprocess.run(words, capture_output=True, check=False).returncode == 1
            assert {"store.read_only", "ingester.stopped"} <= bound_codes(store)

        assert is_whole(store, training.id)

    def test_to_write_journals_may_be_lost_for_a_while(self, store: str) -> None:
        lose = "import os, runlake.journal.writer as w; w.BYTES_LIMIT = 1000; os.chmod(run._journal.root, 0)"
        give_back = "assert not run.healthy; os.chmod(run._journal.root, 0o700); time.sleep(1.1)"
        training = Training(store, lose, give_back, within=BOUND)
        err = training.goes_on()

        assert "cannot be written" in err
        assert "can be written again" in err
        assert is_whole(store, training.id)

    def test_to_write_journals_that_stays_lost_ends_no_training(self, store: str) -> None:
        training = Training(store, within=BOUND)
        root = journal_root(store)
        root.chmod(0)
        err = training.goes_on()
        found = bound_codes(store)
        root.chmod(0o700)

        assert "journals.unreadable" in found
        assert err.count("runlake: ") <= 2
        assert is_whole(store, training.id)
