"""Tables of answers, joined here and by DuckDB."""

from __future__ import annotations

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.agreement import Answers, joined

ROW = st.tuples(
    st.sampled_from(["a", "b", "c", "d", None]), st.sampled_from(["x", "y", None]), st.sampled_from([0.1, 0.5, 0.9])
)
TABLES = st.lists(st.lists(ROW, max_size=8), min_size=1, max_size=4)

# Rows of one key are numbered as they come; those without a key are each a row of their own.
_NUMBERED = """
    SELECT *, CASE WHEN id IS NULL THEN -(run * 1000 + place + 1)
              ELSE row_number() OVER (PARTITION BY run, id ORDER BY place) - 1 END AS turn
    FROM (SELECT {run} AS run, * FROM t{run})"""
_JOINED = """
    SELECT id, turn, count(*) AS runs, count(DISTINCT coalesce(said, '(none)')) AS answers, max(sure) - min(sure) AS gap
    FROM ({parts}) GROUP BY id, turn"""


@given(TABLES)
@settings(deadline=None, max_examples=80)
def test_a_join_is_what_duckdb_makes_of_it(made: list[list[tuple[str | None, str | None, float]]]) -> None:
    schema = {"id": pl.String, "said": pl.String, "sure": pl.Float64}
    frames = [pl.DataFrame(rows, schema=schema, orient="row").with_row_index("place") for rows in made]
    with duckdb.connect() as sql:
        for run, frame in enumerate(frames):
            sql.register(f"t{run}", frame.to_arrow())
        parts = " UNION ALL ".join(_NUMBERED.format(run=run) for run in range(len(frames)))
        expected = sql.execute(_JOINED.format(parts=parts)).fetchall()

    found = joined([Answers(frame.drop("place"), "said", None, "sure") for frame in frames], ["id"])

    rows = found.frame.select("id", "runs", "distinct", "gap").rows()
    assert sorted(map(str, rows)) == sorted(str((row[0], row[2], row[3], row[4])) for row in expected)
    order = found.frame.select("distinct", "gap").rows()
    assert order == sorted(order, key=lambda row: (-row[0], -row[1]))
    whole = [row for row in expected if row[2] == len(frames)]
    counts = (sum(row[3] == 1 for row in whole), sum(row[3] > 1 for row in whole), len(expected) - len(whole))
    assert (found.agree, found.disagree, found.only_some) == counts
    assert sum(found.frame[f"has/{run}"].sum() for run in range(len(frames))) == sum(map(len, made))
