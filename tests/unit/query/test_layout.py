from __future__ import annotations

import math

import polars as pl
import pytest

from builders import a_lake, a_run
from runlake.errors import InvalidType, InvalidValue
from runlake.query.headers import BASE

RICH = a_run(
    params={"model": "rf", "lr": 0.1, "depth": 10},
    metrics={"loss": [2.0, 1.0], "f1": [math.nan]},
    results={"auc": 0.5, "verdict": "good"},
    tags={"team": ["a", "b"], "starred": []},
)
PLAIN = a_run("run-2", started=-10, params={"lr": "auto"}, results={"auc": 0.7})


class TestTheRunTable:
    def test_has_the_columns_of_the_contract(self) -> None:
        frame = a_lake(RICH, PLAIN).runs()

        time = pl.Datetime("us", "UTC")
        assert list(frame.schema.items()) == [
            *zip(BASE, [pl.String] * 5 + [time] * 2 + [pl.Float64], strict=True),
            ("params.depth", pl.String),
            ("params.lr", pl.String),
            ("params.model", pl.String),
            ("metrics.f1", pl.Float64),
            ("metrics.loss", pl.Float64),
            ("summary.auc", pl.Float64),
            ("summary.verdict", pl.String),
            ("tags.starred", pl.String),
            ("tags.team", pl.String),
        ]
        assert repr(frame.drop(BASE).rows()) == repr(
            [("10", "0.1", "rf", math.nan, 1.0, 0.5, "good", "", "a, b"), (None, "auto", *[None] * 3, 0.7, *[None] * 3)]
        )

    def test_shows_the_keys_of_its_rows_and_those_that_the_question_names(self) -> None:
        lake = a_lake(RICH, PLAIN)

        assert lake.runs(where="name = 'run-2'").columns == [*BASE, "params.lr", "summary.auc"]
        assert lake.runs(where="metrics.nope.min > 1 or tags.team = 'z'").columns == [
            *BASE,
            "metrics.nope",
            "tags.team",
        ]

    def test_has_a_column_of_text_where_some_result_of_the_snapshot_is_none(self) -> None:
        mixed = a_run("run-3", results={"auc": "n/a"}, started=-20)

        frame = a_lake(RICH, PLAIN, mixed).runs(where="run_id != 'run-3'", columns=["summary.auc"])

        assert frame["summary.auc"].to_list() == ["0.5", "0.7"]

    def test_of_an_empty_store_has_the_base_columns(self) -> None:
        frame = a_lake().runs()

        assert (frame.columns, frame.height) == ([*BASE], 0)

    def test_keeps_awkward_keys_apart(self) -> None:
        keys = {"_row": [1.0], "run_id": [2.0], "a.b": [3.0], "ünï/☃": [4.0], "loss": [9.0, 8.0], "loss.min": [5.0]}

        frame = a_lake(a_run(metrics=keys)).runs()

        assert frame.select(pl.col("^metrics.*$")).row(0, named=True) == {
            "metrics._row": 1.0,
            "metrics.a.b": 3.0,
            "metrics.loss": 8.0,
            "metrics.loss.min": 5.0,
            "metrics.run_id": 2.0,
            "metrics.ünï/☃": 4.0,
        }


class TestChosenColumns:
    def test_stand_in_the_order_asked_for(self) -> None:
        frame = a_lake(RICH, PLAIN).runs(
            columns=["metrics.loss.max", "tags.*", "name", "git_commit", "params.lr", "name"]
        )

        assert frame.columns == ["metrics.loss.max", "tags.starred", "tags.team", "name", "git_commit", "params.lr"]
        assert frame["metrics.loss.max"].to_list() == [2.0, None]

    def test_may_be_one_group_with_nothing_in_it(self) -> None:
        assert a_lake(PLAIN).runs(columns=["metrics.*"]).width == 0

    def test_prefer_a_key_of_that_very_name(self) -> None:
        lake = a_lake(a_run(metrics={"loss": [9.0, 8.0], "loss.max": [5.0]}))

        assert lake.runs(columns=["metrics.loss.max", "metrics.loss.min"]).rows() == [(5.0, 8.0)]

    @pytest.mark.parametrize("limit", [1, 2, 12])
    def test_are_the_same_for_a_few_runs_as_for_all(self, limit: int) -> None:
        some = [RICH if n == 3 else PLAIN if n == 4 else None for n in range(12)]
        lake = a_lake(
            *(
                one or a_run(f"run-{n}", started=-n, params={"lr": n}, tags={"n": str(n)})
                for n, one in enumerate(some, 10)
            )
        )
        names = [
            "name",
            "params.lr",
            "metrics.loss",
            "metrics.loss.min",
            "metrics.f1",
            "summary.auc",
            "tags.n",
            "tags.team",
        ]

        whole = lake.runs(columns=names, order_by="params.lr desc, name")
        few = lake.runs(columns=names, order_by="params.lr desc, name", limit=limit)

        assert repr(few.rows()) == repr(whole.head(limit).rows())
        assert few.schema == whole.schema

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("metrics.los", "columns: expected a column such as 'metrics.loss'"),
            ("metric.loss", "columns: expected a column such as 'metrics.loss'"),
            ("stauts", "columns: expected a column such as 'status'"),
            ("params.loss", "columns: expected a column such as"),
            ("qqqqq", "columns: expected a column of the run table or 'metrics.*', but got 'qqqqq'"),
            ("_row", "columns: expected a column"),
            ("", "columns: expected a column"),
        ],
    )
    def test_that_are_unknown_are_refused_with_what_comes_close(self, name: str, said: str) -> None:
        with pytest.raises(InvalidValue) as raised:
            a_lake(RICH).runs(columns=["name", name])

        assert str(raised.value).startswith(said)

    def test_must_be_a_list(self) -> None:
        with pytest.raises(InvalidType, match="columns: expected a list of names"):
            a_lake(RICH).runs(columns="name")
