from __future__ import annotations

from builders import Logged, a_lake, a_run


class TestParameters:
    def test_are_text_with_their_number_and_type(self) -> None:
        lake = a_lake(a_run(params={"lr": 0.1, "n": 3, "model": "rf", "flag": True, "none": None}))

        assert lake.params().rows() == [
            ("run-1", "flag", "true", None, "bool"),
            ("run-1", "lr", "0.1", 0.1, "float"),
            ("run-1", "model", "rf", None, "str"),
            ("run-1", "n", "3", 3.0, "int"),
            ("run-1", "none", "null", None, "null"),
        ]
        assert lake.params().columns == ["run_id", "key", "value", "value_num", "type"]

    def test_are_what_they_were_overwritten_with(self) -> None:
        newer = Logged().add(
            "params", run_id="run-1", key="lr", value="0.2", value_num=0.2, type="float", at=9, writer="z"
        )

        lake = a_lake(a_run(params={"lr": 0.1, "n": 3}), newer)

        assert lake.params(["run-1"])["value"].to_list() == ["0.2", "3"]
        assert lake.runs(columns=["params.*"]).row(0) == ("0.2", "3")

    def test_are_read_for_one_run_or_several(self) -> None:
        lake = a_lake(*(a_run(f"run-{i}", params={"i": i}) for i in range(3)))

        assert lake.params("run-1")["value"].to_list() == ["1"]
        assert lake.params(["run-2", "run-0", "run-9"])["value"].to_list() == ["0", "2"]
        assert lake.params([]).is_empty()
        assert lake.params().height == 3


class TestTags:
    def test_have_no_one_or_several_values(self) -> None:
        lake = a_lake(a_run(tags={"starred": [], "stage": ["dev"], "team": ["b", "a"]}))

        assert lake.tags().rows() == [
            ("run-1", "stage", ["dev"]),
            ("run-1", "starred", []),
            ("run-1", "team", ["b", "a"]),
        ]

    def test_go_and_come_back(self) -> None:
        gone = Logged().add("tags", run_id="run-1", key="stage", values=[], removed=True, at=10, writer="cli")
        back = Logged().add(
            "tags", run_id="run-1", key="stage", values=["prod"], removed=False, at=20, writer="cli", seq=1
        )
        run = a_run(tags={"stage": ["dev"]})

        assert a_lake(run, gone).tags().is_empty()
        assert a_lake(run, gone).keys().tags == ()
        assert a_lake(run, gone, back).tags()["values"].to_list() == [["prod"]]


class TestResults:
    def test_are_the_newest_of_each_key(self) -> None:
        again = Logged().add(
            "summaries", run_id="run-1", key="auc", explicit=True, value="good", type="str", at=10, writer="z"
        )

        lake = a_lake(a_run(results={"auc": 0.5, "n": 3}, metrics={"auc": [0.1]}), again)

        assert lake.results().drop("ts").rows() == [
            ("run-1", "auc", "good", None, "str"),
            ("run-1", "n", "3", 3.0, "int"),
        ]
