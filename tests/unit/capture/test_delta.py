from __future__ import annotations

import json
from typing import TYPE_CHECKING

import deltalake
import polars as pl
import pytest

from runlake.capture import identify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sales"
    for n in range(3):
        pl.DataFrame({"a": [n], "b": ["x"]}).write_delta(path, mode="append")
    return path


class TestADeltaTable:
    def test_is_its_id_and_newest_version(self, table: Path) -> None:
        real = deltalake.DeltaTable(table)

        identity = identify(table)

        assert identity.version == f"{real.metadata().id}@2"
        assert identity.sha256 is None
        assert (identity.facts["table_id"], identity.facts["table_version"]) == (real.metadata().id, 2)
        assert identity.facts["columns"] == 2

    def test_may_be_an_earlier_version(self, table: Path) -> None:
        identity = identify(table, version="1")

        assert (identity.version, identity.facts["table_version"]) == ("1", 1)

    def test_of_the_future_is_a_problem(self, table: Path) -> None:
        assert identify(table, version="9").problem == "version 9 is newer than its newest, 2"

    def test_may_be_open(self, table: Path) -> None:
        identity = identify(deltalake.DeltaTable(table, version=1))

        assert identity.version == f"{identity.facts['table_id']}@1"

    def test_is_read_after_its_log_was_cleaned_up(self, table: Path) -> None:
        deltalake.DeltaTable(table).create_checkpoint()
        for n in range(3):
            (table / "_delta_log" / f"{n:020d}.json").unlink()

        identity = identify(table)

        assert (identity.version, identity.facts["table_version"]) == ("2", 2)
        assert identity.problem == "its id is no longer in the log, only in a checkpoint"

    def test_takes_the_metadata_that_counts_at_its_version(self, tmp_path: Path) -> None:
        log = tmp_path / "_delta_log"
        log.mkdir()
        for n, found in enumerate(["old", None, "new"]):
            lines = (
                [{"commitInfo": {}}, {"metaData": {"id": found, "schemaString": '{"fields":[]}'}}] if found else [{}]
            )
            (log / f"{n:020d}.json").write_text("\n".join(map(json.dumps, lines)))

        assert [identify(tmp_path, version=str(n)).facts["table_id"] for n in range(3)] == ["old", "old", "new"]

    def test_without_a_commit_is_a_problem(self, tmp_path: Path) -> None:
        (tmp_path / "_delta_log").mkdir()

        assert identify(tmp_path).problem == "its log holds no commit"
