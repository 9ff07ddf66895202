from __future__ import annotations

import math

from builders import Logged, a_lake, a_run, at


class TestPoints:
    def test_are_sorted_and_kept_as_logged(self) -> None:
        loss = [(2, 0.5), (0, math.nan), (0.5, math.inf), (2, 0.4)]
        lake = a_lake(a_run("run-2", metrics={"loss": loss, "f1": [1.0]}), a_run("run-1", metrics={"loss": [7.0]}))

        points = lake.metrics()

        assert points.columns == ["run_id", "key", "step", "ts", "value"]
        assert repr(points.rows()) == repr(
            [
                ("run-1", "loss", 0.0, at(0), 7.0),
                ("run-2", "f1", 0.0, at(0), 1.0),
                ("run-2", "loss", 0.0, at(1), math.nan),
                ("run-2", "loss", 0.5, at(2), math.inf),
                ("run-2", "loss", 2.0, at(0), 0.5),
                ("run-2", "loss", 2.0, at(3), 0.4),
            ]
        ).replace("datetime.timezone.utc", "zoneinfo.ZoneInfo(key='UTC')")

    def test_are_read_for_the_runs_and_keys_asked_for(self) -> None:
        lake = a_lake(*(a_run(f"run-{i}", metrics={"a": [1.0], "b": [2.0]}) for i in range(3)))

        assert lake.metrics(["run-2"], ["b"]).select("run_id", "key").rows() == [("run-2", "b")]
        assert lake.metrics("run-2", "b").height == 1
        assert lake.metrics(keys="a").height == 3
        assert lake.metrics([]).is_empty()

    def test_of_a_run_that_is_not_known_yet_are_hidden(self) -> None:
        early = Logged().add("metrics", run_id="soon", key="loss", step=0.0, value=1.0)

        assert a_lake(early, a_run()).metrics().is_empty()
        assert a_lake(early, a_run()).metrics("soon").is_empty()
        assert a_lake(early, a_run()).runs()["run_id"].to_list() == ["run-1"]


class TestOtherValues:
    def test_are_json_by_step(self) -> None:
        logged = a_run()
        for step, value in enumerate(['"text"', "true"]):
            logged.add("values", run_id="run-1", key="note", step=float(step), type="str", value=value, at=step)

        assert a_lake(logged).values("run-1", "note").select("step", "type", "value").rows() == [
            (0.0, "str", '"text"'),
            (1.0, "str", "true"),
        ]


class TestSamples:
    def test_are_sorted_by_time(self) -> None:
        logged = a_run()
        for second, key in ((3, "cpu"), (1, "cpu"), (2, "rss")):
            logged.add("system_metrics", run_id="run-1", key=key, value=float(second), at=second)

        assert a_lake(logged).system_metrics("run-1").select("key", "value").rows() == [
            ("cpu", 1.0),
            ("cpu", 3.0),
            ("rss", 2.0),
        ]
        assert a_lake(logged).system_metrics(keys=["rss"])["value"].to_list() == [2.0]


class TestConsole:
    def test_keeps_the_lines_of_a_process_in_order_though_its_clock_went_back(self) -> None:
        logged = a_run()
        for second, text in ((5, "one"), (2, "two"), (6, "four")):
            logged.add("console", run_id="run-1", stream="stdout", text=text, at=second)
        logged.add("console", run_id="run-1", stream="stderr", text="three", at=5.5, writer="w2")

        assert a_lake(logged).console("run-1")["text"].to_list() == ["one", "two", "three", "four"]
        assert a_lake(logged).console("run-2").is_empty()
