from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

import runlake
from builders import a_run
from runlake.cli.compare import Line, _text, lines
from unit.cli.lab import a_lake

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.lab import Shell

A = a_run(
    "01a2b3c4-000a",
    name="rf",
    experiment="fraud",
    params={"depth": 3, "lr": 0.1},
    metrics={"f1": [0.5], "nan": [float("nan")]},
    tags={"stage": ["dev"]},
    datasets={"cards": "v1"},
)
B = a_run(
    "01a2b3c4-000b",
    name="gb",
    experiment="fraud",
    params={"depth": 4, "lr": 0.1, "rounds": 9},
    metrics={"f1": [0.75], "nan": [float("nan")]},
    tags={"stage": ["dev"]},
    datasets={"cards": "v2"},
)
IDS = ("01a2b3c4-000a", "01a2b3c4-000b")


class TestForPeople:
    def test_what_differs_stands_side_by_side(self) -> None:
        every = lines(a_lake(A, B), IDS)

        assert _text([line for line in every if line.differs], every, IDS, None) == (
            "                3c4-000a rf  3c4-000b gb\n"
            "name            rf           gb\n"
            "params.depth    3            4\n"
            "params.rounds   -            9\n"
            "metrics.f1      0.5          0.75\n"
            "datasets.cards  v1 (train)   v2 (train)\n"
            "(the same in all runs: 8 facts; --all shows them)"
        )

    def test_a_narrow_terminal_gets_the_runs_in_blocks_with_whole_keys(self) -> None:
        every = [Line("metrics", "validation/accuracy_top_5", (0.5, 0.25)), Line("run", "name", ("rf", "gb"))]

        assert _text(every, every, IDS, 60).splitlines() == [
            "                                   3c4-000a rf",
            "metrics.validation/accuracy_top_5  0.5",
            "name                               rf",
            "",
            "                                   3c4-000b gb",
            "metrics.validation/accuracy_top_5  0.25",
            "name                               gb",
        ]

    def test_no_difference_is_a_sentence(self) -> None:
        assert _text([], [Line("run", "name", ("rf", "rf"))], IDS, None) == (
            "no difference\n(the same in all runs: 1 fact; --all shows them)"
        )


class TestAFact:
    def test_that_is_nan_in_both_does_not_differ(self) -> None:
        assert not Line("metrics", "x", (float("nan"), float("nan"))).differs

    def test_that_one_run_lacks_differs(self) -> None:
        assert Line("params", "x", ("1", None)).differs


class TestTheCommand:
    def log(self, store: str) -> tuple[str, str]:
        ids = []
        for name, depth in (("rf", 3), ("gb", 4)):
            with runlake.start_run("fraud", name, params={"depth": depth}, store=store, capture=False) as run:
                run.log({"f1": depth / 8})
            ids.append(run.id)
        return ids[0], ids[1]

    def test_is_good_where_runs_differ(self, shell: Shell) -> None:
        a, b = self.log(shell.store)
        done = shell("compare", "fraud:rf", "fraud:gb", "--format", "json")
        found = {f"{line['kind']}.{line['key']}": line["values"] for line in done.data}

        assert (done.code, done.document["schema"]) == (0, "runlake.compare/1")
        assert found["params.depth"] == {a: "3", b: "4"}
        assert found["metrics.f1"] == {a: 0.375, b: 0.5}
        assert {line["differs"] for line in done.data} == {True}

    def test_shows_what_is_the_same_when_asked(self, shell: Shell) -> None:
        a, b = self.log(shell.store)
        found = {
            f"{line['kind']}.{line['key']}": line for line in shell("compare", a, b, "--all", "--format", "json").data
        }

        assert found["run.status"] == {
            "kind": "run",
            "key": "status",
            "differs": False,
            "values": {a: "finished", b: "finished"},
        }

    def test_writes_one_column_a_run(self, shell: Shell, tmp_path: Path) -> None:
        a, b = self.log(shell.store)
        shell("compare", a, b, "--format", "parquet", "-o", str(tmp_path / "c.parquet"))
        frame = pl.read_parquet(tmp_path / "c.parquet")

        assert frame.columns == ["kind", "key", a, b]
        assert ("params", "depth", "3", "4") in frame.rows()

    def test_of_one_run_is_wrong_usage(self, shell: Shell) -> None:
        a, _ = self.log(shell.store)
        done = shell("compare", a, "fraud:rf")

        assert (done.code, done.out) == (2, "")
        assert "at least two different runs" in done.err
