from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

import runlake
from builders import a_run
from runlake.cli.grouping import table, told
from runlake.query.varying import Varying
from unit.cli.lab import a_lake

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.lab import Shell

RUNS = (
    a_run("a", params={"lr": 0.5}, metrics={"f1": [0.25]}),
    a_run("b", params={"lr": 0.5}, metrics={"f1": [0.75]}, status="failed"),
    a_run("c", params={"lr": "\x1b[31m"}, metrics={"f1": [1.0]}),
)


def log_seeds(store: str) -> None:
    for lr in (0.1, 0.2):
        for seed in range(3):
            params = {"lr": lr, "seed": seed, "out,dir": f"/tmp/{lr}/{seed}"}
            with runlake.start_run("fraud", params=params, store=store, capture=False) as run:
                if (lr, seed) != (0.1, 0):
                    run.log({"f1": lr + seed / 10})
    runlake.open_lake(store)


class TestForPeople:
    def test_it_is_a_table_with_n_mean_interval_and_spread(self) -> None:
        found = a_lake(*RUNS).grouped(["params.lr"], ["metrics.f1"])

        assert table(found, None).splitlines() == [
            "params.lr  n  failed  mean(metrics.f1)   ± 95 %        sd  median   min   max",
            "0.5        2       1               0.5  3.17655  0.353553     0.5  0.25  0.75",
            "\\x1b[31m   1       0                 1                          1     1     1",
        ]

    def test_what_keeps_groups_from_forming_is_named_with_what_to_type(self) -> None:
        found = Varying(keys=("params.lr", "params.a,b"), seeds=("params.seed",), own=("params.a,b",))

        assert told(found, ["params.lr", "params.a,b"]) == [
            "left out as seeds: params.seed",
            'each run has its own params.a,b: --leave-out "params.a,b" lets groups form',
        ]
        assert told(found, ["params.lr"]) == ["left out as seeds: params.seed"]


class TestOnAStore:
    def test_groups_by_all_but_the_seed(self, shell: Shell, store: str) -> None:
        log_seeds(store)
        done = shell("runs", "--group-by", "all-but-seed", "--leave-out", '"params.out,dir"', "--order-by", "params.lr")

        assert done.code == 0
        assert [line.split()[:2] for line in done.out.splitlines()[1:3]] == [["0.1", "3"], ["0.2", "3"]]
        assert done.out.splitlines()[3:] == [
            "not in the numbers of metrics.f1: 1 without a value, of 6 runs",
            "left out as seeds: params.seed",
        ]

    def test_says_what_to_leave_out(self, shell: Shell, store: str) -> None:
        log_seeds(store)

        said = shell("runs", "--group-by", "all-but-seed").out
        assert 'each run has its own params.out,dir: --leave-out "params.out,dir" lets groups form' in said

    def test_gives_programs_the_same_numbers_in_every_format(self, shell: Shell, store: str, tmp_path: Path) -> None:
        log_seeds(store)
        words = ("runs", "--group-by", "params.lr", "--columns", "metrics.f1")
        done = shell(*words, "--format", "json")
        target = tmp_path / "groups.parquet"
        shell(*words, "--format", "parquet", "-o", str(target))

        assert done.document["schema"] == "runlake.groups/1"
        assert [(row["params.lr"], row["n"], row["missing(metrics.f1)"]) for row in done.data] == [
            ("0.1", 3, 1),
            ("0.2", 3, 0),
        ]
        assert pl.read_parquet(target).to_dicts() == done.data

    def test_refuses_what_cannot_be_grouped_by(self, shell: Shell, store: str) -> None:
        log_seeds(store)
        done = shell("runs", "--group-by", "params.lrr")

        assert (done.code, done.out) == (2, "")
        assert "params.lr" in done.err
