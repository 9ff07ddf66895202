"""A store from end to end, in a folder and in buckets alike."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from deltalake import DeltaTable

import runlake
from contracts.lossy import losing_answers
from journaling import OTHER, Writer
from runlake.errors import NotFound
from runlake.journal import journal_root
from runlake.schema import TABLES
from runlake.store.archive import Keep, archives, commit_bytes
from runlake.store.compact import Limits, compact
from runlake.store.delta import latest_version, open_table
from runlake.store.health import Severity, store_findings, table_findings
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.repair import repair
from runlake.store.snapshot import Snapshot, open_snapshot
from runlake.store.vacuum import vacuum

if TYPE_CHECKING:
    from contracts.servers import Server

DAY_S = 86_400.0
ALL = Keep(commits=2, age_s=0.0, least=1)


def rows(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    found = {name: snapshot.scan(name).collect() for name in TABLES}
    return {name: frame.sort(pl.all(), nulls_last=True) if frame.height else frame for name, frame in found.items()}


def logged(place: str, commits: int) -> Writer:
    """A store to which one run was logged in so many commits."""
    writer = Writer(place).start()
    for step in range(commits):
        writer.log(step, loss=1 / (step + 1), acc=float(step)).close()
        drain(place)
    return writer


class TestARun:
    def test_is_read_as_it_was_logged(self, place: str, tmp_path: Path) -> None:
        (tmp_path / "weights.bin").write_bytes(b"weights")
        with runlake.start_run("demo/a", "first", params={"depth": 3}, tags={"stage": "dev"}, store=place) as run:
            for step in range(50):
                run.log({"loss": 1 / (step + 1)}, step=step)
            run.log_artifact(tmp_path / "weights.bin")

        lake = runlake.open_lake(place)

        assert lake.pending == ()
        assert lake.runs(where="params.depth = 3")["name"].to_list() == ["first"]
        assert lake.metrics(run_ids=[run.id])["value"].to_list() == [1 / (step + 1) for step in range(50)]
        assert lake.artifact_bytes(run.id, "weights.bin") == b"weights"

    def test_that_was_never_there_is_no_store(self, place: str) -> None:
        with pytest.raises(NotFound, match="log a run into it first"):
            open_snapshot(place)

    def test_is_read_by_other_engines(self, place: str) -> None:
        logged(place, 2)
        at = open_store(place).table("metrics").uri

        assert DeltaTable(at).to_pyarrow_table().num_rows == 4
        assert pl.read_delta(at).height == 4


class TestMaintenance:
    def test_changes_no_row_and_no_history(self, place: str) -> None:
        logged(place, 5)
        middle = open_snapshot(place)
        moment = max(_committed(place, name) for name in middle.versions)
        time.sleep(0.01)
        before_middle = rows(middle)
        Writer(place).start("0190a000-0000-7000-8000-00000000000f").log(9, loss=9.0).finish()
        drain(place)
        newest = rows(open_snapshot(place))

        done = compact(place, limits=Limits(files=2))
        removed = vacuum(place, keep_log=ALL, now=time.time() + 31 * DAY_S)

        assert max(one.files_before - one.files_after for one in done) >= 4
        assert sum(one.files for one in removed) >= 8
        assert sum(one.archived for one in removed) >= 4
        after = rows(open_snapshot(place))
        as_of = rows(open_snapshot(place, as_of=moment))
        for name in TABLES:
            assert after[name].equals(newest[name]), name
            assert as_of[name].equals(before_middle[name]), name

    def test_keeps_the_archived_commits_byte_for_byte(self, place: str) -> None:
        logged(place, 4)
        files = open_store(place).table("metrics")
        newest = latest_version(files)
        assert newest is not None
        before = [commit_bytes(files, version) for version in range(newest + 1)]

        vacuum(place, keep_log=ALL)

        assert len(archives(files)) == 1
        assert [commit_bytes(files, version) for version in range(newest + 1)] == before

    def test_mends_a_damaged_checkpoint(self, place: str) -> None:
        logged(place, 3)
        files = open_store(place).table("metrics")
        open_table(files).create_checkpoint()
        [checkpoint] = [entry.name for entry in files.listing("_delta_log") if "checkpoint.parquet" in entry.name]
        files.remove([checkpoint])
        files.put_once(checkpoint, b"garbage")
        assert ("table.checkpoint", "metrics") in {(f.code, f.message.split()[1]) for f in table_findings(place)}

        assert list(repair(place)) == ["metrics"]

        assert open_snapshot(place).scan("metrics").collect().height == 6
        assert [f for f in table_findings(place) if f.severity is not Severity.INFO] == []
        assert [f for f in store_findings(place) if f.code.startswith("store")] == []


def _write(place: str, machine: str, runs: int) -> None:
    """Log on a machine of one's own, and bring it in while the others do."""
    os.environ["RUNLAKE_JOURNAL"] = machine
    for n in range(runs):
        writer = Writer(place)
        run = f"{machine.rsplit('-', 1)[-1]:0>8}-0000-7000-8000-{n:012}"
        writer.start(run)
        for step in range(20):
            writer.log(step, run, loss=float(step))
        writer.finish(run)
        deadline = time.monotonic() + 300
        while drain(place).waiting and time.monotonic() < deadline:
            time.sleep(0.05)


class TestManyMachines:
    def test_lose_and_double_nothing(self, place: str, tmp_path: Path) -> None:
        machines, runs = int(os.environ.get("RUNLAKE_MACHINES", "3")), 3
        spawn = multiprocessing.get_context("spawn")
        homes = [str(tmp_path / f"machine-{n}") for n in range(machines)]
        started = time.monotonic()
        processes = [spawn.Process(target=_write, args=(place, home, runs)) for home in homes]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        took = time.monotonic() - started

        assert [process.exitcode for process in processes] == [0] * machines
        left = [path for home in homes for path in Path(home).rglob("*.seg")]
        found = open_snapshot(place).scan("metrics").collect()
        assert left == []
        assert found.height == found.select("run_id", "key", "step").n_unique() == machines * runs * 20
        assert found["run_id"].n_unique() == machines * runs
        print(f"{machines} machines: {machines * runs} runs in {took:.1f} s")


class TestALostAnswer:
    @pytest.mark.parametrize("table", ["metrics", "events", "runs"])
    def test_to_a_commit_doubles_nothing(
        self, bucket: tuple[str, Server], monkeypatch: pytest.MonkeyPatch, table: str
    ) -> None:
        place, server = bucket
        if not place.startswith("s3:"):
            pytest.skip("the emulator of Azure is found at its own port alone")
        logged(place, 1)
        times = iter(range(2))

        def lose(method: str, path: str) -> bool:
            commit = method == "PUT" and f"/{table}/_delta_log/" in path and path.endswith(".json")
            return commit and next(times, None) is not None

        with losing_answers(server.port, lose) as (port, lost):
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
            Writer(place).start(OTHER).log(0, OTHER, loss=5.0).log(1, OTHER, loss=6.0).finish(OTHER)
            reports = [drain(place)]
            while reports[-1].waiting and len(reports) < 5:
                reports.append(drain(place))

        assert len(lost) == 2
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.port}")
        snapshot = open_snapshot(place)
        assert reports[-1].waiting == 0
        assert snapshot.scan("events").filter(pl.col("run_id") == OTHER).collect().height == 1
        assert snapshot.scan("metrics").filter(pl.col("run_id") == OTHER).collect().height == 2
        assert snapshot.scan("runs").filter(pl.col("run_id") == OTHER).collect().height == 2


class TestCredentials:
    def test_are_nowhere_in_the_store_or_the_journal(self, bucket: tuple[str, Server], tmp_path: Path) -> None:
        place, server = bucket
        with runlake.start_run("demo", params={"key": server.secret}, store=place) as run:
            run.log({"loss": 1.0})
            print(f"the secret is {server.secret}")
        runlake.open_lake(place)

        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        files = open_store(place).files
        frames = rows(open_snapshot(place))
        assert not any(server.secret.encode() in content for content in kept)
        assert not any(server.secret in frame.write_json() for frame in frames.values())
        assert server.secret.encode() not in files.read("store.json")

    def test_that_are_wrong_are_not_shown(
        self, bucket: tuple[str, Server], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        place, server = bucket
        if not place.startswith("az:"):
            pytest.skip("moto lets everybody in")
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", wrong := "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=")
        with runlake.start_run("demo", store=f"{place}x") as run:
            run.log({"loss": 1.0})

        done = drain(f"{place}x")

        assert (done.failed, done.waiting) == (True, 1)
        assert not any(wrong in text or server.secret in text for text in (*done.problems, *capfd.readouterr()))


class TestABucketThatIsAway:
    def test_leaves_what_was_logged_in_the_journal(self, bucket: tuple[str, Server]) -> None:
        place, _ = bucket
        place = place.replace("://lake", "://nobody-made-this")
        with runlake.start_run("demo", store=place) as run:
            run.log({"loss": 1.0})

        done = drain(place)

        assert (done.failed, done.waiting) == (True, 1)
        assert "nobody-made-this" in done.problems[0]
        assert list(journal_root(place).glob("*/*.seg"))

    def test_is_named_by_the_check_of_the_store(self, bucket: tuple[str, Server]) -> None:
        place, _ = bucket
        logged(place, 1)

        [finding] = store_findings(place.replace("://lake", "://nobody-made-this"))

        assert finding.severity is Severity.PROBLEM
        assert "nobody-made-this" in finding.message


def _committed(place: str, table: str) -> datetime:
    files = open_store(place).table(table)
    version = latest_version(files)
    assert version is not None
    info = json.loads(commit_bytes(files, version).splitlines()[0])["commitInfo"]
    return datetime.fromtimestamp(info["timestamp"] / 1000, UTC)
