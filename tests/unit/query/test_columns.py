from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from builders import Logged, a_lake, a_run
from runlake.ids import experiment_id
from runlake.query.columns import best, with_fields
from runlake.query.expression import Field, FieldKind


def declared(**fields: object) -> Logged:
    return Logged().add("experiments", at=900, writer="cli", experiment_id=experiment_id("demo"), **fields)


class TestAField:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            (Field(FieldKind.ATTRIBUTE, "git_branch"), "main"),
            (Field(FieldKind.METRIC, "loss"), 2.0),
            (Field(FieldKind.METRIC, "loss", "min"), 1.0),
            (Field(FieldKind.METRIC, "loss", "max"), 3.0),
            (Field(FieldKind.METRIC, "loss", "first"), 3.0),
            (Field(FieldKind.METRIC, "loss", "mean"), 2.0),
            (Field(FieldKind.METRIC, "loss", "count"), 3),
            (Field(FieldKind.METRIC, "loss", "best"), None),
            (Field(FieldKind.METRIC, "none"), None),
            (Field(FieldKind.PARAM, "lr"), "0.1"),
            (Field(FieldKind.PARAM, "lr", "num"), 0.1),
            (Field(FieldKind.SUMMARY, "acc"), "0.9"),
            (Field(FieldKind.SUMMARY, "acc", "num"), 0.9),
            (Field(FieldKind.TAG, "team"), ["a", "b"]),
            (Field(FieldKind.TAG, "none"), None),
            (Field(FieldKind.DATASET, "train", "version"), ["v1"]),
            (Field(FieldKind.DATASET, "train", "role"), ["train"]),
            (Field(FieldKind.DATASET, "none", "role"), None),
            (Field(FieldKind.DATASET, "", "name"), ["holdout", "train"]),
            (Field(FieldKind.DATASET, "", "version"), ["v2", "v1"]),
        ],
    )
    def test_is_a_column_of_its_own_name(self, field: Field, value: Any) -> None:
        lake = a_lake(
            a_run(
                git_branch="main",
                metrics={"loss": [3.0, 1.0, 2.0]},
                params={"lr": 0.1},
                results={"acc": 0.9},
                tags={"team": ["a", "b"]},
                datasets={"train": "v1", "holdout": "v2"},
            ),
            a_run("run-0"),
        )

        frame = with_fields(lake.folded, [field])

        assert frame.filter(pl.col("_row") == 1)[field.column].to_list() == [value]


class TestTheBestValue:
    @pytest.mark.parametrize(
        ("declaration", "value"),
        [
            ({"direction": "maximize"}, 3.0),
            ({"direction": "minimize"}, 1.0),
            ({"direction": "minimize", "primary_metric": "loss"}, 1.0),
            ({"direction": "maximize", "primary_metric": "f1"}, None),
            ({"primary_metric": "loss"}, None),
        ],
    )
    def test_follows_what_the_experiment_declares_for_that_metric(
        self, declaration: dict[str, str], value: object
    ) -> None:
        lake = a_lake(a_run(metrics={"loss": [3.0, 1.0, math.nan]}), declared(**declaration))

        assert best(lake.folded, "loss").to_list() == [value]

    def test_differs_by_experiment(self) -> None:
        loss = {"loss": [3.0, 1.0]}
        lake = a_lake(
            a_run(metrics=loss), a_run("run-2", experiment="else", metrics=loss), declared(direction="minimize")
        )

        assert best(lake.folded, "loss").to_list() == [1.0, None]
