from __future__ import annotations

from builders import Logged, MemorySnapshot, a_run, a_snapshot
from runlake.query.changes import changed_runs, links, same_links

START = a_run("run-1", params={"a": 1})


def changed(before: MemorySnapshot, after: MemorySnapshot, most: int = 9) -> object:
    return changed_runs(after, "params", links(before, "params"), links(after, "params"), most=most)


def a_param(run_id: str, **place: object) -> Logged:
    return Logged().add("params", run_id=run_id, key="b", value="2", type="int", **place)


class TestChangedRuns:
    def test_are_none_where_nothing_came(self) -> None:
        assert changed(a_snapshot(START), a_snapshot(START)) == frozenset()

    def test_are_those_of_a_new_link_and_of_one_that_has_grown(self) -> None:
        other = a_run("run-2", params={"a": 1})
        before = a_snapshot(START, other, a_run("run-3"))

        assert changed(before, a_snapshot(START, other, a_run("run-3"), a_param("run-3", writer="new"))) == frozenset(
            {"run-3"}
        )
        assert changed(before, a_snapshot(START, other, a_run("run-3"), a_param("run-2", writer="w-run-2", seq=1))) == {
            "run-2"
        }

    def test_are_those_that_were_hidden_before(self) -> None:
        early = a_param("run-2", writer="w-run-2")

        assert changed(a_snapshot(START, early), a_snapshot(START, early, a_run("run-2"))) == {"run-2"}

    def test_are_all_where_rows_are_gone(self) -> None:
        both = a_snapshot(START, a_run("run-2", params={"a": 1, "b": 2}))

        assert changed(both, a_snapshot(START)) is None
        assert changed(both, a_snapshot(START, a_run("run-2", params={"a": 1}))) is None

    def test_are_all_where_very_many_links_are_new(self) -> None:
        two = [a_param("run-1", writer=writer) for writer in ("x", "y")]

        assert changed(a_snapshot(START), a_snapshot(START, two[0]), most=1) == {"run-1"}
        assert changed(a_snapshot(START), a_snapshot(START, *two), most=1) is None


class TestTheSameLinks:
    def test_mean_the_same_rows(self) -> None:
        start, more = a_snapshot(START), a_snapshot(START, a_param("run-1", writer="x"))

        assert same_links(links(start, "params"), links(a_snapshot(START), "params"))
        assert not same_links(links(start, "params"), links(more, "params"))
        assert not same_links(links(more, "params"), links(start, "params"))
        assert same_links(links(a_snapshot(), "params"), links(a_snapshot(), "params"))
