from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl
import pytest

import runlake
from builders import a_run
from runlake.cli.runs import leading, listed, nothing, table
from unit.cli.lab import a_lake

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.lab import Shell

HOSTILE = "\x1b[31m\u202egnp\nx"


def log_two(store: str) -> tuple[str, str]:
    """One good run, and one with a hostile name and a NaN."""
    ids = []
    for experiment, name, loss in (("fraud/base", "rf", 0.25), ("fraud/tuned", "=HYPERLINK(1)", math.nan)):
        with runlake.start_run(
            experiment, name, params={"lr": -0.5}, tags={"s": ["a", "b"]}, store=store, capture=False
        ) as run:
            run.log({"loss": loss})
        ids.append(run.id)
    runlake.open_lake(store)  # brings them into the tables, which is all that --as-of looks at
    return ids[0], ids[1]


class TestForPeople:
    RUNS = (
        a_run("01a2-0001", name="rf", experiment="fraud", params={"depth": 3}, metrics={"f1": [0.5, 0.75]}, seconds=75),
        a_run("01a2-0002", name=HOSTILE, experiment="fraud", started=60, status="running", tags={"stage": ["dev"]}),
    )

    def test_it_is_a_table_with_the_newest_first(self) -> None:
        assert table(a_lake(*self.RUNS).runs(), None).splitlines() == [
            "run       name                  status    started            duration    user  metrics.f1  "
            "params.depth  tags.stage  experiment",
            "1a2-0002  \\x1b[31m\\u202egnp\\nx  running   2026-01-31 12:01Z              ada               "
            "              dev         fraud",
            "1a2-0001  rf                    finished  2026-01-31 12:00Z  1 min 15 s  ada         0.75  3"
            "                         fraud",
        ]

    def test_a_narrow_terminal_gets_fewer_columns(self) -> None:
        assert table(a_lake(*self.RUNS).runs(), 63).splitlines() == [
            "run       name          status    started            duration",
            "1a2-0002  \\x1b[31m\\u2…  running   2026-01-31 12:01Z",
            "1a2-0001  rf            finished  2026-01-31 12:00Z  1 min 15 s",
            '(5 more columns; choose with --columns, such as "name,metrics.*", or use --format csv)',
        ]

    @pytest.mark.parametrize(
        ("order_by", "where", "first"),
        [
            (None, None, ["metrics.val/f1"]),
            ("metrics.f1.max desc", None, ["metrics.f1"]),
            (None, "params.depth > 2", ["params.depth", "metrics.val/f1"]),
            ("metrics.none", "status = 'finished'", ["metrics.val/f1"]),
        ],
    )
    def test_what_runs_are_chosen_by_stands_first(
        self, order_by: str | None, where: str | None, first: list[str]
    ) -> None:
        lake = a_lake(a_run("01a2-0001", params={"depth": 3}, metrics={"f1": [0.5], "a": [1], "val/f1": [0.4]}))

        assert leading(lake, lake.runs(), order_by, where) == first

    def test_a_time_before_the_first_commit_is_said_to_be_one(self, shell: Shell, store: str) -> None:
        log_two(store)

        said = shell("runs", "--as-of", "2020-01-01").out
        assert said.startswith("no runs: the store's first commit is of ")
        assert said.endswith("Z, after 2020-01-01 00:00:00Z\n")

    def test_what_they_are_ordered_by_is_shown_and_not_the_last_value(self, shell: Shell, store: str) -> None:
        for losses in ([0.9, 0.1], [0.5, 0.2]):
            with runlake.start_run("fraud", store=store, capture=False) as run:
                for loss in losses:
                    run.log({"loss": loss})
        said = shell("runs", "--order-by", "metrics.loss.max desc", "--where", "metrics.loss.min < 1").out

        heading, first, second = said.splitlines()
        assert "metrics.loss.max  metrics.loss.min" in heading
        assert ("0.9" in first.split(), "0.5" in second.split()) == (True, True)

    def test_an_80_column_terminal_shows_a_metric_of_forty_columns(self) -> None:
        params = {f"option_{i}": i for i in range(40)}
        lake = a_lake(
            a_run("01a2-0001", name="forest_seed_1", experiment="fraud/baseline", params=params, metrics={"f1": [0.5]}),
            a_run("01a2-0002", name="forest_seed_2", experiment="fraud/tuning", params=params, metrics={"f1": [0.6]}),
        )
        frame = lake.runs()

        lines = table(frame, 80, leading=leading(lake, frame, None, None)).splitlines()
        assert lines[0].split() == ["run", "name", "experiment", "status", "metrics.f1", "started"]
        assert max(len(line) for line in lines[:-1]) <= 80

    def test_chosen_columns_keep_their_order(self) -> None:
        frame = a_lake(*self.RUNS).runs(columns=["metrics.f1", "run_id"])

        assert table(frame, None, as_asked=True) == "metrics.f1  run\n            1a2-0002\n      0.75  1a2-0001"

    def test_no_run_is_a_sentence(self) -> None:
        assert table(a_lake().runs(), None) == "no runs"

    def test_no_run_says_what_the_store_does_not_have(self) -> None:
        lake = a_lake(a_run("01a2-0001", experiment="fraud/base", metrics={"val/f1": [0.5]}))

        assert nothing(a_lake(), experiment="fraud", where=None) == "no runs"
        assert nothing(lake, experiment="fraud", where="metrics.val/f1 > 1") == "no runs (of 1 in the store)"
        assert nothing(lake, experiment="frau/base", where="metrics.f1 > 1 or params.\"\u202ex\" = '1'") == (
            "no runs (of 1 in the store)\n"
            "no experiment 'frau/base'; did you mean fraud/base?\n"
            "no run has metrics.f1; did you mean val/f1?\n"
            "no run has params.\\u202ex"
        )


class TestJson:
    def test_is_one_document_with_everything(self, shell: Shell) -> None:
        first, second = log_two(shell.store)
        done = shell("runs", "--format", "json")
        rows = {row["run_id"]: row for row in done.data}

        assert (done.code, done.err) == (0, "")
        assert list(done.document) == ["schema", "snapshot", "data"]
        assert done.document["schema"] == "runlake.runs/1"
        assert done.document["snapshot"]["store"] == shell.store
        assert rows[second]["metrics.loss"] == "NaN"
        assert rows[first]["metrics.loss"] == 0.25
        assert rows[first]["params.lr"] == "-0.5"
        assert rows[first]["tags.s"] == "a, b"
        assert rows[first]["started_at"].endswith("Z")

    def test_of_no_run_is_good(self, shell: Shell) -> None:
        log_two(shell.store)
        done = shell("runs", "--where", "name = 'nope'", "--format", "json")

        assert (done.code, done.data) == (0, [])


class TestCsv:
    def test_runs_nothing_in_a_spreadsheet(self, shell: Shell) -> None:
        log_two(shell.store)
        done = shell("runs", "--columns", "name,params.lr,metrics.loss", "--order-by", "name", "--format", "csv")

        assert done.out == "name,params.lr,metrics.loss\n'=HYPERLINK(1),-0.5,NaN\nrf,-0.5,0.25\n"


class TestParquet:
    def test_goes_into_a_file(self, shell: Shell, tmp_path: Path) -> None:
        log_two(shell.store)
        done = shell("runs", "--format", "parquet", "-o", str(tmp_path / "runs.parquet"))

        assert (done.code, done.out) == (0, "")
        assert pl.read_parquet(tmp_path / "runs.parquet").equals(runlake.open_lake(shell.store).runs())


class TestChoosing:
    @pytest.mark.parametrize(
        ("words", "names"),
        [
            (["fraud"], ["=HYPERLINK(1)", "rf"]),
            (["fraud/base"], ["rf"]),
            (["fraud/."], []),
            (["--where", "metrics.loss < 1"], ["rf"]),
            (["--where", "name = 'rf'"], ["rf"]),
            (["--limit", "1"], ["=HYPERLINK(1)"]),
            (["--order-by", "name desc"], ["rf", "=HYPERLINK(1)"]),
            (["--as-of", "-1d"], []),
        ],
    )
    def test_gives_these(self, shell: Shell, words: list[str], names: list[str]) -> None:
        log_two(shell.store)
        order = [] if "--order-by" in words else ["--order-by", "started_at desc"]

        assert [r["name"] for r in shell("runs", *words, *order, "--format", "json").data] == names

    def test_deleted_runs_only_when_asked(self, shell: Shell) -> None:
        first, _ = log_two(shell.store)
        shell("delete", first)

        assert shell("runs", "--columns", "name", "--format", "csv").out == "name\n'=HYPERLINK(1)\n"
        assert shell("runs", "--deleted", "--columns", "name", "--order-by", "name", "--format", "csv").out == (
            "name\n'=HYPERLINK(1)\nrf\n"
        )


class TestAMistake:
    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--where", "metrics.loss >"], "runlake: expected a number:\n  metrics.loss >\n                ^\n"),
            (["--columns", "nope"], "columns: expected"),
            (["--as-of", "yesterday"], "as_of: expected"),
            (["--limit", "-1"], "--limit"),
            (["--format", "xml"], "--format: expected table, json, csv or parquet, but got 'xml'"),
            (["--format", "csv", "-o", "/no/such/folder/x.csv"], "expected a file in a folder that is there"),
        ],
    )
    def test_is_wrong_usage(self, shell: Shell, words: list[str], message: str) -> None:
        log_two(shell.store)
        done = shell("runs", *words)

        assert (done.code, done.out) == (2, "")
        assert message in done.err

    def test_no_store_is_wrong_usage(self, shell: Shell) -> None:
        done = shell("runs")

        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"runlake: no store '{shell.store}'; log a run into it first")


class TestAListOfColumns:
    def test_is_split_at_commas_outside_of_quotes(self) -> None:
        assert listed('name, "metrics.a,b" ,`params.c,d`,,x') == ["name", "metrics.a,b", "params.c,d", "x"]
