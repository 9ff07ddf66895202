"""How fields of runs and their values read in a table of differences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from components import format
from runlake.ids import short_id

SECTIONS = {
    "attributes": "Run",
    "datasets": "Data",
    "params": "Parameters",
    "tags": "Tags",
    "metrics": "Metrics",
    "summary": "Results",
    "packages": "Packages",
}
_WORDS = {
    "experiment": "Experiment",
    "status": "Status",
    "error": "Error",
    "user": "User (claimed)",
    "host": "Host",
    "started_at": "Started",
    "duration_s": "Duration",
    "parent_run_id": "Nested in",
    "hypothesis": "Hypothesis",
    "expected_outcome": "Expected outcome",
    "conclusion": "Conclusion",
    "notes": "Notes",
    "source_type": "Started from",
    "entry_point": "Entry point",
    "command": "Command",
    "git_commit": "Commit",
    "git_branch": "Branch",
    "git_dirty": "Changed since the commit",
    "git_remote": "Remote",
    "seeds": "Random seeds",
    "python_version": "Python",
    "platform": "Platform",
    "cpu": "Processor",
    "memory_bytes": "Memory",
    "gpu": "GPU",
}
_DIGITS = 10


def name() -> pl.Expr:
    """Write the name of a field: attributes in words, the aspect of a metric behind its key."""
    return (
        pl.when(pl.col("section") == "attributes")
        .then(pl.col("field").replace(_WORDS))
        .when(pl.col("aspect") == "")
        .then("field")
        .otherwise(pl.concat_str("field", pl.lit(" · "), "aspect"))
        .alias("field")
    )


def text(row: dict[str, Any]) -> str:
    """Write one value: text, number, section and field."""
    number, said = row["number"], str(row["text"])
    if row.get("section") == "metrics" and number is not None:
        return format.number(number)
    if row.get("section") not in ("attributes", None):
        return said if number is None or len(said) <= _DIGITS else f"{number:.6g}"
    match row["field"]:
        case "duration_s" if number is not None:
            return format.duration(number)
        case "memory_bytes" if number is not None:
            return format.size(int(number))
        case "started_at":
            return format.local(datetime.fromisoformat(said))
        case "parent_run_id":
            return short_id(said)
        case _:
            return said
