from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from builders import a_run, a_snapshot
from runlake.errors import StoreError
from runlake.query.source import read, rows_of

if TYPE_CHECKING:
    from pathlib import Path


class TestATableThatCannotBeRead:
    def test_is_said_by_name(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.parquet"
        broken.write_bytes(b"PAR1 and no more")

        with pytest.raises(StoreError, match="cannot read table metrics"):
            read(a_snapshot(), "metrics", pl.scan_parquet(broken))


class TestTheRowsOfATable:
    def test_are_of_the_runs_and_keys_asked_for(self) -> None:
        snapshot = a_snapshot(*(a_run(f"run-{i}", params={"a": 1, "b": 2}) for i in range(2)))

        assert rows_of(snapshot, "params", iter(["run-1"]), iter("b")).select("run_id", "key").collect().rows() == [
            ("run-1", "b")
        ]
        assert rows_of(snapshot, "params").collect().height == 4
        assert rows_of(snapshot, "params", []).collect().is_empty()
