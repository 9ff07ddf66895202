"""The status of a run, concluded from what each of its processes said and what others inferred.

1. Per writer (`status_of`, else the writer of the row) its own newest status counts. Where that is a terminal
   one, it beats every `killed` that others inferred; else an inferred row makes the writer killed.
2. Where any writer is still running, the run is.
3. Else the run has the status of the writer that ended last (ties: the row logged last, then the writer).
4. A run that says nothing of its status counts as running: nothing says that it ended.
"""

from __future__ import annotations

import polars as pl

TERMINAL = ("finished", "failed", "killed")


def statuses(patches: pl.DataFrame) -> pl.DataFrame:
    """Conclude the status of every run.

    Args:
        patches: rows of `runs`, the rows of each run in the order of `fold.in_order`.

    Returns:
        run_id, status, ended_at (null while running): one row per run that has any status row.
    """
    writers = _per_writer(patches).sort("run_id", "ended_at", "said_at", "of", nulls_last=False)
    runs = writers.group_by("run_id", maintain_order=True).agg(
        (pl.col("status") == "running").any().alias("runs"),
        pl.col("status", "ended_at").last(),
    )
    return runs.select(
        "run_id",
        pl.when("runs").then(pl.lit("running")).otherwise("status").alias("status"),
        pl.when(~pl.col("runs")).then("ended_at").alias("ended_at"),
    )


def _per_writer(patches: pl.DataFrame) -> pl.DataFrame:
    said = patches.filter(pl.col("status").is_not_null()).select(
        "run_id",
        pl.coalesce("status_of", "writer").alias("of"),
        "status",
        pl.coalesce("ended_at", "ts").alias("ended_at"),
        pl.coalesce("logged_at", "ts").alias("said_at"),
        pl.col("inferred").fill_null(False),
    )
    facts = ("status", "ended_at", "said_at")
    split = said.with_columns(
        *(pl.when(~pl.col("inferred")).then(fact).alias(f"own_{fact}") for fact in facts),
        *(pl.when("inferred").then(fact).alias(f"inferred_{fact}") for fact in facts),
    )
    newest = split.group_by("run_id", "of", maintain_order=True).agg(
        pl.col("^(own|inferred)_.*$").last(ignore_nulls=True)
    )
    by_itself = pl.col("own_status").is_in(TERMINAL) | pl.col("inferred_status").is_null()
    chosen = (pl.when(by_itself).then(f"own_{fact}").otherwise(f"inferred_{fact}").alias(fact) for fact in facts)
    return newest.select("run_id", "of", *chosen)
