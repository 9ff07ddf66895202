from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Logged, MemorySnapshot, a_run, a_snapshot, at, summary_row
from runlake.ids import experiment_id
from runlake.query.folded import Folded

if TYPE_CHECKING:
    from runlake.query.keyed import Keyed

PARTS = ("people", "experiment_ids", "headers", "params", "tags", "results", "metrics", "datasets")
RUNS = ("run-1", "run-2", "run-3")


class CountingSnapshot(MemorySnapshot):
    """Remembers which runs of which table were read whole."""

    def scan(self, table: str, *, run_ids: Any = None) -> pl.LazyFrame:
        READ.append((table, None if run_ids is None else tuple(run_ids)))
        return super().scan(table, run_ids=run_ids)


READ: list[tuple[str, tuple[str, ...] | None]] = []


@st.composite
def later_calls(draw: st.DrawFn) -> Logged:
    """What a second process does to three runs: anything but taking back what is there."""
    logged, calls = Logged(), draw(st.lists(st.sampled_from(sorted(ACTS)), max_size=6))
    for second, act in enumerate(calls):
        run_id = draw(st.sampled_from((*RUNS, "run-4")))
        place = {
            "run_id": run_id,
            "writer": "late",
            "link": draw(st.integers(1, 2)),
            "seq": 100 + second,
            "at": 1000 + second,
        }
        table, fields = ACTS[act]
        logged.add(table, **place, **fields)
    return logged


ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "start": (
        "runs",
        {"started_at": at(500), "status": "running", "status_of": "late", "experiment_id": experiment_id("demo")},
    ),
    "rename": ("runs", {"name": "renamed"}),
    "delete": ("runs", {"deleted": True}),
    "move": ("experiments", {"experiment_id": experiment_id("demo"), "path": "moved"}),
    "person": ("identities", {"actor_id": "actor-ada", "user": "Ada"}),
    "param": ("params", {"key": "lr", "value": "9", "value_num": 9.0, "type": "int"}),
    "new param": ("params", {"key": "a/new", "value": "x", "type": "str"}),
    "tag": ("tags", {"key": "team", "values": ["z"], "removed": False}),
    "untag": ("tags", {"key": "team", "values": [], "removed": True}),
    "point": ("summaries", {"key": "loss", **summary_row([(9.0, at(9), 9, 0.5)])}),
    "result": ("summaries", {"key": "auc", "explicit": True, "value": "good", "type": "str"}),
    "data": (
        "links",
        {"subject": "run:x", "predicate": "used_dataset", "object": "dataset:d", "version": "v9", "role": "test"},
    ),
}


def before() -> Logged:
    logged = Logged()
    for start, run_id in enumerate(RUNS):
        one = a_run(
            run_id,
            started=start,
            params={"lr": 1},
            tags={"team": ["a"]},
            metrics={"loss": [2.0, 1.0]},
            results={"auc": 0.5},
        )
        for table, rows in one.rows.items():
            logged.rows.setdefault(table, []).extend(rows)
    return logged


def folded_whole(folded: Folded) -> Folded:
    for part in PARTS:
        getattr(folded, part)
    return folded


def as_frame(part: pl.DataFrame | Keyed) -> pl.DataFrame:
    return part if isinstance(part, pl.DataFrame) else part.frame


def merged_rows(*logged: Logged) -> MemorySnapshot:
    return a_snapshot(*copy.deepcopy(logged))


class TestTheFoldsOfANewerSnapshot:
    @settings(deadline=None, max_examples=25)
    @given(later_calls(), later_calls())
    def test_are_the_same_carried_over_as_folded_anew(self, first: Logged, second: Logged) -> None:
        for number, row in enumerate(row for rows in second.rows.values() for row in rows):
            row |= {"writer": "latest" if number % 2 else "late", "seq": row["seq"] + 1000}
        start = folded_whole(Folded(merged_rows(before())))
        middle = folded_whole(start.following(merged_rows(before(), first)))
        newest = middle.following(merged_rows(before(), first, second))
        anew = Folded(merged_rows(before(), first, second))

        for part in PARTS:
            assert as_frame(getattr(newest, part)).equals(as_frame(getattr(anew, part))), part
        assert newest.metrics.keys == anew.metrics.keys
        assert newest.params.starts.equals(anew.params.starts)

    def test_read_only_the_runs_that_changed(self) -> None:
        older = folded_whole(Folded(merged_rows(before())))
        point = Logged().add(
            "summaries", run_id="run-2", key="loss", writer="late", **summary_row([(9.0, at(9), 9, 0.5)])
        )
        newer = older.following(CountingSnapshot(merged_rows(before(), point).tables))
        READ.clear()

        assert newer.metrics.column("loss", "last").to_list() == [1.0, 0.5, 1.0]
        assert {run_ids for table, run_ids in READ if table == "summaries" and run_ids is not None} == {("run-2",)}
        assert newer.headers is older.headers
        assert newer.params is older.params

    def test_start_anew_where_rows_are_gone(self) -> None:
        older = folded_whole(Folded(merged_rows(before(), a_run("run-9", params={"lr": 5}))))

        newer = older.following(merged_rows(before()))

        assert newer.headers["run_id"].to_list() == ["run-3", "run-2", "run-1"]
        assert newer.params.frame.equals(Folded(merged_rows(before())).params.frame)

    def test_carry_nothing_that_was_never_asked_for(self) -> None:
        newer = Folded(merged_rows(before())).following(merged_rows(before()))

        assert newer.params.column("lr", "value").to_list() == ["1", "1", "1"]
