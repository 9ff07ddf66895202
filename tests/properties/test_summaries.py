"""Stored summaries equal what all points come to, however these are split into links and writers."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.journal import Segment
from runlake.store.points import points_of
from runlake.store.summarise import empty_states, merge, states_from_rows, summaries_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.store.summarise import State

numbers = st.one_of(
    st.floats(width=64),
    st.integers(-5, 5).map(float),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1e308, -1e308]),
)
# few steps and times, so that ties are common
points = st.lists(st.tuples(st.integers(0, 3).map(float), st.integers(0, 2), numbers), min_size=1, max_size=30)
Point = tuple[float, int, int, float]  # step, ts, seq, value
EXACT = (
    *("count", "nan_count", "inf_count"),
    *(f"{which}_{name}" for which in ("first", "last", "min", "max") for name in ("step", "ts", "seq", "value")),
)


def segment(link: int, calls: Sequence[Point], writer: str = "w", run_id: str = "r", key: str = "k") -> Segment:
    payloads = [struct.pack("<qdqqd", seq, step, 7, ts, value) for step, ts, seq, value in calls]
    return Segment(Path("x"), writer, link, 0, {(run_id, (key,)): payloads}, {}, (), False, 0, False, 0)


def cut(calls: Sequence[Point], cuts: Sequence[int]) -> list[list[Point]]:
    edges = [0, *sorted({c % (len(calls) + 1) for c in cuts}), len(calls)]
    return [list(calls[a:b]) for a, b in pairwise(edges) if a < b]


def numbered(raw: Sequence[tuple[float, int, float]]) -> list[Point]:
    return [(step, ts, seq, value) for seq, (step, ts, value) in enumerate(raw)]


def from_scratch(calls: Sequence[Point]) -> dict[str, Any]:
    """Work the summary out the plain way, one point at a time."""
    ordered = sorted(calls, key=lambda p: p[:3])
    finite = [p[3] for p in calls if math.isfinite(p[3])]
    comparable = [p for p in ordered if not math.isnan(p[3])]
    found: dict[str, Any] = {
        "count": len(calls),
        "nan_count": sum(math.isnan(p[3]) for p in calls),
        "inf_count": sum(math.isinf(p[3]) for p in calls),
        "finite": finite,
    }
    chosen = {
        "first": ordered[0],
        "last": ordered[-1],
        "min": min(comparable, key=lambda p: p[3], default=None),
        "max": max(comparable, key=lambda p: p[3], default=None),
    }
    for which, point in chosen.items():
        for name, value in zip(("step", "ts", "seq", "value"), point or [None] * 4, strict=True):
            found[f"{which}_{name}"] = value
    return found


def microseconds(value: Any) -> Any:
    return round(value.timestamp() * 1e6) if hasattr(value, "timestamp") else value


def check(row: dict[str, Any], calls: Sequence[Point]) -> None:
    expected = from_scratch(calls)
    assert [repr(microseconds(row[name])) for name in EXACT] == [repr(expected[name]) for name in EXACT]
    finite = expected["finite"]
    if not finite:
        assert (row["mean"], row["m2"]) == (None, None)
        return
    scale = max(map(abs, finite))
    mean = float(sum(map(Fraction, finite)) / len(finite))
    assert row["mean"] == pytest.approx(mean, rel=1e-9, abs=scale * 1e-12)
    if scale < 1e150:
        m2 = math.fsum((value - mean) ** 2 for value in finite)
        assert row["m2"] == pytest.approx(m2, rel=1e-6, abs=scale * scale * 1e-9)


@settings(max_examples=150, deadline=None)
@given(points, st.lists(st.integers(0, 40), max_size=4))
def test_any_split_into_links_of_one_batch_comes_to_the_same(
    raw: list[tuple[float, int, float]], cuts: list[int]
) -> None:
    calls = numbered(raw)
    parts = cut(calls, cuts)

    rows = summaries_of(points_of([segment(link, part) for link, part in enumerate(parts)]), {}).to_pylist()

    assert [row["link"] for row in rows] == list(range(len(parts)))
    for link, row in enumerate(rows):
        check(row, [p for part in parts[: link + 1] for p in part])


@settings(max_examples=150, deadline=None)
@given(points, st.lists(st.integers(0, 40), max_size=4))
def test_any_split_into_batches_comes_to_the_same(raw: list[tuple[float, int, float]], cuts: list[int]) -> None:
    base: dict[Any, State] = {}
    calls = numbered(raw)

    for link, part in enumerate(cut(calls, cuts)):
        stored = summaries_of(points_of([segment(link, part)]), base)
        base = states_from_rows(stored)

    check(stored.to_pylist()[0], calls)


@settings(max_examples=150, deadline=None)
@given(points, st.integers(0, 40), st.integers(0, 40))
def test_merging_is_associative_and_forgets_no_writer(raw: list[tuple[float, int, float]], one: int, two: int) -> None:
    calls = numbered(raw)
    parts = [*cut(calls, [one, two]), [], []][:3]
    a, b, c = (state_of(part, f"w{i}") for i, part in enumerate(parts))

    left, right = merge(merge(a, b), c), merge(a, merge(b, c))

    for name in EXACT:
        np.testing.assert_array_equal(left[name], right[name], err_msg=name)
    scale = max((abs(p[3]) for p in calls if math.isfinite(p[3])), default=0.0)
    np.testing.assert_allclose(left["mean"], right["mean"], rtol=1e-9, atol=scale * 1e-12)
    assert left["count"][0] == len(calls)


def state_of(calls: Sequence[Point], writer: str) -> State:
    if not calls:
        return empty_states(1)
    return states_from_rows(summaries_of(points_of([segment(0, calls, writer)]), {}))["r", "k", writer]
