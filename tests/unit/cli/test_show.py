from __future__ import annotations

from typing import TYPE_CHECKING

import runlake
from builders import a_run, at
from runlake.cli.show import _text, gathered
from unit.cli.lab import a_lake

if TYPE_CHECKING:
    from unit.cli.lab import Shell

RUN = a_run(
    "01a2b3c4-0001",
    name="rf \x1b[2J",
    experiment="fraud",
    params={"depth": 3, "model": "rf"},
    metrics={"loss": [0.5, 0.25, float("nan")]},
    tags={"stage": ["dev", "eu"], "flag": []},
    results={"best": 0.25},
    datasets={"cards": "abc"},
    artifacts={"model.bin": b"12345"},
    seconds=75,
    hypothesis="deeper is better",
)
CHILD = a_run("01a2b3c4-0002", name="fold 1", experiment="fraud", started=10, parent_run_id="01a2b3c4-0001")
SILENT = a_run("01a2b3c4-0003", name="silent", experiment="fraud", status="running")

SHOWN = """\
rf \\x1b[2J  3c4-0001

run id      01a2b3c4-0001
experiment  fraud
status      finished
user        ada
started at  2026-01-31 12:00:00Z
ended at    2026-01-31 12:01:15Z
duration    1 min 15 s
host        tower
hypothesis  deeper is better

tags (2)
key    values
flag
stage  dev, eu

params (2)
key    value  type
depth  3      int
model  rf     str

results (1)
key   value
best  0.25

metrics (1)
key   last  at step   min  max   mean  points  NaN
loss   NaN        2  0.25  0.5  0.375       3    1

datasets (1)
name   role   version
cards  train  abc

artifacts (1)
path       version  kind  size  sha256
model.bin        1  file  5 B   5994471abb01

nested runs (1)
run       name    status    started
3c4-0002  fold 1  finished  2026-01-31 12:00:10Z

events (1)
when                  who  what       reason
2026-01-31 12:00:00Z  ada  run.start"""


class TestForPeople:
    def test_everything_is_there_and_harmless(self) -> None:
        assert _text(gathered(a_lake(RUN, CHILD), "fraud:rf \x1b[2J"), None) == SHOWN

    def test_problems_come_first(self) -> None:
        text = _text(gathered(a_lake(SILENT, now=7200), "01a2b3c4-0003"), None)

        assert "problems\nThe run counts as running, but has been silent for 7,200 s.\n" in text

    def test_only_the_newest_events_are_listed(self) -> None:
        logged = a_run("01a2b3c4-0001")
        for i in range(14):
            logged.add("events", run_id="01a2b3c4-0001", event_id=f"e{i:02}", action="tag.set", target_id="x", at=at(i))
        text = _text(gathered(a_lake(logged), "01a2b3c4-0001"), None)

        assert "events (15, the newest 10)" in text
        assert text.count("tag.set") == 10

    def test_only_some_of_many_artifacts_are_listed_the_own_ones_first(self) -> None:
        captured = {f"runlake/untracked/{i:02}.py": b"x" for i in range(30)}
        text = _text(
            gathered(a_lake(a_run("01a2b3c4-0001", artifacts={**captured, "zoo.bin": b"1"})), "01a2b3c4-0001"), None
        )

        assert "artifacts (31, 20 of them here; --format json has all)\npath " in text
        assert (text.count("zoo.bin"), text.count("runlake/untracked/")) == (1, 19)


class TestJson:
    def test_holds_everything(self, shell: Shell) -> None:
        with runlake.start_run("fraud", "rf", params={"depth": 3}, store=shell.store, capture=False) as run:
            run.log({"loss": 0.5})
            run.summary["best"] = 0.5
        done = shell("show", run.id[-8:], "--format", "json")
        (found,) = done.data

        assert (done.code, done.document["schema"]) == (0, "runlake.run/1")
        assert list(found) == [
            "run", "identity", "silent_s", "problems", "params", "results", "metrics", "tags", "datasets", "links",
            "artifacts", "parent", "children", "events",
        ]  # fmt: skip
        assert (found["run"]["run_id"], found["run"]["status"]) == (run.id, "finished")
        assert found["params"] == [{"key": "depth", "value": "3", "value_num": 3.0, "type": "int"}]
        assert [m["last_value"] for m in found["metrics"]] == [0.5]
        assert found["events"][-1]["new"] == {"name": "rf", "experiment": "fraud"}


class TestARunThatIsNot:
    def test_is_wrong_usage(self, shell: Shell) -> None:
        runlake.start_run("fraud", "rf", store=shell.store, capture=False).finish()
        done = shell("show", "fraud:nope")

        assert (done.code, done.out) == (2, "")
        assert done.err == "runlake: no run 'fraud:nope'; `runlake runs` lists what there is\n"

    def test_is_wrong_usage_where_it_could_be_several_and_names_them(self, shell: Shell) -> None:
        ids = []
        for _ in range(2):
            with runlake.start_run("fraud", "rf", store=shell.store, capture=False) as run:
                ids.append(run.id)
        done = shell("show", "fraud:rf")

        assert done.code == 2
        assert all(run_id in done.err for run_id in ids)
