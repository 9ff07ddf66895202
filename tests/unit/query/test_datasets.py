from __future__ import annotations

from builders import a_lake, a_run


class TestDataSets:
    def test_are_listed_once_per_version_and_role(self) -> None:
        logged = a_run(datasets={"train": "v1", "holdout": "v1"})
        use = {"run_id": "run-1", "subject": "run:run-1", "predicate": "used_dataset", "object": "dataset:train"}
        logged.add("links", **use, version="v1", role="train", at=5)
        logged.add("links", **use, version="v2", role="train", at=6)
        logged.add("links", **use, version=None, role="validation", at=7)
        logged.add("links", run_id="run-1", subject="run:run-1", predicate="forked_from", object="run:run-0")

        lake = a_lake(logged, a_run("run-2"))

        assert lake.datasets("run-1").drop("attributes", "ts").rows() == [
            ("run-1", "holdout", "v1", "train"),
            ("run-1", "train", "v1", "train"),
            ("run-1", "train", "v2", "train"),
            ("run-1", "train", None, "validation"),
        ]
        assert lake.folded.datasets.column("train", "version").to_list() == [["v1", "v2"], None]
        assert lake.folded.datasets.column("train", "role").to_list() == [["train", "validation"], None]
        assert lake.keys().datasets == ("holdout", "train")
