from __future__ import annotations

from builders import a_lake, a_run
from runlake.query import Keys


class TestKeys:
    def test_are_all_that_the_snapshot_knows_sorted(self) -> None:
        lake = a_lake(
            a_run(params={"b": 1, "a": 2}, metrics={"loss": [1.0]}, tags={"team": ["x"]}),
            a_run("run-2", params={"ünï": 1}, results={"auc": 1.0}, datasets={"train": "v1"}, deleted=True),
        )

        assert lake.keys() == Keys(("loss",), ("a", "b", "ünï"), ("team",), ("auc",), ("train",))

    def test_of_an_empty_store_are_none(self) -> None:
        assert a_lake().keys() == Keys((), (), (), (), ())
