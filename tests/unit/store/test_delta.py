from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from journaling import Writer
from runlake.errors import StoreError
from runlake.schema import RUNS, TABLES, TAGS, Column, Kind, Table
from runlake.store import arrow
from runlake.store.archive import Keep, archivable, archive, commit_info
from runlake.store.delta import PROPERTIES, Appender, create, latest_version, log_entry, open_table
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from runlake.store.files import Files
    from runlake.store.layout import Store

SMALL = Table("small", "One row is small.", ("a",), (Column("a", Kind.INT, "The number.", required=True),), ("a",))


def rows(*values: int) -> pa.Table:
    nothing = {c.name: pa.nulls(len(values), arrow.arrow_type(c)) for c in SMALL.stored}
    some = {"a": pa.array(values), "writer": pa.array(["w"] * len(values)), "link": pa.array([0] * len(values))}
    return pa.table(nothing | some | {"seq": pa.array(values)}, schema=arrow.arrow_schema(SMALL))


class TestATable:
    def test_is_of_reader_1_and_writer_2(self, store: str) -> None:
        Writer(store).start().param("a", "b").log(0, x=1.0).rows(TAGS, {"ts": 1, "key": "k", "removed": True}).finish()
        drain(store)

        for name in TABLES:
            path = Path(store) / name
            if path.exists():
                protocol = DeltaTable(str(path)).protocol()
                assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)

    def test_documents_itself(self, tmp_path: Path) -> None:
        create(Folder(tmp_path / "runs"), RUNS)

        table = DeltaTable(str(tmp_path / "runs"))

        assert (table.metadata().name, table.metadata().description) == ("runs", RUNS.doc)
        assert table.metadata().configuration == PROPERTIES
        assert {f.name: f.metadata["comment"] for f in table.schema().fields} == {c.name: c.doc for c in RUNS.stored}

    def test_can_only_be_appended_to(self, store: str) -> None:
        Writer(store).start().finish()
        drain(store)

        with pytest.raises(Exception, match="append"):
            DeltaTable(open_store(store).table("runs").uri).delete()

    def test_says_nothing_of_the_place_where_it_was_made(self, tmp_path: Path) -> None:
        create(Folder(tmp_path / "runs"), RUNS)

        assert str(tmp_path) not in (tmp_path / "runs" / log_entry(0)).read_text()

    def test_is_created_once(self, tmp_path: Path) -> None:
        create(Folder(tmp_path / "runs"), RUNS)
        before = (tmp_path / "runs" / log_entry(0)).read_bytes()

        create(Folder(tmp_path / "runs"), RUNS)

        assert (tmp_path / "runs" / log_entry(0)).read_bytes() == before
        assert [p.name for p in (tmp_path / "runs" / "_delta_log").iterdir()] == [f"{0:020d}.json"]

    def test_is_not_created_again_where_its_first_commits_are_in_the_archive(self, store: str) -> None:
        files = archived(open_store(store, create=True))
        create(files, SMALL)

        assert not files.exists(log_entry(0))

    def test_takes_rows_of_other_writers(self, store: str) -> None:
        Writer(store).start().finish()
        drain(store)
        path = Path(store) / "runs"

        write_deltalake(str(path), pl.scan_delta(open_table(Folder(path))).collect().to_arrow(), mode="append")

        assert pl.scan_delta(open_table(Folder(path))).collect().height == 4


class TestAnAppend:
    def test_is_one_commit_with_its_metadata(self, store: str) -> None:
        appender = Appender(open_store(store, create=True), SMALL)

        appender.append(rows(1, 2), {"runlake.links": "[]"})

        path = Path(store) / "small"
        assert latest_version(Folder(path)) == 1
        assert commit_info(Folder(path), 1)["runlake.links"] == "[]"
        assert pl.scan_delta(open_table(Folder(path))).collect()["a"].to_list() == [1, 2]

    def test_is_seen_by_the_same_handle(self, store: str) -> None:
        appender = Appender(open_store(store, create=True), SMALL)
        assert appender.scan().collect().height == 0

        for i in range(45):
            appender.append(rows(i), {})

        assert appender.scan().collect()["a"].sort().to_list() == list(range(45))
        assert (Path(store) / "small" / "_delta_log" / "_last_checkpoint").exists()

    def test_sees_what_others_committed_meanwhile(self, store: str) -> None:
        one, two = (Appender(open_store(store, create=True), SMALL) for _ in range(2))
        one.append(rows(1), {})
        two.append(rows(2), {})

        one.append(rows(3), {})

        assert sorted(two.scan().collect()["a"]) == [1, 2, 3]

    def test_adds_columns_that_came_with_a_newer_schema(self, store: str) -> None:
        opened = open_store(store, create=True)
        Appender(opened, SMALL).append(rows(1), {})
        newer = Table("small", "d", ("a",), (*SMALL.columns, Column("b", Kind.TEXT, "New.")), ("a",))
        data = rows(2).append_column("b", pa.array(["x"])).select([c.name for c in newer.stored])

        assert Appender(opened, newer).scan().collect()["b"].to_list() == [None]
        Appender(opened, newer).append(data, {})

        assert Appender(opened, newer).scan().collect().sort("a")["b"].to_list() == [None, "x"]
        assert DeltaTable(opened.table("small").uri).protocol().min_writer_version == 2

    def test_that_fails_names_the_table(self, store: str) -> None:
        opened = open_store(store, create=True)
        appender = Appender(opened, SMALL)
        appender.append(rows(1), {})
        (Path(store) / "small" / log_entry(1)).write_text("{")

        with pytest.raises(StoreError, match="table small"):
            Appender(opened, SMALL).append(rows(2), {})

    def test_through_a_handle_from_before_the_log_was_archived_fails_once_and_not_for_good(self, store: str) -> None:
        opened = open_store(store, create=True)
        old = Appender(opened, SMALL)
        old.append(rows(100), {})
        files = archived(opened)

        with pytest.raises(StoreError, match="table small"):
            old.append(rows(101), {})
        old.append(rows(101), {})

        assert latest_version(files) == 7
        assert sorted(old.scan().collect()["a"]) == [0, 1, 2, 3, 4, 100, 101]


def archived(store: Store) -> Files:
    """Append five times and archive all but the last two commits; where the table lies."""
    appender = Appender(store, SMALL)
    for i in range(5):
        appender.append(rows(i), {})
    files = store.table(SMALL.name)
    archive(files, archivable(files, Keep(commits=2, age_s=0.0, least=1)))
    return files


def append_some(store: str, first: int) -> None:
    appender = Appender(open_store(store), SMALL)
    for i in range(first, first + 10):
        appender.append(rows(i), {})


class TestSeveralProcesses:
    def test_lose_and_double_nothing(self, store: str) -> None:
        open_store(store, create=True)
        spawn = multiprocessing.get_context("spawn")
        processes = [spawn.Process(target=append_some, args=(store, 10 * i)) for i in range(3)]

        for process in processes:
            process.start()
        for process in processes:
            process.join()

        found = pl.scan_delta(open_table(open_store(store).table("small"))).collect()["a"]
        assert sorted(found) == list(range(30))


class TestVersions:
    def test_are_none_where_there_is_no_table(self, tmp_path: Path) -> None:
        assert latest_version(Folder(tmp_path / "none")) is None

    def test_are_found_from_a_known_one(self, store: str) -> None:
        appender = Appender(open_store(store, create=True), SMALL)
        for i in range(3):
            appender.append(rows(i), {})

        path = Path(store) / "small"
        assert (latest_version(Folder(path)), latest_version(Folder(path), known=1)) == (3, 3)

    def test_are_found_from_one_whose_successor_is_in_the_archive(self, store: str) -> None:
        files = archived(open_store(store, create=True))

        assert [latest_version(files, known) for known in (1, 2, 4, 5)] == [5, 5, 5, 5]


class TestCommitInfo:
    def test_is_empty_where_a_commit_says_nothing(self, tmp_path: Path) -> None:
        create(Folder(tmp_path), SMALL)
        (tmp_path / log_entry(1)).write_text(json.dumps({"add": {}}) + "\n")

        assert commit_info(Folder(tmp_path), 1) == {}
