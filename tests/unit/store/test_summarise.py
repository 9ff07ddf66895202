from __future__ import annotations

import math

import pytest

from journaling import OTHER, RUN, Writer, stored
from runlake.store.ingest import drain
from runlake.store.points import points_of
from runlake.store.summarise import empty_states, merge, states_from_rows, summaries_of


def summaries(store: str, *columns: str) -> list[tuple[object, ...]]:
    return stored(store, "summaries").select("key", *columns).rows()


class TestASeries:
    def test_is_summarised(self, store: str) -> None:
        writer = Writer(store).start()
        for step, value in enumerate([3.0, 1.0, 4.0, 1.0]):
            writer.log(step, loss=value)
        writer.finish()

        drain(store)

        columns = (
            "count",
            "mean",
            "m2",
            "first_value",
            "last_value",
            "min_value",
            "min_step",
            "max_value",
            "max_step",
            "max_seq",
        )
        assert summaries(store, *columns) == [("loss", 4, 2.25, 6.75, 3.0, 1.0, 1.0, 1.0, 4.0, 2.0, 4)]

    def test_has_the_highest_step_as_its_last_point_whenever_that_was_logged(self, store: str) -> None:
        Writer(store).start().log(9, loss=1.0).log(3, loss=2.0).finish()

        drain(store)

        assert summaries(store, "last_value", "last_step", "first_value") == [("loss", 1.0, 9.0, 2.0)]

    def test_has_nan_as_its_last_value_but_never_as_an_extreme(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).log(1, loss=math.nan).finish()

        drain(store)

        [(_, last, low, nan_count, mean)] = summaries(store, "last_value", "min_value", "nan_count", "mean")
        assert isinstance(last, float)
        assert math.isnan(last)
        assert (low, nan_count, mean) == (1.0, 1, 1.0)

    def test_of_nothing_but_nan_has_no_mean_and_no_extremes(self, store: str) -> None:
        Writer(store).start().log(0, loss=math.nan).finish()

        drain(store)

        columns = ("count", "nan_count", "mean", "m2", "min_value", "min_step", "min_ts", "max_seq")
        assert summaries(store, *columns) == [("loss", 1, 1, None, None, None, None, None, None)]

    def test_of_huge_numbers_has_a_mean(self, store: str) -> None:
        Writer(store).start().log(0, a=1.7e308, b=1.7e308).log(1, a=1.7e308, b=-1.7e308).finish()

        drain(store)

        assert summaries(store, "mean", "m2") == [("a", 1.7e308, 0.0), ("b", 0.0, math.inf)]


class TestSeveralWriters:
    def test_of_one_series_have_a_row_each(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0).close()
        Writer(store).log(0, loss=5.0).log(1, loss=7.0).close()

        drain(store)

        assert sorted(summaries(store, "count", "mean")) == [("loss", 1, 1.0), ("loss", 2, 6.0)]


class TestLinks:
    def test_go_on_where_the_tables_are_in_each_series(self, store: str) -> None:
        writer = Writer(store).start().start(OTHER).log(0, loss=1.0).log(0, OTHER, loss=10.0).close()
        drain(store)
        writer.log(1, loss=3.0, late=1.0).close()
        drain(store)
        writer.log(1, OTHER, loss=30.0).close()

        drain(store)

        rows = stored(store, "summaries").select("run_id", "key", "link", "count", "mean").rows()
        assert rows == [
            (RUN, "late", 1, 1, 1.0),
            (RUN, "loss", 0, 1, 1.0),
            (RUN, "loss", 1, 2, 2.0),
            *((OTHER, "loss", *r) for r in [(0, 1, 10.0), (2, 2, 20.0)]),
        ]

    def test_are_covered_by_one_row_each_at_their_newest_point(self, store: str) -> None:
        writer = Writer(store).start().log(5, loss=1.0).log(2, loss=2.0).close()

        drain(store)

        [row] = stored(store, "summaries").select("writer", "link", "seq", "ts", "logged_at").rows()
        newest = stored(store, "metrics").filter(seq=3)["ts"][0]
        assert row == (writer.id, 0, 3, newest, newest)


class TestMerging:
    def test_with_nothing_changes_nothing(self) -> None:
        nothing = empty_states(1)

        assert merge(nothing, nothing)["count"].tolist() == [0]

    def test_reads_its_own_rows_back(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0, acc=math.nan).finish()
        drain(store)

        states = states_from_rows(stored(store, "summaries").to_arrow())

        assert {key: int(state["count"][0]) for (_, key, _), state in states.items()} == {"loss": 1, "acc": 1}

    def test_of_no_points_is_no_row(self) -> None:
        assert summaries_of(points_of([]), {}).num_rows == 0


@pytest.mark.parametrize("cut", range(1, 6))
def test_links_cut_anywhere_come_to_the_same(store: str, cut: int) -> None:
    values = [5.0, -1.0, math.inf, 2.0, math.nan, 2.0]
    writer = Writer(store).start()
    for step, value in enumerate(values):
        if step == cut:
            writer.close()
        writer.log(-step, loss=value)
    writer.finish()

    drain(store)

    columns = ("count", "nan_count", "inf_count", "mean", "first_value", "last_value", "min_value", "max_value")
    last = stored(store, "summaries").sort("link").select(*columns).rows()[-1]
    assert last == (6, 1, 1, 2.0, 2.0, 5.0, -1.0, math.inf)
