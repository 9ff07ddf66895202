from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.actions import (
    Details,
    archive_experiment,
    create_experiment,
    edit_experiment,
    rename_experiment,
    restore_experiment,
)
from runlake.errors import InvalidValue, NotFound
from runlake.ids import experiment_id
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab


class TestCreatingAnExperiment:
    def test_makes_an_empty_one_and_the_store_too(self, store: str) -> None:
        details = Details("about", "ana", "f1", "max", "maximize", {"team": ["risk"], "flag": []})
        create_experiment(store, "fraud/tuning/", details, actor=ANA)
        (row,) = runlake.open_lake(store).experiments().to_dicts()

        assert row["experiment_id"] == experiment_id("fraud/tuning")
        assert {
            k: row[k] for k in ("path", "description", "owner", "primary_metric", "reducer", "direction", "runs")
        } == {
            "path": "fraud/tuning",
            "description": "about",
            "owner": "ana",
            "primary_metric": "f1",
            "reducer": "max",
            "direction": "maximize",
            "runs": 0,
        }
        assert json.loads(row["tags"]) == {"team": ["risk"], "flag": []}

    def test_is_one_event_with_all_that_was_declared(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        create_experiment(at.store, "fraud", Details(owner="ana"), actor=ANA, reason="planned")

        assert at.told() == [("experiment.create", experiment_id("fraud"), None, '{"owner": "ana", "path": "fraud"}')]
        assert at.events()[0]["reason"] == "planned"

    def test_where_one_is_is_refused(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        with pytest.raises(InvalidValue, match="a path that is not taken"):
            create_experiment(at.store, "demo", actor=ANA)

        assert at.told() == []

    @pytest.mark.parametrize("details", [Details(reducer="median"), Details(direction="up")])
    def test_with_a_word_that_is_none_is_refused(self, store: str, details: Details) -> None:
        with pytest.raises(InvalidValue, match="one of"):
            create_experiment(store, "demo", details, actor=ANA)

    def test_runs_find_it(self, store: str) -> None:
        create_experiment(store, "demo", Details(description="about"), actor=ANA)
        runlake.start_run("demo", "a", store=store, capture=False).finish()
        (row,) = runlake.open_lake(store).experiments().to_dicts()

        assert (row["path"], row["description"], row["runs"]) == ("demo", "about", 1)


class TestRenamingAnExperiment:
    def test_moves_everything_below_it_with_one_event_each(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"), ("fraud/baseline", "b"), ("fraudulent", "c"))
        rename_experiment(at.store, "fraud", "risk/fraud", actor=ANA)

        assert at.paths() == ["fraudulent", "risk/fraud", "risk/fraud/baseline"]
        assert at.lake.runs(experiment="risk", columns=["name"], order_by="name")["name"].to_list() == ["a", "b"]
        assert at.told() == [
            ("experiment.rename", experiment_id("fraud"), '{"path": "fraud"}', '{"path": "risk/fraud"}'),
            (
                "experiment.rename",
                experiment_id("fraud/baseline"),
                '{"path": "fraud/baseline"}',
                '{"path": "risk/fraud/baseline"}',
            ),
        ]

    def test_of_a_path_that_only_has_children(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud/baseline", "a"))
        rename_experiment(at.store, "fraud", "risk", actor=ANA)

        assert at.paths() == ["risk/baseline"]

    def test_into_itself(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"), ("fraud/b", "b"))
        rename_experiment(at.store, "fraud", "fraud/old", actor=ANA)

        assert at.paths() == ["fraud/old", "fraud/old/b"]

    def test_and_back(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"))
        rename_experiment(at.store, "fraud", "risk", actor=ANA)
        rename_experiment(at.store, "risk", "fraud", actor=ANA)

        assert at.paths() == ["fraud"]

    def test_keeps_old_code_logging_to_it(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"))
        rename_experiment(at.store, "fraud", "risk", actor=ANA)
        runlake.start_run("fraud", "b", store=at.store, capture=False).finish()

        assert at.paths() == ["risk"]
        assert at.lake.runs(experiment="fraud").height == 2

    def test_onto_another_one_is_refused(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud/x", "a"), ("risk/x", "b"))
        with pytest.raises(InvalidValue, match="not taken"):
            rename_experiment(at.store, "fraud", "risk", actor=ANA)

        assert at.paths() == ["fraud/x", "risk/x"]
        assert at.told() == []

    def test_to_where_another_one_began_is_refused(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"), ("risk", "b"))
        rename_experiment(at.store, "fraud", "old", actor=ANA)
        with pytest.raises(InvalidValue, match="code that logs to this one adds to 'old'"):
            rename_experiment(at.store, "risk", "fraud", actor=ANA)
        with pytest.raises(InvalidValue, match="code that logs to this one adds to 'old'"):
            create_experiment(at.store, "fraud", actor=ANA)

        assert at.paths() == ["old", "risk"]

    def test_to_the_path_that_it_has_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"))

        assert rename_experiment(at.store, "fraud", "/fraud", actor=ANA).unchanged == (
            "experiment 'fraud' already has that path",
        )

    def test_of_what_is_not_there(self, lab: Callable[..., Lab]) -> None:
        with pytest.raises(NotFound, match="no experiment 'nope'"):
            rename_experiment(lab(("fraud", "a")).store, "nope", "yes", actor=ANA)


class TestEditingAnExperiment:
    def test_is_one_event_for_each_field_that_changes(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        edit_experiment(at.store, "demo", Details(owner="ana", direction="minimize"), actor=ANA)
        done = edit_experiment(at.store, "demo", Details(owner="ben", direction="minimize"), actor=ANA)

        assert [(c.old, c.new) for c in done.changes] == [({"owner": "ana"}, {"owner": "ben"})]
        assert done.unchanged == ("experiment 'demo': direction is already as asked",)
        assert [action for action, *_ in at.told()] == ["experiment.edit"] * 3

    def test_keeps_the_tags_that_are_not_named(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        edit_experiment(at.store, "demo", Details(tags={"team": ["risk"], "x": ["1"]}), actor=ANA)
        done = edit_experiment(at.store, "demo", Details(tags={"x": None, "y": ["2"]}), actor=ANA)

        assert [(c.old, c.new) for c in done.changes] == [
            ({"tags": {"team": ["risk"], "x": ["1"]}}, {"tags": {"team": ["risk"], "y": ["2"]}})
        ]

    def test_of_what_is_not_there(self, lab: Callable[..., Lab]) -> None:
        with pytest.raises(NotFound):
            edit_experiment(lab(("demo/a", "a")).store, "demo", Details(owner="x"), actor=ANA)

    def test_to_nothing_is_refused(self, lab: Callable[..., Lab]) -> None:
        with pytest.raises(InvalidValue, match="at least one fact"):
            edit_experiment(lab(("demo", "a")).store, "demo", Details(), actor=ANA)


class TestArchivingAnExperiment:
    def test_puts_everything_below_it_away(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"), ("fraud/x", "b"), ("other", "c"))
        archive_experiment(at.store, "fraud", actor=ANA)
        restored = restore_experiment(at.store, "fraud/.", actor=ANA)

        assert at.lake.experiments().select("path", "archived").rows() == [
            ("fraud", False),
            ("fraud/x", True),
            ("other", False),
        ]
        assert [c.label for c in restored.changes] == ["fraud"]

    def test_twice_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("fraud", "a"))
        archive_experiment(at.store, "fraud", actor=ANA)

        assert archive_experiment(at.store, "fraud", actor=ANA).unchanged == ("experiment 'fraud' is already archived",)
        assert restore_experiment(at.store, "fraud", actor=ANA).unchanged == ()
        assert restore_experiment(at.store, "fraud", actor=ANA).unchanged == ("experiment 'fraud' is not archived",)
