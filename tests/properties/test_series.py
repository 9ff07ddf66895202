"""Points come back in one order, whatever order they lie in, and whatever ties they have."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import Logged, a_lake, a_run

RUNS, KEYS, WRITERS = ("run-1", "run-2"), ("acc", "loss"), ("w1", "w2")
# Few different values of each, so that ties are common.
points = st.tuples(
    st.sampled_from(RUNS),
    st.sampled_from(KEYS),
    st.integers(0, 3).map(float),
    st.integers(0, 2),
    st.sampled_from(WRITERS),
    st.integers(0, 3),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(points, max_size=12, unique=True),
    st.booleans(),
    st.one_of(st.none(), st.lists(st.sampled_from(RUNS), min_size=1)),
    st.one_of(st.none(), st.lists(st.sampled_from(KEYS), min_size=1)),
)
def test_points_are_sorted_to_the_last_column(
    logged: list[tuple[str, str, float, int, str, int]],
    lie_sorted: bool,
    runs: list[str] | None,
    keys: list[str] | None,
) -> None:
    rows = Logged()
    for n, (run, key, step, second, writer, seq) in enumerate(sorted(logged) if lie_sorted else logged):
        rows.add("metrics", run_id=run, key=key, step=step, at=second, writer=writer, seq=seq, value=float(n))

    found = a_lake(rows, *(a_run(run, metrics={}) for run in RUNS)).metrics(runs, keys)

    numbered = sorted(
        (row["run_id"], row["key"], row["step"], row["ts"], row["writer"], row["seq"], row["value"])
        for row in rows.rows.get("metrics", ())
    )
    wanted = [
        (run, key, step, ts, value)
        for run, key, step, ts, _, _, value in numbered
        if (runs is None or run in runs) and (keys is None or key in keys)
    ]
    assert found.rows() == wanted
