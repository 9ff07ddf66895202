from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import runlake
from journaling import Writer
from runlake.cli.doctor import exit_code
from runlake.journal import journal_root
from runlake.store.delta import open_table
from runlake.store.folder import Folder
from runlake.store.health import Finding, Severity

if TYPE_CHECKING:
    from unit.cli.lab import Done, Shell

TRAINING = """
import os, signal, sys, runlake
run = runlake.start_run("demo", "doomed", store=sys.argv[1], capture=False)
run.log({"loss": 1.0})
os.kill(os.getpid(), signal.SIGKILL)
"""


def log(store: str) -> None:
    with runlake.start_run("demo", "a", store=store, capture=False) as run:
        run.log({"loss": 0.5})
    runlake.open_lake(store)


def worries(done: Done) -> dict[str, str]:
    return {f["code"]: f["severity"] for f in done.data if f["severity"] != "info"}


def everything_in(*folders: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for folder in folders for p in folder.rglob("*")}


class TestAHealthyStore:
    def test_is_good(self, shell: Shell) -> None:
        log(shell.store)
        done = shell("doctor")

        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(f"store {shell.store}\n")
        assert done.out.endswith("nothing is wrong\n")

    def test_is_told_as_json(self, shell: Shell) -> None:
        log(shell.store)
        done = shell("doctor", "--format", "json")

        assert done.document["schema"] == "runlake.findings/1"
        (size,) = [f for f in done.data if f["code"] == "table.size"]
        assert (size["severity"], size["advice"]) == ("info", "")
        assert re.fullmatch(r"tables: \d+, commits: \d+, files: \d+; most commits: \d+, in \w+", size["message"])

    def test_is_not_written_to(self, shell: Shell) -> None:
        runlake.start_run("demo", "waits", store=shell.store, capture=False).finish()
        log(shell.store)
        with runlake.start_run("demo", "b", store=shell.store, capture=False) as run:
            run.log({"loss": 1})
        before = everything_in(Path(shell.store), journal_root(shell.store))
        shell("doctor")

        assert everything_in(Path(shell.store), journal_root(shell.store)) == before


class TestNoStore:
    def test_is_a_finding_and_makes_none(self, shell: Shell) -> None:
        done = shell("doctor", "--format", "json")

        assert (done.code, worries(done)) == (1, {"store.missing": "problem"})
        assert not Path(shell.store).exists()


class TestAKilledTraining:
    def kill_one(self, store: str) -> None:
        done = subprocess.run([sys.executable, "-c", TRAINING, store], env=dict(os.environ), check=False)
        assert done.returncode == -signal.SIGKILL

    def test_is_found_and_left_alone(self, shell: Shell) -> None:
        log(shell.store)
        self.kill_one(shell.store)
        done = shell("doctor", "--format", "json")

        assert done.code == 1
        assert worries(done) == {"journals.left": "warning", "ingester.stopped": "warning"}

    def test_is_delivered_when_told_to_fix(self, shell: Shell) -> None:
        log(shell.store)
        self.kill_one(shell.store)
        done = shell("doctor", "--fix", "--format", "json")

        assert (done.code, worries(done)) == (0, {})
        assert [f["message"].split(":")[0] for f in done.data if f["code"] == "runs.killed"] == [
            "killed in the last 7 days"
        ]

    def test_is_delivered_by_ingest(self, shell: Shell) -> None:
        self.kill_one(shell.store)
        done = shell("ingest")
        again = shell("ingest", "--format", "json")

        assert (done.code, done.err) == (0, "")
        assert "metrics: 1 row\n" in done.out
        assert again.data == [{"ingested": {}, "adopted": 0, "waiting": 0, "problems": []}]
        assert shell("ingest").out == "nothing to ingest\n"
        assert shell("runs", "--columns", "name,status", "--format", "csv").out == "name,status\ndoomed,killed\n"


class TestADamagedCheckpoint:
    def damaged(self, store: str) -> Path:
        log(store)
        path = Path(store) / "runs"
        open_table(Folder(path)).create_checkpoint()
        [checkpoint] = (path / "_delta_log").glob("*.checkpoint.parquet")
        checkpoint.write_bytes(b"garbage")
        return path

    def test_is_named_with_what_to_do(self, shell: Shell) -> None:
        self.damaged(shell.store)
        done = shell("doctor", "--format", "json")

        assert done.code == 1
        assert worries(done)["table.checkpoint"] == "problem"

    def test_is_mended_when_told_to_fix(self, shell: Shell) -> None:
        self.damaged(shell.store)
        done = shell("doctor", "--fix", "--format", "json")
        [event] = shell("audit", "log", "--action", "store.repair", "--format", "json").data

        assert (done.code, worries(done)) == (0, {})
        assert event["new"] == {"files_set_aside": {"runs": 2}}
        assert len(shell("runs", "--format", "json").data) == 1


class TestAJournalOfAnotherMachine:
    def left(self, store: str, silent_s: float) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        owner = writer.folder / "owner.json"
        owner.write_text(json.dumps({**json.loads(owner.read_text()), "machine": "elsewhere"}))
        for path in writer.folder.glob("*.seg"):
            os.utime(path, (time.time() - silent_s,) * 2)

    def test_is_named_with_what_to_do(self, shell: Shell) -> None:
        self.left(shell.store, 1000)
        log(shell.store)
        done = shell("doctor")

        assert "of another machine or container" in done.out
        assert "`runlake ingest --adopt`" in done.out

    def test_is_brought_in_on_the_word_that_the_machine_is_gone(self, shell: Shell) -> None:
        self.left(shell.store, 1000)
        refused, done = shell("ingest"), shell("ingest", "--adopt", "--reason", "scrapped")

        assert refused.code == 1
        assert done.code == 0
        assert done.out.startswith("taken over: 1 journal\n")
        assert "scrapped" in shell("audit", "log").out

    def test_stays_while_its_process_may_live(self, shell: Shell) -> None:
        self.left(shell.store, 10)
        done = shell("ingest", "--adopt")

        assert done.code == 1
        assert "its process may live" in done.err


class TestIngestingIntoNoStore:
    def test_is_wrong_usage(self, shell: Shell) -> None:
        done = shell("ingest")

        assert (done.code, done.out) == (2, "")
        assert "no store" in done.err


class TestATableThatSomebodyChanged:
    def test_is_a_problem(self, shell: Shell) -> None:
        log(shell.store)
        (Path(shell.store) / "metrics" / "_delta_log" / f"{0:020}.json").write_text("not json")
        log_of_runs = Path(shell.store) / "runs" / "_delta_log"
        first = (log_of_runs / f"{0:020}.json").read_text()
        (log_of_runs / f"{0:020}.json").write_text(
            first.replace('"delta.appendOnly": "true"', '"delta.appendOnly": "false"')
        )
        done = shell("doctor", "--format", "json")

        assert done.code == 1
        assert {("table.property", "problem"), ("table.unreadable", "problem")} <= set(worries(done).items())


class TestTheExitCode:
    @pytest.mark.parametrize(
        ("severities", "code"),
        [
            ([], 0),
            ([Severity.INFO], 0),
            ([Severity.INFO, Severity.UNCHECKED], 3),
            ([Severity.UNCHECKED, Severity.WARNING], 1),
            ([Severity.PROBLEM], 1),
        ],
    )
    def test_says_whether_all_is_well(self, severities: list[Severity], code: int) -> None:
        assert exit_code([Finding("x.y", s, "m") for s in severities]) == code


class TestAFinding:
    def test_is_plain_text_with_what_to_do(self) -> None:
        from runlake.cli.doctor import _text

        finding = Finding("disk.nearly_full", Severity.WARNING, "no \x1b room", "free some")

        assert _text("/s", [finding]) == (
            "store /s\nwarning    no \\x1b room  [disk.nearly_full]\n           -> free some"
        )

    def test_can_be_json(self) -> None:
        from dataclasses import asdict

        assert json.loads(json.dumps(asdict(Finding("x.y", Severity.INFO, "m")))) == {
            "code": "x.y",
            "severity": "info",
            "message": "m",
            "advice": "",
        }
