from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

import runlake
from runlake.store import health
from runlake.store.health import disk_findings, store_findings, table_facts, table_findings
from runlake.store.layout import open_store


@pytest.fixture
def logged(store: str) -> str:
    """A store with one run in it."""
    runlake.start_run("demo", "a", params={"x": 1}, store=store, capture=False).finish()
    runlake.open_lake(store)
    return store


def worries(found: list[health.Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.severity.value) for f in found if f.severity is not health.Severity.INFO]


def rewrite(store: str, table: str, old: str, new: str) -> None:
    entry = Path(store) / table / "_delta_log" / f"{0:020}.json"
    text = entry.read_text()
    assert old in text
    entry.write_text(text.replace(old, new))


class TestAStoreAsItWasMade:
    def test_leaves_nothing_to_say(self, logged: str) -> None:
        assert worries(store_findings(logged)) == []
        assert worries(table_findings(logged)) == []

    def test_tells_the_size_of_each_table(self, logged: str) -> None:
        facts = table_facts(open_store(logged), "params")

        assert facts is not None
        assert (facts.commits, facts.today, facts.files, facts.reader, facts.writer) == (1, 2, 1, 1, 2)
        assert facts.properties["delta.appendOnly"] == "true"

    def test_has_no_facts_of_a_table_that_is_not_there(self, logged: str) -> None:
        assert table_facts(open_store(logged), "artifacts") is None

    def test_has_no_facts_of_a_table_whose_first_commit_is_on_its_way(self, logged: str) -> None:
        (Path(logged) / "console" / "_delta_log").mkdir(parents=True)

        assert table_facts(open_store(logged), "console") is None
        assert worries(table_findings(logged)) == []

    def test_tells_that_a_table_has_lost_its_log(self, logged: str) -> None:
        shutil.rmtree(Path(logged) / "runs" / "_delta_log")

        assert worries(table_findings(logged)) == [("table.unreadable", "problem")]

    def test_is_not_written_to(self, logged: str) -> None:
        before = {p: p.stat().st_mtime_ns for p in Path(logged).rglob("*")}
        store_findings(logged)
        table_findings(logged)

        assert {p: p.stat().st_mtime_ns for p in Path(logged).rglob("*")} == before


class TestAFolderThatIsNoStore:
    def test_is_missing(self, store: str) -> None:
        assert worries(store_findings(store)) == [("store.missing", "problem")]

    def test_with_a_marker_that_makes_no_sense_is_unreadable(self, logged: str) -> None:
        (Path(logged) / "store.json").write_text("{")

        assert worries(store_findings(logged)) == [("store.unreadable", "problem")]

    def test_of_a_newer_version_is_unreadable(self, logged: str) -> None:
        (Path(logged) / "store.json").write_text(json.dumps({"format": 99, "id": "x"}))

        assert worries(store_findings(logged)) == [("store.unreadable", "problem")]


class TestATableThatSomebodyChanged:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('"delta.appendOnly": "true"', '"delta.appendOnly": "false"', "delta.appendOnly = false instead of true"),
            (
                '"delta.enableExpiredLogCleanup": "false"',
                '"delta.enableExpiredLogCleanup": "true"',
                "delta.enableExpiredLogCleanup = true instead of false",
            ),
            ('"delta.checkpointInterval": "20", ', "", "delta.checkpointInterval = nothing instead of 20"),
        ],
    )
    def test_is_told_by_its_properties(self, logged: str, old: str, new: str, said: str) -> None:
        rewrite(logged, "runs", old, new)
        (found,) = [f for f in table_findings(logged) if f.severity is not health.Severity.INFO]

        assert (found.code, found.severity, found.message) == ("table.property", "problem", f"table runs has {said}")

    def test_is_told_by_its_protocol(self, logged: str) -> None:
        rewrite(logged, "runs", '"minWriterVersion": 2', '"minWriterVersion": 4')

        assert worries(table_findings(logged)) == [("table.protocol", "problem")]

    def test_does_not_hide_the_others(self, logged: str) -> None:
        (Path(logged) / "params" / "_delta_log" / f"{0:020}.json").write_text("not json")
        rewrite(logged, "runs", '"delta.appendOnly": "true"', '"delta.appendOnly": "false"')

        assert worries(table_findings(logged)) == [("table.unreadable", "problem"), ("table.property", "problem")]

    def test_is_told_by_a_missing_file(self, logged: str) -> None:
        (file,) = (Path(logged) / "runs").glob("*.parquet")
        file.unlink()

        assert worries(table_findings(logged)) == [("table.unreadable", "problem")]


class TestATableThatGrows:
    @pytest.mark.parametrize(
        ("limits", "found"),
        [
            ({"MANY_COMMITS": 1}, []),
            ({"MANY_COMMITS": 1, "TOO_MANY_COMMITS": 1}, [("table.commits", "warning")]),
            ({"MANY_FILES": 1}, [("table.files", "warning")]),
            ({"DAILY_COMMITS": 1}, [("table.busy", "warning")]),
        ],
    )
    def test_is_told_at_a_limit(
        self, logged: str, limits: dict[str, int], found: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in limits.items():
            monkeypatch.setattr(health, name, value)

        assert sorted(set(worries(table_findings(logged)))) == found

    def test_says_what_compaction_has_left_behind(self, logged: str) -> None:
        (Path(logged) / "runs" / "replaced.parquet").write_bytes(bytes(300_000))
        [finding] = [f for f in table_findings(logged) if f.code == "table.unused"]

        assert finding.severity == "info"
        assert finding.message == "0.3 MB are in files that compaction has replaced"

    def test_counts_only_the_commits_of_a_day(self, logged: str) -> None:
        log = Path(logged) / "runs" / "_delta_log"
        for entry in log.glob("*.json"):
            os.utime(entry, (time.time() - 90_000,) * 2)
        facts = table_facts(open_store(logged), "runs")

        assert facts is not None
        assert facts.today == 0


class TestTheDisk:
    def test_that_has_room_is_no_finding(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "LOW_FREE_BYTES", 0)
        monkeypatch.setattr(health, "LOW_FREE_SHARE", 0.0)
        monkeypatch.setattr(health, "LOW_FREE_FILES", 0)

        assert disk_findings(tmp_path, "the store") == []

    @pytest.mark.skipif(not hasattr(os, "statvfs"), reason="counts inodes")
    def test_that_has_no_room_for_files_is_a_finding(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if not os.statvfs(tmp_path).f_files:
            pytest.skip("this file system makes inodes as it goes")
        monkeypatch.setattr(health, "LOW_FREE_BYTES", 0)
        monkeypatch.setattr(health, "LOW_FREE_SHARE", 0.0)
        monkeypatch.setattr(health, "LOW_FREE_FILES", 1 << 62)

        assert worries(disk_findings(tmp_path, "the store")) == [("disk.no_files", "problem")]

    @pytest.mark.parametrize(
        ("limits", "severity"),
        [({"LOW_FREE_BYTES": 1 << 62}, "problem"), ({"LOW_FREE_SHARE": 2.0, "LOW_FREE_BYTES": 0}, "warning")],
    )
    def test_that_is_nearly_full_is_one(
        self, tmp_path: Path, limits: dict[str, float], severity: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in limits.items():
            monkeypatch.setattr(health, name, value)

        assert worries(disk_findings(tmp_path, "the store")) == [("disk.nearly_full", severity)]

    def test_that_cannot_be_asked_is_not_called_good(self, tmp_path: Path) -> None:
        assert worries(disk_findings(tmp_path / "gone", "the store")) == [("disk.unknown", "unchecked")]
