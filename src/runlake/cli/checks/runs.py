"""Runs that are silent, were killed, come from the future or have lost calls."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from runlake.cli.formats.text import counted, duration
from runlake.ids import short_id
from runlake.store.health import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from runlake.query import Lake

RECENT = timedelta(days=7)
# Clocks of machines that keep time differ by less; a run that starts later than this has not begun yet.
TOLERANCE = timedelta(seconds=60)
_NAMED = 5


def run_findings(lake: Lake) -> list[Finding]:
    """Look at the runs of a snapshot.

    Raises:
        StoreError: a table cannot be read.
    """
    columns = [
        "run_id",
        "name",
        "status",
        "user",
        "host",
        "started_at",
        "ended_at",
        "heartbeat_at",
        "changed_at",
        "error",
    ]
    runs = lake.runs(columns=columns)
    found = [*_silent(runs, lake.now), *_killed(runs, lake.now), *_future(runs, lake.now), *_unhealthy(lake)]
    found += [Finding("read.pending", Severity.WARNING, sentence) for sentence in lake.pending]
    return found


def _silent(runs: pl.DataFrame, now: datetime) -> list[Finding]:
    import polars as pl

    from runlake.query.detail import SILENT_S

    last = pl.max_horizontal("heartbeat_at", "changed_at", "started_at")
    silent = runs.filter((pl.col("status") == "running") & (last < now - timedelta(seconds=SILENT_S)))
    if silent.is_empty():
        return []
    longest = (now - silent.select(last.min()).item()).total_seconds()
    told = (
        f"no sign of life for up to {duration(longest)} from {counted(silent.height, 'running run')}: {_names(silent)}"
    )
    advice = "look whether they still run; if not, `runlake ingest` on their machine, by their user, says that they were killed"
    return [Finding("runs.silent", Severity.WARNING, told, advice)]


def _killed(runs: pl.DataFrame, now: datetime) -> list[Finding]:
    import polars as pl

    killed = runs.filter((pl.col("status") == "killed") & (pl.col("ended_at") > now - RECENT))
    if killed.is_empty():
        return []
    told = f"killed in the last {RECENT.days} days: {counted(killed.height, 'run')}: {_names(killed)}"
    return [Finding("runs.killed", Severity.INFO, told, "what they logged until then is kept")]


def _future(runs: pl.DataFrame, now: datetime) -> list[Finding]:
    import polars as pl

    limit = now + TOLERANCE
    ahead = runs.filter(pl.any_horizontal(pl.col("started_at", "ended_at", "heartbeat_at", "changed_at") > limit))
    if ahead.is_empty():
        return []
    hosts = sorted({str(h) for h in ahead["host"].drop_nulls()})
    told = f"times in the future in {counted(ahead.height, 'run')} of {', '.join(hosts) or 'unknown hosts'}: {_names(ahead)}"
    return [Finding("clock.future", Severity.WARNING, told, "compare the clocks of these machines with a time server")]


def _unhealthy(lake: Lake) -> list[Finding]:
    lost = lake.events(action="journal.overflow").to_dicts()
    if not lost:
        return []
    calls = sum(_lost_calls(event["new"]) for event in lost)
    recent = any(event["ts"] > lake.now - RECENT for event in lost)
    told = f"lost because there was no room on disk and in memory: {counted(calls, 'call')} of {counted(len(lost), 'process', 'processes')}"
    severity = Severity.PROBLEM if recent else Severity.INFO
    return [
        Finding(
            "runs.lost_calls", severity, told, "free disk space where the journals lie; `runlake audit log` says when"
        )
    ]


def _lost_calls(new: str | None) -> int:
    try:
        return int(json.loads(new or "{}").get("lost_calls", 0))
    except (ValueError, AttributeError, TypeError):
        return 0


def _names(runs: pl.DataFrame) -> str:
    ids: Sequence[str] = runs["run_id"].to_list()
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(short_id(run_id) for run_id in ids[:_NAMED]) + more
