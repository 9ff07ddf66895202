from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from builders import Logged, a_lake, a_run, a_snapshot, at, lake_on
from runlake.query.lineage import GENERATIONS, lineage

if TYPE_CHECKING:
    from runlake.query import Lake


def linked(run_id: str, predicate: str, to: str, version: str | None = None) -> Logged:
    place = {"run_id": run_id, "writer": f"w-{run_id}"}
    return Logged().add("links", **place, subject=f"run:{run_id}", predicate=predicate, object=to, version=version)


def up(lake: Lake, run_id: str) -> list[tuple[str, str, str, int]]:
    return lake.lineage(run_id).ancestors.select("run_id", "relation", "of", "generation").rows()


def down(lake: Lake, run_id: str) -> list[tuple[str, str, str, int]]:
    return lake.lineage(run_id).descendants.select("run_id", "relation", "of", "generation").rows()


def run(number: int, **settings: object) -> Logged:
    return a_run(f"run-{number:05}", started=float(number), **settings)  # type: ignore[arg-type]


def name(number: int) -> str:
    return f"run-{number:05}"


class TestRelatives:
    def test_are_followed_over_generations_both_ways(self) -> None:
        lake = a_lake(
            run(1), run(2, parent_run_id=name(1)), run(3, parent_run_id=name(2)), run(4, parent_run_id=name(3))
        )

        assert up(lake, name(3)) == [(name(2), "child_of", name(3), 1), (name(1), "child_of", name(2), 2)]
        assert down(lake, name(2)) == [(name(3), "child_of", name(2), 1), (name(4), "child_of", name(3), 2)]

    def test_are_forks_and_retries_too(self) -> None:
        lake = a_lake(
            run(1), run(2), run(3),
            linked(name(2), "forked_from", f"run:{name(1)}"), linked(name(3), "retry_of", f"run:{name(2)}"),
        )  # fmt: skip

        assert up(lake, name(3)) == [(name(2), "retry_of", name(3), 1), (name(1), "forked_from", name(2), 2)]
        assert [row[0] for row in down(lake, name(1))] == [name(2), name(3)]

    def test_that_are_so_in_two_ways_are_listed_once(self) -> None:
        lake = a_lake(run(1), run(2, parent_run_id=name(1)), linked(name(2), "child_of", f"run:{name(1)}"),
                      linked(name(2), "forked_from", f"run:{name(1)}"))  # fmt: skip

        assert up(lake, name(2)) == [(name(1), "child_of, forked_from", name(2), 1)]

    def test_in_a_circle_end(self) -> None:
        lake = a_lake(
            run(1, parent_run_id=name(3)), run(2, parent_run_id=name(1)), run(3, parent_run_id=name(2)),
            linked(name(1), "retry_of", f"run:{name(1)}"),
        )  # fmt: skip

        assert [row[0] for row in up(lake, name(1))] == [name(3), name(2)]
        assert [row[0] for row in down(lake, name(1))] == [name(2), name(3)]

    def test_that_the_store_does_not_hold_keep_their_ids(self) -> None:
        found = a_lake(run(2, parent_run_id="gone")).lineage(name(2)).ancestors

        assert found.select("run_id", "name", "status").rows() == [("gone", None, None)]

    def test_beyond_the_bound_are_counted(self) -> None:
        lake = a_lake(run(0), *(run(n, parent_run_id=name(0)) for n in range(1, 1001)))
        found = lineage(lake.folded, name(0), most=30)

        assert found.descendants["run_id"].to_list() == [name(n) for n in range(1, 31)]
        assert found.descendants_left_out == 970

    def test_far_away_are_not_followed(self) -> None:
        lake = a_lake(run(0), *(run(n, parent_run_id=name(n - 1)) for n in range(1, 20)))

        assert len(down(lake, name(0))) == GENERATIONS

    def test_of_a_run_alone_are_none(self) -> None:
        found = a_lake(run(1)).lineage(name(1))

        frames = (found.ancestors, found.descendants, found.datasets, found.makers, found.made, found.users)
        assert [frame.height for frame in frames] == [0] * 6
        assert found.ancestors.columns == found.descendants.columns


class TestData:
    def test_counts_the_other_runs_of_the_same_version(self) -> None:
        lake = a_lake(
            run(1, datasets={"wine": "v1", "digits": "v1"}), run(2, datasets={"wine": "v1"}),
            run(3, datasets={"wine": "v1"}), run(4, datasets={"wine": "v2"}),
        )  # fmt: skip

        assert lake.lineage(name(1)).datasets.rows() == [("digits", "v1", "train", 0), ("wine", "v1", "train", 2)]

    def test_without_a_version_is_compared_with_nothing(self) -> None:
        lake = a_lake(run(1), run(2), *(linked(name(n), "used_dataset", "dataset:wine") for n in (1, 2)))

        assert lake.lineage(name(1)).datasets["other_runs"].to_list() == [None]


class TestWhatARunMade:
    SHA = hashlib.sha256(b"rows").hexdigest()

    def test_was_used_by_runs_with_data_of_its_digest(self) -> None:
        lake = a_lake(
            run(1, artifacts={"rows.csv": b"rows", "other": b"x"}), run(2, datasets={"clean": f"sha256:{self.SHA}"})
        )

        found = lake.lineage(name(1))
        assert found.made.select("path", "runs").rows() == [("other", 0), ("rows.csv", 1)]
        assert found.users.select("path", "run_id", "how").rows() == [("rows.csv", name(2), "used as data")]
        back = lake.lineage(name(2)).makers
        assert back.select("dataset", "run_id", "path").rows() == [("clean", name(1), "rows.csv")]

    def test_was_used_by_runs_that_link_it_by_name_or_digest(self) -> None:
        lake = a_lake(
            run(1, artifacts={"rows.csv": b"rows"}), run(2), run(3),
            linked(name(2), "used_artifact", f"artifact:{name(1)}/rows.csv"),
            linked(name(3), "used_artifact", f"artifact:sha256:{self.SHA}"),
        )  # fmt: skip

        assert lake.lineage(name(1)).users.select("run_id", "how").rows() == [(name(2), "linked"), (name(3), "linked")]

    def test_is_held_by_runs_with_the_same_bytes(self) -> None:
        lake = a_lake(run(1, artifacts={"a": b"rows"}), run(2, artifacts={"b": b"rows"}))

        assert lake.lineage(name(1)).users.select("path", "run_id", "how").rows() == [("a", name(2), "same bytes")]

    def test_is_its_newest_version_and_not_what_capture_keeps(self) -> None:
        digest = {"writer": "w-run-00001", "run_id": name(1), "sha256": "b" * 64}
        more = Logged().add("artifacts", **digest, path="a", kind="file", at=99.0)
        more.add("artifacts", **digest, path="runlake/packages.txt", kind="environment")
        more.add("artifacts", **digest, path="media/x.png", kind="file")

        made = a_lake(run(1, artifacts={"a": b"first"}), more).lineage(name(1)).made

        assert made.rows() == [("a", f"sha256:{'b' * 64}", "b" * 64, 0)]


def test_of_many_runs_comes_without_a_wait() -> None:
    many = 50_000
    one = a_snapshot(run(0))
    ids = pl.Series("run_id", [name(number) for number in range(many)])
    header = {"writer": "w", "ts": at(0), "logged_at": at(0), "link": 1, "seq": 1}
    parent = pl.when(pl.col("run_id") != name(0)).then(pl.lit(name(0))).alias("parent_run_id")
    used = {"predicate": "used_dataset", "object": "dataset:wine", "version": "v"}
    subject = pl.concat_str(pl.lit("run:"), "run_id").alias("subject")
    rows = ids.to_frame().with_columns(pl.lit(value).alias(key) for key, value in (header | used).items())
    rows = rows.with_columns(parent, subject)
    tables = {table: widened(rows, one.tables[table].schema) for table in ("runs", "links")}
    lake = lake_on(replace(one, tables={**one.tables, **tables}))
    assert lake.folded.headers.height == many

    before = time.perf_counter()
    found = lake.lineage(name(0))

    assert time.perf_counter() - before < 5  # a third of a second where nothing else runs
    assert (found.descendants.height, found.descendants_left_out) == (200, many - 201)
    assert found.datasets["other_runs"].to_list() == [many - 1]


def widened(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Give rows the columns of a table, in their types."""
    columns = [
        (pl.col(column) if column in rows.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in schema.items()
    ]
    return rows.select(columns)
