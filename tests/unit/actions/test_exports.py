from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.actions import Export, create_experiment, exported, local_actor
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from pathlib import Path

HASH = "0" * 64


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("RUNLAKE_INGESTER", "off")
    create_experiment(str(tmp_path / "store"), "some/thing", actor=local_actor("cli"))
    return str(tmp_path / "store")


class TestAnExport:
    def test_is_an_event_that_says_what_it_held(self, store: str) -> None:
        export = Export("chart", "png", "Curves of loss", 7, HASH, "snap", 99, ("run-1", "run-2"), "browser")

        exported(store, export, actor=local_actor("app"))

        (event,) = runlake.open_lake(store).events(action="export.").iter_rows(named=True)
        assert (event["action"], event["target_type"], event["target_id"]) == (
            "export.chart",
            "chart",
            "Curves of loss",
        )
        assert json.loads(event["new"]) == {
            "format": "png",
            "rows": 7,
            "sha256": HASH,
            "size_bytes": 99,
            "snapshot": "snap",
            "made_by": "browser",
            "runs": ["run-1", "run-2"],
        }

    def test_says_nothing_of_what_is_not_known(self, store: str) -> None:
        exported(store, Export("table", "csv", "runs", None, None, "snap"), actor=local_actor("app"))

        (event,) = runlake.open_lake(store).events(action="export.table").iter_rows(named=True)
        assert json.loads(event["new"]) == {"format": "csv", "snapshot": "snap", "made_by": "server"}

    def test_with_a_hash_that_is_none_is_refused(self, store: str) -> None:
        with pytest.raises(InvalidValue, match="sha256"):
            exported(store, Export("chart", "png", "x", 1, "abc", "snap"), actor=local_actor("app"))
