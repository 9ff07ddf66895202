from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable, write_deltalake

import runlake
from runlake.actions import Details, edit_experiment
from runlake.errors import InvalidType, InvalidValue
from runlake.query.splits import rules_of
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab

SAMPLE = Path(__file__).parents[3] / "sample_data/store"


def declared(store: str, path: str) -> dict[str, tuple[str, str] | None]:
    rows = runlake.open_lake(store).experiments().to_dicts()
    return rules_of(next(row["splits"] for row in rows if row["path"] == path))


class TestDeclaringSplits:
    def test_is_an_event_with_what_was_declared_before(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        edit_experiment(at.store, "demo", Details(splits={"loss": ("loss", "train")}), actor=ANA, reason="Keras")
        edit_experiment(at.store, "demo", Details(splits={"h/*": ("*", "holdout"), "val_cost": None}), actor=ANA)

        assert declared(at.store, "demo") == {"h/*": ("*", "holdout"), "val_cost": None}
        first, second = at.events()
        assert (first["action"], first["reason"]) == ("experiment.edit", "Keras")
        assert [json.loads(first["new"]), json.loads(second["old"])] == [{"splits": {"loss": ["loss", "train"]}}] * 2
        assert json.loads(second["new"]) == {"splits": {"h/*": ["*", "holdout"], "val_cost": None}}

    def test_of_none_takes_them_away(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        edit_experiment(at.store, "demo", Details(splits={"loss": ("loss", "train")}), actor=ANA)
        edit_experiment(at.store, "demo", Details(splits={}), actor=ANA)

        assert declared(at.store, "demo") == {}

    def test_as_they_are_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        details = Details(splits={"loss": ("loss", "train")})
        edit_experiment(at.store, "demo", details, actor=ANA)

        assert edit_experiment(at.store, "demo", details, actor=ANA).unchanged == (
            "experiment 'demo': splits is already as asked",
        )

    def test_keeps_no_secret(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        secret = "ghp_" + "a1B2" * 9
        edit_experiment(at.store, "demo", Details(splits={f"{secret}": (secret, "train")}), actor=ANA)

        assert secret not in str(runlake.open_lake(at.store).experiments().to_dicts())
        assert secret not in str(at.told())

    @pytest.mark.parametrize("rules", [{"": None}, {"a*b*": ("x", "y")}, {"a": ("", "train")}])
    def test_that_say_nothing_is_refused(
        self, lab: Callable[..., Lab], rules: dict[str, tuple[str, str] | None]
    ) -> None:
        with pytest.raises(InvalidValue, match="split"):
            edit_experiment(lab(("demo", "a")).store, "demo", Details(splits=rules), actor=ANA)

    def test_of_another_shape_is_refused(self, lab: Callable[..., Lab]) -> None:
        with pytest.raises(InvalidType, match="a metric and a split"):
            edit_experiment(lab(("demo", "a")).store, "demo", Details(splits={"a": ("b",)}), actor=ANA)

    def test_in_a_store_that_is_older_than_the_column(self, tmp_path: Path) -> None:
        store = str(shutil.copytree(SAMPLE, tmp_path / "store"))
        table = tmp_path / "store/experiments"
        rows = DeltaTable(table).to_pyarrow_table()
        older = rows.drop_columns([name for name in rows.column_names if name == "splits"])
        shutil.rmtree(table)
        write_deltalake(table, older)
        splits = runlake.open_lake(store).experiments()["splits"]
        assert splits.null_count() == len(splits) > 0

        path = "wine_cultivar/baseline"
        edit_experiment(store, path, Details(splits={"loss": ("loss", "train")}), actor=ANA)

        assert declared(store, path) == {"loss": ("loss", "train")}
