"""What the Parquet files of a store say, asked by DuckDB: nothing of how Runlake reads takes part in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

_ORDER = "(logged_at, writer, seq)"
# One row per run that is not deleted, as the newest patches have it.
_RUNS = f"""
    create view run as
    with folded as (
        select run_id,
            arg_max(name, {_ORDER}) filter (name is not null) as name,
            arg_max(experiment_id, {_ORDER}) filter (experiment_id is not null) as experiment_id,
            coalesce(arg_max(deleted, {_ORDER}) filter (deleted is not null), false) as deleted
        from runs group by run_id
    ), placed as (
        select experiment_id, arg_max(path, {_ORDER}) filter (path is not null) as experiment
        from experiments group by experiment_id
    )
    select run_id, name, experiment from folded join placed using (experiment_id) where not deleted
"""
_PARAMS = f"""
    create view param as
    select run_id, key, arg_max(value, {_ORDER}) as value, arg_max(value_num, {_ORDER}) as number
    from params join run using (run_id) group by run_id, key
"""


class Truth:
    """A store as DuckDB reads it now.

    Its views are the tables by their names, and `run` (run_id, name, experiment) and `param` (run_id, key, value,
    number) of the runs that are not deleted.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._connection = duckdb.connect()
        for table in sorted(path.parent for path in store.glob("*/_delta_log")):
            if found := _files(table):
                self._connection.execute(f"create view {table.name} as select * from read_parquet({found})")
        self._connection.execute(_RUNS)
        if (store / "params").exists():
            self._connection.execute(_PARAMS)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask, with `?` for each of the values."""
        return self._connection.execute(query, list(values)).fetchall()

    def names(self, query: str, *values: object) -> set[str]:
        """Ask for one column of texts."""
        return {row[0] for row in self.rows(query, *values)}

    def reduced(self, key: str, how: str) -> dict[str, float]:
        """Return one finite number per run that has this metric: its last, min or max."""
        value = {
            "last": "arg_max(value, (step, ts, writer, seq))",
            "min": "min(value) filter (isfinite(value))",
            "max": "max(value) filter (isfinite(value))",
        }[how]
        found = self.rows(
            f"select run_id, {value} as number from metrics join run using (run_id) where key = ? group by run_id", key
        )
        return {run_id: number for run_id, number in found if number is not None and abs(number) < float("inf")}

    def column(self, run_id: str, path: str) -> dict[str, list[Any]]:
        """Return the columns of a table of a run that is stored as Parquet: an evaluation, say."""
        digest = self.rows(
            "select sha256 from artifacts where run_id = ? and path = ? and sha256 is not null", run_id, path
        )
        blob = self._store / "blobs" / "sha256" / digest[-1][0][:2] / digest[-1][0]
        answer = self._connection.execute(f"select * from read_parquet('{blob}')")
        names = [column[0] for column in answer.description]
        return dict(zip(names, map(list, zip(*answer.fetchall(), strict=True)), strict=True))


def _files(table: Path) -> list[str]:
    """Return the Parquet files that make up a table, by the commits in its log."""
    live: dict[str, None] = {}
    for commit in sorted((table / "_delta_log").glob("*.json")):
        for action in map(json.loads, commit.read_text(encoding="utf-8").splitlines()):
            if "add" in action:
                live[action["add"]["path"]] = None
            elif "remove" in action:
                live.pop(action["remove"]["path"], None)
    return [str(table / path) for path in live]
