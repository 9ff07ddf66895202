from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

import runlake

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.lab import Shell


def prepare(shell: Shell) -> None:
    runlake.start_run("fraud/base", "a", store=shell.store, capture=False).finish()
    shell(
        "experiments", "create", "fraud/tuning", "--owner", "ana", "--tag", "team=risk", "--tag", "flag",
        "--primary-metric", "f1", "--reducer", "max", "--direction", "maximize", "--description", "about",
    )  # fmt: skip


class TestListing:
    def test_shows_empty_ones_too(self, shell: Shell) -> None:
        prepare(shell)
        lines = shell("experiments", "list").out.splitlines()

        assert lines[0].split("  ")[0] == "experiment"
        assert [line.split()[:3] for line in lines[1:]] == [["fraud/base", "1", "0"], ["fraud/tuning", "0", "0"]]
        assert "maximize max f1  ana" in lines[2]

    def test_as_json_has_tags_as_an_object(self, shell: Shell) -> None:
        prepare(shell)
        done = shell("experiments", "list", "fraud/tuning", "--format", "json")

        assert done.document["schema"] == "runlake.experiments/1"
        assert [(e["path"], e["tags"], e["runs"]) for e in done.data] == [
            ("fraud/tuning", {"team": ["risk"], "flag": []}, 0)
        ]

    def test_leaves_archived_ones_out(self, shell: Shell, tmp_path: Path) -> None:
        prepare(shell)
        shell("experiments", "archive", "fraud/base")
        file = str(tmp_path / "e.parquet")
        shell("experiments", "list", "--archived", "--format", "parquet", "-o", file)

        assert [e["path"] for e in shell("experiments", "list", "--format", "json").data] == ["fraud/tuning"]
        assert pl.read_parquet(file)["path"].to_list() == ["fraud/base", "fraud/tuning"]

    def test_of_none_is_a_sentence(self, shell: Shell) -> None:
        prepare(shell)

        assert shell("experiments", "list", "other").out == "no experiments\n"


class TestSplits:
    def test_are_declared_as_they_are_written_and_listed_as_an_object(self, shell: Shell) -> None:
        prepare(shell)
        done = shell("experiments", "set", "fraud/base", "--split", "loss=loss@train", "--split", "val_cost=")

        assert done.code == 0
        assert shell("experiments", "list", "fraud/base", "--format", "json").data[0]["splits"] == {
            "loss": ["loss", "train"],
            "val_cost": None,
        }
        shell("experiments", "set", "fraud/base", "--split", "")
        assert shell("experiments", "list", "fraud/base", "--format", "json").data[0]["splits"] == {}

    def test_that_are_none_are_refused(self, shell: Shell) -> None:
        prepare(shell)
        done = shell("experiments", "set", "fraud/base", "--split", "loss")

        assert done.code == 2
        assert "key=metric@split" in done.err


class TestChanging:
    def test_says_what_moved(self, shell: Shell) -> None:
        prepare(shell)

        assert shell("experiments", "rename", "fraud", "risk").out == (
            "experiment fraud/base: path set to 'risk/base' (was 'fraud/base')\n"
            "experiment fraud/tuning: path set to 'risk/tuning' (was 'fraud/tuning')\n"
        )

    def test_each_verb_does_what_it_says(self, shell: Shell) -> None:
        prepare(shell)
        said = [
            shell("experiments", *words).out
            for words in (
                ["archive", "fraud"],
                ["restore", "fraud/tuning"],
                ["describe", "fraud/tuning", ""],
                ["set", "fraud/tuning", "--untag", "flag", "--tag", "team=ops", "--direction", "minimize"],
            )
        ]

        assert said == [
            "experiment fraud/base archived\nexperiment fraud/tuning archived\n",
            "experiment fraud/tuning restored\n",
            "experiment fraud/tuning: description removed (was 'about')\n",
            "experiment fraud/tuning: direction set to 'minimize' (was 'maximize')\n"
            "experiment fraud/tuning: tags set to team=ops (was flag, team=risk)\n",
        ]

    def test_what_is_taken_is_wrong_usage(self, shell: Shell) -> None:
        prepare(shell)
        done = shell("experiments", "create", "fraud/base")

        assert (done.code, done.out) == (2, "")
        assert done.err == "runlake: experiment: expected a path that is not taken, but got 'fraud/base'\n"
