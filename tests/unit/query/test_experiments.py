from __future__ import annotations

import pytest

from builders import Logged, a_lake, a_run, at
from runlake.ids import experiment_id


def edited(created_as: str, /, *, second: float = 1000.0, writer: str = "cli", **fields: object) -> Logged:
    """An edit by a person: a row that belongs to no run."""
    return Logged().add("experiments", at=second, writer=writer, experiment_id=experiment_id(created_as), **fields)


def paths(*logged: Logged) -> list[str]:
    return a_lake(*logged).experiments()["path"].to_list()


class TestARenamedExperiment:
    def test_takes_its_runs_along(self) -> None:
        lake = a_lake(a_run(experiment="old"), edited("old", path="new"))

        assert lake.runs()["experiment"].to_list() == ["new"]
        assert lake.experiments()["path"].to_list() == ["new"]

    def test_is_not_renamed_back_by_a_script_that_names_the_old_path(self) -> None:
        later = a_run("run-2", experiment="old", started=5000)

        lake = a_lake(a_run(experiment="old"), edited("old", path="new"), later)

        assert lake.runs()["experiment"].to_list() == ["new", "new"]

    def test_can_be_renamed_back(self) -> None:
        back = edited("old", path="old", second=2000)

        assert paths(a_run(experiment="old"), edited("old", path="new"), back) == ["old"]

    def test_is_found_under_its_old_path(self) -> None:
        lake = a_lake(a_run(experiment="old"), a_run("run-2", experiment="else"), edited("old", path="new"))

        assert lake.runs(experiment="old")["run_id"].to_list() == ["run-1"]
        assert lake.runs(experiment="old/.")["run_id"].to_list() == ["run-1"]


class TestTwoIdsWithOnePath:
    def test_are_one_experiment_with_the_id_created_first(self) -> None:
        first, second = a_run(experiment="old"), a_run("run-2", experiment="new", started=3000)
        lake = a_lake(first, edited("old", path="new", description="kept"), second)

        [experiment] = lake.experiments().select("experiment_id", "path", "description", "runs").rows()

        assert experiment == (experiment_id("old"), "new", "kept", 2)
        assert lake.runs(columns=["experiment_id"])["experiment_id"].unique().to_list() == [experiment_id("old")]


class TestAnExperimentWithoutRuns:
    def test_is_listed_with_what_it_declares(self) -> None:
        created = edited("empty", path="empty", owner="ada", primary_metric="f1", direction="maximize", tags='{"a": 1}')

        [row] = a_lake(created).experiments().to_dicts()

        assert row == {
            "experiment_id": experiment_id("empty"),
            "path": "empty",
            "description": None,
            "tags": '{"a": 1}',
            "owner": "ada",
            "primary_metric": "f1",
            "reducer": None,
            "direction": "maximize",
            "archived": False,
            "splits": None,
            "created_at": at(1000),
            "changed_at": at(1000),
            "runs": 0,
            "running": 0,
            "finished": 0,
            "failed": 0,
            "killed": 0,
            "first_started_at": None,
            "last_activity_at": at(1000),
        }

    def test_is_archived_and_restored_by_the_newest_edit(self) -> None:
        gone, back = edited("e", path="e", archived=True), edited("e", archived=False, second=2000)

        assert a_lake(gone).experiments()["archived"].to_list() == [True]
        assert a_lake(gone, back).experiments()["archived"].to_list() == [False]


class TestCountsOfRuns:
    def test_are_by_status_and_leave_out_deleted_runs(self) -> None:
        lake = a_lake(
            a_run("run-1"),
            a_run("run-2", status="failed", started=100),
            a_run("run-3", status="running", started=200),
            a_run("run-4", deleted=True),
            a_run("run-5", experiment="demo/below"),
        )

        counts = lake.experiments().select(
            "path", "runs", "running", "finished", "failed", "killed", "last_activity_at"
        )

        assert counts.rows() == [("demo", 3, 1, 1, 1, 0, at(200)), ("demo/below", 1, 0, 1, 0, 0, at(60))]


class TestAnExperimentArgument:
    @pytest.mark.parametrize(
        ("path", "meant"),
        [
            ("fraud", ["deep", "other", "top"]),
            ("fraud/", ["deep", "other", "top"]),
            ("fraud/.", ["top"]),
            ("fraud/base", ["deep"]),
            ("fraud/base/.", ["deep"]),
            ("frau", []),
            ("", ["deep", "none", "other", "prefix", "top"]),
            ("/", ["deep", "none", "other", "prefix", "top"]),
            ("nothing", []),
            ("fraud[", []),
        ],
    )
    def test_means_its_subtree_unless_it_ends_in_a_dot(self, path: str, meant: list[str]) -> None:
        lake = a_lake(
            a_run("top", experiment="fraud"),
            a_run("deep", experiment="fraud/base"),
            a_run("other", experiment="fraud/tuned"),
            a_run("prefix", experiment="fraudulent"),
            a_run("none", experiment=None),
        )

        assert lake.runs(experiment=path, order_by="run_id")["run_id"].to_list() == meant
