"""Runs whose process ended without a word: who they are and what is said of them.

A status is one process's word about a run. Where a dead process's last word is "running", this
module adds "killed" in its place, through a journal of its own, so that it reaches the tables by
the same way as everything else and exactly once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

from runlake.ids import new_id
from runlake.schema import CONSOLE, EVENTS, RUNS, SUMMARIES, SYSTEM_METRICS, Table

if TYPE_CHECKING:
    from collections.abc import Collection

    from runlake.journal import Journal


class Reader(Protocol):
    """Reads the newest rows of a table."""

    def __call__(self, table: Table, /) -> pl.LazyFrame:
        """Return the rows; an empty frame where there is no table."""
        ...


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that a dead process left running.

    Attributes:
        last_at: last sign of life of the process in this run, microseconds.
    """

    run_id: str
    writer: str
    last_at: int


def unfinished(writers: Collection[str], read: Reader) -> list[Unfinished]:
    """Find the runs that dead processes said to be running and never ended.

    Args:
        writers: dead processes whose journals are all in the tables.
        read: gives the rows of a table.
    """
    said = (
        read(RUNS)
        .filter(pl.col("status").is_not_null())
        .with_columns(of=pl.coalesce("status_of", "writer"), said_by_others=pl.col("inferred").fill_null(value=False))
        .filter(pl.col("of").is_in(list(writers)))
        .sort("said_by_others", "link", "seq")
        .group_by("run_id", "of")
        .agg(pl.col("status").last(), pl.col("logged_at").max().to_physical())
        .filter(pl.col("status") == "running")
        .select("run_id", "of", "logged_at")
        .sort("run_id", "of")
        .collect()
    )
    if said.is_empty():
        return []
    last = _last_signs(said, read)
    return [
        Unfinished(run_id, writer, max(said_at, last.get((run_id, writer), 0)))
        for run_id, writer, said_at in said.iter_rows()
    ]


def say_killed(journal: Journal, runs: Collection[Unfinished], *, client: str) -> None:
    """Write `killed` and its event for each run, into a segment that is closed at once."""
    for run in runs:
        now = journal.clock.now_us()
        patch = RUNS.row(ts=now, status="killed", inferred=True, status_of=run.writer, ended_at=run.last_at)
        event = EVENTS.row(
            ts=now,
            event_id=new_id(now // 1000),
            client=client,
            action="run.killed",
            target_type="run",
            target_id=run.run_id,
            old=json.dumps({"status": "running"}),
            new=json.dumps({"status": "killed", "writer": run.writer}),
            reason="its process ended without finishing it",
            result="ok",
        )
        journal.rows(run.run_id, {RUNS: [patch], EVENTS: [event]}, urgent=True)
    journal.close_segment(sync=True)


def _last_signs(said: pl.DataFrame, read: Reader) -> dict[tuple[str, str], int]:
    run_ids, writers = said["run_id"].to_list(), said["of"].to_list()
    # Summaries speak for the points, which are many and lie where only few of them need to be read.
    signs = pl.concat(
        read(table)
        .filter(pl.col("run_id").is_in(run_ids) & pl.col("writer").is_in(writers))
        .select("run_id", "writer", pl.col("logged_at").to_physical())
        for table in (RUNS, SUMMARIES, CONSOLE, SYSTEM_METRICS)
    )
    last = signs.group_by("run_id", "writer").agg(pl.col("logged_at").max()).collect()
    return {(run_id, writer): at for run_id, writer, at in last.iter_rows()}
