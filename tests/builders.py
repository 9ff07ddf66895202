"""Builders with good defaults: runs and whole snapshots in memory, for tests of everything that reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from runlake.errors import NotFound
from runlake.ids import experiment_id
from runlake.query import Lake
from runlake.schema import TABLES, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
POLARS = {
    Kind.TEXT: pl.String(),
    Kind.INT: pl.Int64(),
    Kind.FLOAT: pl.Float64(),
    Kind.BOOL: pl.Boolean(),
    Kind.TIME: pl.Datetime("us", "UTC"),
    Kind.TEXTS: pl.List(pl.String()),
}
Row = dict[str, Any]


def at(seconds: float) -> datetime:
    """A moment, in seconds after `START`."""
    return START + timedelta(seconds=seconds)


def frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as the stored frame of a table; what a row leaves out is null."""
    schema = {c.name: POLARS[c.kind] for c in TABLES[table].stored}
    listed = list(rows)
    for row in listed:
        assert row.keys() <= schema.keys(), row.keys() - schema.keys()
    return pl.DataFrame(listed, schema=schema)


@dataclass(frozen=True)
class MemorySnapshot:
    """A snapshot whose tables are frames in memory."""

    tables: Mapping[str, pl.DataFrame]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    spool: Mapping[str, Path] = field(default_factory=dict)
    uri: str = "memory"
    key: str = "1"
    as_of: datetime | None = None
    pending: tuple[str, ...] = ()
    live: bool = False

    @property
    def versions(self) -> Mapping[str, int]:
        return dict.fromkeys(self.tables, 0)

    def scan(self, table: str, *, run_ids: Sequence[str] | None = None) -> pl.LazyFrame:
        rows = self.tables[table].lazy()
        known = self.tables["runs"]["run_id"].unique().to_list()
        if run_ids is not None:
            return rows.filter(pl.col("run_id").is_in([run_id for run_id in run_ids if run_id in known]))
        if table in ("runs", "experiments", "identities"):
            return rows
        return rows.filter(pl.col("run_id").is_in(known) | pl.col("run_id").is_null())

    def begun(self) -> datetime | None:
        return None if self.tables["runs"].is_empty() else START

    def blob(self, sha256: str) -> bytes:
        if sha256 not in self.blobs:
            raise NotFound("blob", sha256)
        return self.blobs[sha256]

    def spooled_path(self, name: str) -> Path | None:
        return self.spool.get(name)


@dataclass
class Logged:
    """Rows by table, and blobs: what one or several runs left."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def add(self, table: Table | str, **values: Any) -> Logged:
        """Add a row; ts, writer, link, seq and logged_at have defaults."""
        name = table if isinstance(table, str) else table.name
        listed = self.rows.setdefault(name, [])
        when = values.pop("at", 0.0)
        moment = when if isinstance(when, datetime) else at(when)
        defaults = {"ts": moment, "logged_at": moment, "writer": "w1", "link": 1, "seq": len(listed)}
        listed.append(defaults | values)
        return self


def a_run(
    run_id: str = "run-1",
    *,
    experiment: str | None = "demo",
    name: str | None = None,
    status: str | None = "finished",
    started: float | None = 0.0,
    seconds: float = 60.0,
    user: str | None = "ada",
    params: Mapping[str, Any] | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    metrics: Mapping[str, Sequence[Any]] | None = None,
    results: Mapping[str, Any] | None = None,
    datasets: Mapping[str, str] | None = None,
    artifacts: Mapping[str, bytes] | None = None,
    writer: str | None = None,
    **header: Any,
) -> Logged:
    """Everything that one run logged.

    Args:
        metrics: values by key, at steps 0, 1, ...; a pair is (step, value).
        datasets: versions by name, with the role "train".
        started: seconds after `START`; None leaves the start out.
        header: further columns of `runs`.
    """
    logged = Logged()
    who = writer or f"w-{run_id}"
    common: Row = {"run_id": run_id, "writer": who, "at": started or 0.0}
    actor = f"actor-{user}" if user else None
    start = {"started_at": at(started), "status": "running", "status_of": who} if started is not None and status else {}
    path_id = experiment_id(experiment) if experiment else None
    logged.add("runs", **common, experiment_id=path_id, name=name or run_id, actor_id=actor, **start, **header)
    if experiment:
        logged.add("experiments", **common, experiment_id=path_id, path=experiment)
    if user:
        logged.add("identities", **common, actor_id=actor, user=user, host="tower", pid=4242)
    logged.add("events", **common, **_start_event(run_id, actor))
    for key, value in (params or {}).items():
        logged.add("params", **common, key=key, **typed(value))
    for key, values in (tags or {}).items():
        logged.add("tags", **common, key=key, values=list(values), removed=False)
    for key, value in (results or {}).items():
        logged.add("summaries", **common, key=key, explicit=True, **typed(value))
    for key, points in (metrics or {}).items():
        _add_series(logged, common, key, points)
    for key, version in (datasets or {}).items():
        link = {"subject": f"run:{run_id}", "predicate": "used_dataset", "object": f"dataset:{key}"}
        logged.add("links", **common, **link, version=version, role="train")
    for path, content in (artifacts or {}).items():
        digest = hashlib.sha256(content).hexdigest()
        logged.blobs[digest] = content
        logged.add("artifacts", **common, path=path, kind="file", size_bytes=len(content), sha256=digest)
    if status not in (None, "running"):
        end = (started or 0.0) + seconds
        ended = {"status": status, "status_of": who, "ended_at": at(end)}
        logged.add("runs", run_id=run_id, writer=who, at=end, seq=10_000, **ended)
    return logged


def typed(value: Any) -> Row:
    """Value, value_num and type of a parameter or a result."""
    if value is None:
        return {"value": "null", "type": "null"}
    if isinstance(value, bool):
        return {"value": str(value).lower(), "type": "bool"}
    if isinstance(value, int | float):
        return {"value": repr(value), "value_num": float(value), "type": type(value).__name__}
    return {"value": str(value), "type": "str"}


def summary_row(points: Sequence[tuple[float, datetime, int, float]]) -> Row:
    """The cumulative summary of (step, ts, seq, value) points of one writer, computed the slow way."""
    values = [value for *_, value in points]
    finite = [v for v in values if v - v == 0]
    mean = sum(finite) / len(finite) if finite else None
    row: Row = {
        "explicit": False,
        "count": len(values),
        "nan_count": sum(v != v for v in values),
        "inf_count": sum(v in (float("inf"), float("-inf")) for v in values),
        "mean": mean,
        "m2": sum((v - mean) ** 2 for v in finite) if mean is not None else None,
    }
    ordered = sorted(points, key=lambda p: p[:3])
    numbers = [p for p in ordered if p[3] == p[3]]
    row |= _point("first", ordered[0]) | _point("last", ordered[-1])
    if numbers:
        row |= _point("min", min(numbers, key=lambda p: p[3])) | _point("max", max(numbers, key=lambda p: p[3]))
    return row


def a_snapshot(*logged: Logged, **settings: Any) -> MemorySnapshot:
    """A snapshot of all that was logged."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    blobs: dict[str, bytes] = {}
    for one in logged:
        blobs |= one.blobs
        for name, listed in one.rows.items():
            rows[name] += listed
    return MemorySnapshot({name: frame(name, listed) for name, listed in rows.items()}, blobs, **settings)


@dataclass(frozen=True)
class StoppedClock:
    """A clock that shows one moment."""

    moment: datetime = START + timedelta(days=1)

    def now_us(self) -> int:
        return int(self.moment.timestamp() * 1_000_000)


def a_lake(*logged: Logged, **settings: Any) -> Lake:
    """A lake on a snapshot of all that was logged."""
    return lake_on(a_snapshot(*logged, **settings))


def lake_on(snapshot: MemorySnapshot) -> Lake:
    """A lake whose clock stands one day after `START`."""
    return Lake(snapshot, reopen=lambda: snapshot, clock=StoppedClock())


def _start_event(run_id: str, actor: str | None) -> Row:
    return {
        "event_id": f"event-{run_id}",
        "actor_id": actor,
        "auth_method": "local",
        "client": "sdk 0.1.0",
        "action": "run.start",
        "target_type": "run",
        "target_id": run_id,
        "result": "ok",
    }


def _add_series(logged: Logged, common: Row, key: str, points: Sequence[Any]) -> None:
    start: float = common["at"]
    laid_out = []
    for seq, point in enumerate(points):
        step, value = point if isinstance(point, tuple) else (seq, point)
        laid_out.append((float(step), at(start + seq), seq, float(value)))
        logged.add("metrics", **(common | {"at": start + seq}), key=key, step=step, value=value, seq=seq)
    if laid_out:
        logged.add("summaries", **common, key=key, **summary_row(laid_out))


def _point(which: str, point: tuple[float, datetime, int, float]) -> Row:
    step, ts, seq, value = point
    return {f"{which}_step": step, f"{which}_ts": ts, f"{which}_seq": seq, f"{which}_value": value}
