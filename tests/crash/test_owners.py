"""Whose journal it is, with real processes: workers that outlive their parent, a reused pid, two containers.

A reboot cannot be had in a test: `tests/unit/store/test_ingest.py` writes an earlier boot into the owner file.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.cli.doctor import findings
from runlake.journal import journal_root
from runlake.store.adopt import adopt, foreign_journals
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks and makes pid namespaces")

STEPS = 100
CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def begun(code: str, *words: str, within: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*within, sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def told(process: subprocess.Popen[str], word: str) -> str:
    """Say a word to a process; its answer."""
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return heard(process)


def statuses(store: str) -> dict[str, str]:
    return dict(runlake.open_lake(store).runs(columns=["name", "status"]).iter_rows())


PARENT = f"""
import os, sys, time
import runlake
run = runlake.start_run("owners", "parent", store=sys.argv[1], capture=False)
run.log({{"parent": 1.0}})
for n in range(2):
    if os.fork() == 0:
        for step in range({STEPS}):
            run.log({{f"worker{{n}}": float(step)}}, step=step)
            if step == {STEPS // 2}:
                os.write(1, b"half\\n")
                os.read(0, 1)
        os._exit(0)
time.sleep(600)
"""


def test_workers_that_outlive_their_killed_parent_lose_nothing(store: str) -> None:
    parent = begun(PARENT, store)
    try:
        assert [heard(parent), heard(parent)] == ["half", "half"]
    finally:
        parent.kill()
    assert parent.wait() == -signal.SIGKILL
    drain(store)
    between = statuses(store)
    # the end of both is the end of their stdout: they are not children of this process
    parent.communicate("\n\n")
    drain(store)

    lake = runlake.open_lake(store)
    assert (between, statuses(store)) == ({"parent": "killed"}, {"parent": "killed"})
    assert lake.events(action="run.killed").height == 1
    assert lake.metrics(keys=["parent"]).height == 1
    for n in range(2):
        steps = lake.metrics(keys=[f"worker{n}"])["step"].sort().to_list()
        assert steps == [float(step) for step in range(STEPS)]
    assert list(journal_root(store).glob("*/*.seg")) == []


TRAINING = """
import os, sys
import runlake
from runlake.store.ingest import drain
store, name = sys.argv[1], sys.argv[2]
run = runlake.start_run("owners", name, store=store, capture=False)
run.log({"loss": 1.0}, step=0)
print(os.getpid(), os.readlink("/proc/self/ns/pid"), flush=True)
for line in sys.stdin:
    if line == "drain\\n":
        print(drain(store).waiting, flush=True)
run.log({"loss": 2.0}, step=1)
run.finish()
"""
REUSED = f"""
import os, subprocess, sys
import runlake
from runlake.store.ingest import drain
store = sys.argv[1]
training = subprocess.Popen(
    [sys.executable, "-c", {TRAINING!r}, store, "first"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
training.stdout.readline()
training.kill()
training.wait()
while True:
    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
        last.write(str(training.pid - 1))
    other = subprocess.Popen(["sleep", "600"])
    if other.pid == training.pid:
        break
    other.kill()
    other.wait()
drain(store)
print(runlake.open_lake(store).runs()["status"].to_list(), other.poll(), flush=True)
"""


@pytest.fixture
def _containers() -> None:
    """Skip where pid namespaces may not be made."""
    with contextlib.suppress(OSError):
        if subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode == 0:
            return
    pytest.skip("may not make a pid namespace here")


@pytest.mark.privileged
@pytest.mark.usefixtures("_containers")
class TestAContainer:
    @pytest.fixture
    def two(self, store: str) -> Iterator[list[subprocess.Popen[str]]]:
        """Two trainings with the same pid, each in a container of its own."""
        both = [begun(TRAINING, store, name, within=CONTAINER) for name in ("first", "second")]
        yield both
        for one in both:
            one.kill()
            one.communicate()

    def test_whose_pid_is_used_again_has_its_run_called_killed(self, store: str) -> None:
        process = begun(REUSED, store, within=CONTAINER)
        try:
            assert heard(process) == "['killed'] None"
        finally:
            process.kill()
            process.communicate()

    def test_neither_drains_nor_buries_another_one_with_the_same_pid(
        self, store: str, two: list[subprocess.Popen[str]]
    ) -> None:
        (pid, namespace), (other_pid, other_namespace) = (heard(one).split() for one in two)
        assert (pid, namespace != other_namespace) == (other_pid, True)

        assert told(two[1], "drain") == "0"
        assert statuses(store) == {"first": "running", "second": "running"}
        two[0].communicate()
        assert told(two[1], "drain") == "0"
        two[1].communicate()

        assert drain(store).waiting == 0
        assert statuses(store) == {"first": "finished", "second": "finished"}
        assert runlake.open_lake(store).metrics()["step"].sort().to_list() == [0.0, 0.0, 1.0, 1.0]

    def test_that_is_killed_keeps_its_journal_until_somebody_says_that_it_is_gone(
        self, store: str, two: list[subprocess.Popen[str]]
    ) -> None:
        for one in two:
            heard(one)
        two[0].kill()
        two[0].wait()
        assert told(two[1], "drain") == "0"
        drain(store)

        assert statuses(store) == {"first": "running", "second": "running"}
        assert "journals.foreign" in {f.code for f in findings(store)}

        two[1].communicate()
        drain(store)
        [left] = foreign_journals(journal_root(store))
        adopt(left)
        assert drain(store).waiting == 0
        assert statuses(store) == {"first": "killed", "second": "finished"}
        assert runlake.open_lake(store).metrics()["step"].sort().to_list() == [0.0, 0.0, 1.0]
        assert not left.path.exists()
