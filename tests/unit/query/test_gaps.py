from __future__ import annotations

import json
import math
from typing import Any

import pytest

from builders import Logged, a_lake, a_run
from runlake.errors import InvalidValue
from runlake.ids import experiment_id
from runlake.query import Keys, Lake


def declares(path: str, splits: Any) -> Logged:
    text = splits if isinstance(splits, str) else json.dumps(splits)
    return Logged().add("experiments", experiment_id=experiment_id(path), splits=text, at=1000.0, writer="cli")


def gaps(lake: Lake, metric: str = "loss") -> dict[str, float | None]:
    return dict(lake.runs(columns=["run_id", f"metrics.{metric}.gap"]).iter_rows())


def two(run_id: str, train: float, validation: float, **more: Any) -> Logged:
    return a_run(run_id, metrics={"train/loss": [9.0, train], "val_loss": [9.0, validation]}, **more)


class TestTheGap:
    def test_is_the_last_on_validation_minus_the_last_on_train(self) -> None:
        assert gaps(a_lake(two("a", 0.25, 0.75), two("b", 0.5, 0.25))) == {"a": 0.5, "b": -0.25}

    def test_is_missing_where_one_split_is(self) -> None:
        lake = a_lake(two("a", 0.25, 0.75), a_run("b", metrics={"train/loss": [1.0]}), a_run("c"))

        assert gaps(lake) == {"a": 0.5, "b": None, "c": None}

    def test_is_nan_where_a_value_is(self) -> None:
        assert math.isnan(gaps(a_lake(two("a", 0.25, math.nan)))["a"] or 0.0)

    def test_takes_the_first_key_that_a_run_has(self) -> None:
        lake = a_lake(two("a", 0.25, 0.75), a_run("b", metrics={"train_loss": [1.0], "valid/loss": [3.0]}))

        assert gaps(lake) == {"a": 0.5, "b": 2.0}

    def test_follows_what_each_experiment_declares(self) -> None:
        kept = a_run("a", experiment="keras", metrics={"loss": [1.0], "val_loss": [4.0]})
        other = a_run("b", experiment="other", metrics={"loss": [1.0], "val_loss": [4.0]})
        lake = a_lake(kept, other, two("c", 0.25, 0.75), declares("keras", {"loss": ["loss", "train"]}))

        assert gaps(lake) == {"a": 3.0, "b": None, "c": 0.5}

    def test_is_gone_where_a_declaration_says_that_there_is_no_split(self) -> None:
        lake = a_lake(two("a", 0.25, 0.75), two("b", 0.25, 0.75, experiment="x"), declares("x", {"val_loss": None}))

        assert gaps(lake) == {"a": 0.5, "b": None}

    @pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
    def test_passes_over_a_declaration_that_is_none(self, text: str) -> None:
        assert gaps(a_lake(two("a", 0.25, 0.75), declares("demo", text))) == {"a": 0.5}

    def test_can_be_filtered_and_sorted_by(self) -> None:
        lake = a_lake(*(two(name, 0.0, gap) for name, gap in (("a", 0.1), ("b", 0.3), ("c", 0.2))))

        found = lake.runs("metrics.loss.gap > 0.15", order_by="metrics.loss.gap desc", columns=["run_id"])
        assert found["run_id"].to_list() == ["b", "c"]
        assert lake.runs("metrics.loss.gap IS NULL").is_empty()

    def test_of_a_metric_with_a_dot_is_quoted(self) -> None:
        lake = a_lake(a_run("a", metrics={"train/l.1": [1.0], "val/l.1": [3.0]}))

        assert lake.runs('metrics."l.1".gap = 2', columns=["run_id", "metrics.l.1.gap"]).rows() == [("a", 2.0)]

    def test_gives_way_to_a_series_of_that_very_name(self) -> None:
        metrics = {"train/loss": [0.0], "val/loss": [1.0], "loss.gap": [7.0]}

        assert gaps(a_lake(a_run("a", metrics=metrics))) == {"a": 7.0}

    def test_of_a_metric_without_splits_is_no_column(self) -> None:
        with pytest.raises(InvalidValue, match="columns"):
            gaps(a_lake(a_run("a", metrics={"loss": [1.0]})))

    def test_of_a_metric_that_no_run_has_fits_nothing(self) -> None:
        lake = a_lake(two("a", 0.25, 0.75), two("b", 0.25, 0.75))

        assert lake.runs("metrics.nothing.gap > 0").is_empty()
        assert lake.runs("metrics.nothing.gap IS NULL").height == 2

    def test_is_among_the_keys(self) -> None:
        lake = a_lake(two("a", 0.25, 0.75), a_run("b", metrics={"lr": [1.0]}))

        assert lake.keys() == Keys(("lr", "train/loss", "val_loss"), (), (), (), (), ("loss",))
