from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from runlake.journal import Segment
from runlake.schema import METRICS
from runlake.store import arrow
from runlake.store.points import points_of, sorting, to_arrow


def call(seq: int, step: float, *values: float, logged_at: int = 9, ts: int | None = None) -> bytes:
    return struct.pack(f"<qdqq{len(values)}d", seq, step, logged_at, logged_at if ts is None else ts, *values)


def segment(points: dict[tuple[str, tuple[str, ...]], list[bytes]], writer: str = "w", link: int = 0) -> Segment:
    return Segment(Path("x"), writer, link, 0, points, {}, (), False, 0, False, 0)


class TestDecoding:
    def test_gives_every_value_of_every_call(self) -> None:
        found = points_of([segment({("r", ("a", "b")): [call(1, 0.0, 1.0, 2.0), call(2, 1.5, 3.0, 4.0)]})])

        rows = zip(found.of.tolist(), found.seq.tolist(), found.step.tolist(), found.value.tolist(), strict=True)
        assert found.series == [("r", "a"), ("r", "b")]
        assert list(rows) == [(0, 1, 0.0, 1.0), (0, 2, 1.5, 3.0), (1, 1, 0.0, 2.0), (1, 2, 1.5, 4.0)]

    def test_sorts_by_run_key_step_writer_and_call(self) -> None:
        one = segment(
            {("r2", ("k",)): [call(1, 0, 0.0)], ("r1", ("k",)): [call(2, 5, 1.0), call(3, -1, 2.0), call(4, 5, 3.0)]},
            "b",
        )
        two = segment({("r1", ("j", "k")): [call(1, 5, 4.0, 5.0)]}, "a")

        found = points_of([one, two])

        names = [(*found.series[i], found.writers[j]) for i, j in zip(found.of, found.by, strict=True)]
        assert list(zip(names, found.value.tolist(), strict=True)) == [
            (("r1", "j", "a"), 4.0),
            (("r1", "k", "b"), 2.0),
            (("r1", "k", "a"), 5.0),
            (("r1", "k", "b"), 1.0),
            (("r1", "k", "b"), 3.0),
            (("r2", "k", "b"), 0.0),
        ]

    def test_of_nothing_is_empty(self) -> None:
        found = points_of([segment({}), segment({("r", ("k",)): []})])

        assert (len(found), to_arrow(found).num_rows) == (0, 0)

    def test_of_a_call_that_is_cut_short_raises(self) -> None:
        with pytest.raises(ValueError, match="calls of 1 values have 39 bytes"):
            points_of([segment({("r", ("k",)): [call(1, 0, 1.0)[:-1]]})])


class TestLayout:
    def test_has_the_columns_of_the_table(self) -> None:
        data = to_arrow(points_of([segment({("r", ("k",)): [call(1, 0, 1.0)]}, link=3)]))

        frame = arrow.frame_of(METRICS, data)
        assert frame.schema == arrow.polars_schema(METRICS)
        assert frame.select("run_id", "key", "step", "value", "writer", "link", "seq").rows() == [
            ("r", "k", 0.0, 1.0, "w", 3, 1)
        ]

    def test_leaves_out_a_time_of_logging_that_is_the_time_of_the_point(self) -> None:
        data = to_arrow(
            points_of([segment({("r", ("k",)): [call(1, 0, 1.0, logged_at=9), call(2, 1, 1.0, logged_at=9, ts=5)]})])
        )

        frame = arrow.frame_of(METRICS, data).select("ts", "logged_at").cast({"ts": int, "logged_at": int})
        assert frame.rows() == [(9, None), (5, 9)]


class TestSorting:
    def test_is_none_where_nothing_has_to_move(self) -> None:
        assert sorting(np.array([1, 1, 2]), np.array([3, 4, 0])) is None
        assert sorting(np.array([])) is None

    def test_is_by_the_first_key_before_the_second(self) -> None:
        order = sorting(np.array([2, 1, 1]), np.array([0, 9, 3]))

        assert order is not None
        assert order.tolist() == [2, 1, 0]
