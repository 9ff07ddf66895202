from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Logged, at, frame
from runlake.query.fold import in_order, newest, patched

if TYPE_CHECKING:
    from datetime import datetime

Patch = dict[str, Any]


@st.composite
def patches(draw: st.DrawFn) -> list[Patch]:
    """Rows about three things by three writers; each writer's clock jumps as it likes."""
    calls = draw(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("abc"), st.integers(0, 5)), max_size=25))
    rows = []
    for seq, (thing, writer, clock) in enumerate(calls):
        value = draw(st.none() | st.integers(0, 9).map(str))
        logged = draw(st.booleans())
        when = {"ts": at(clock), "logged_at": at(clock) if logged else None}
        rows.append({"run_id": thing, "writer": writer, "link": 1, "seq": seq, "key": "k", "value": value, **when})
    return draw(st.permutations(rows))


def slowly_ordered(rows: list[Patch], thing: str) -> list[Patch]:
    """The rule of `fold`, word by word."""
    reached: dict[str, datetime] = {}
    placed = []
    for row in sorted((r for r in rows if r["run_id"] == thing), key=lambda r: r["seq"]):
        clock = max(row["logged_at"] or row["ts"], reached.get(row["writer"], at(0)))
        reached[row["writer"]] = clock
        placed.append(((clock, row["writer"], row["seq"]), row))
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


class TestRowsInAnyOrder:
    @settings(deadline=None)
    @given(patches())
    def test_are_ordered_as_the_rule_says(self, rows: list[Patch]) -> None:
        expected = [row for thing in "xyz" for row in slowly_ordered(rows, thing)]

        assert in_order(frame("params", rows), ["run_id"])["seq"].to_list() == [row["seq"] for row in expected]

    @settings(deadline=None)
    @given(patches())
    def test_leave_the_newest_row_about_each_thing(self, rows: list[Patch]) -> None:
        expected = [slowly_ordered(rows, thing)[-1] for thing in "xyz" if slowly_ordered(rows, thing)]

        assert newest(frame("params", rows), ["run_id", "key"]).equals(frame("params", expected))

    @settings(deadline=None)
    @given(patches())
    def test_leave_the_newest_value_that_is_not_null(self, rows: list[Patch]) -> None:
        ordered = {thing: slowly_ordered(rows, thing) for thing in "xyz"}
        values = {
            thing: next((row["value"] for row in reversed(about) if row["value"] is not None), None)
            for thing, about in ordered.items()
            if about
        }

        folded = patched(in_order(frame("params", rows), ["run_id"]), "run_id", ["value"])

        assert dict(folded.select("run_id", "value").rows()) == values


class TestAClockSetBack:
    def test_does_not_undo_a_later_call_of_the_same_process(self) -> None:
        rows = Logged().add("params", run_id="r", key="lr", value="old", type="str", at=100)
        rows.add("params", run_id="r", key="lr", value="new", type="str", at=40)

        assert newest(frame("params", rows.rows["params"]), ["run_id", "key"])["value"].to_list() == ["new"]


class TestAClaimedTime:
    def test_in_the_future_does_not_win_over_a_later_row(self) -> None:
        rows = Logged().add("params", run_id="r", key="lr", value="imported", type="str", at=0, ts=at(10_000_000))
        rows.add("params", run_id="r", key="lr", value="edited", type="str", at=60, writer="w2")

        assert newest(frame("params", rows.rows["params"]), ["run_id", "key"])["value"].to_list() == ["edited"]


class TestNoRows:
    def test_fold_to_none(self) -> None:
        empty = frame("params", [])

        assert in_order(empty, ["run_id"]).is_empty()
        assert newest(empty, ["run_id", "key"]).is_empty()
        assert patched(empty, "run_id", ["value"]).schema == {
            "run_id": pl.String,
            "value": pl.String,
            "changed_at": pl.Datetime("us", "UTC"),
        }
