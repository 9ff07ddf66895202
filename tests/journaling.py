"""Writers for tests of the store: real journals with a clock that ticks, and a way to die."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from runlake.journal import Journal, spool
from runlake.schema import ARTIFACTS, EVENTS, PARAMS, RUNS, TABLES, Table
from runlake.store.delta import latest_version, open_table
from runlake.store.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN = "0190a000-0000-7000-8000-000000000001"
OTHER = "0190a000-0000-7000-8000-000000000002"


@dataclass
class Ticks:
    """A clock that goes one millisecond further at each look."""

    now: int = 1_750_000_000_000_000

    def now_us(self) -> int:
        self.now += 1_000
        return self.now


@dataclass
class Writer:
    """One process that logs."""

    store: str
    clock: Ticks = field(default_factory=Ticks)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.store, self.clock)

    @property
    def id(self) -> str:
        return self.journal.writer

    @property
    def folder(self) -> Path:
        return self.journal.root / self.id

    def start(self, run_id: str = RUN, **header: Any) -> Writer:
        now = self.clock.now_us()
        event = EVENTS.row(
            ts=now, event_id=f"start-{run_id}", action="run.start", target_type="run", target_id=run_id, result="ok"
        )
        rows = {RUNS: [RUNS.row(ts=now, status="running", **header)], EVENTS: [event]}
        self.journal.rows(run_id, rows)
        return self

    def log(self, step: float, run_id: str = RUN, /, **values: float) -> Writer:
        self.journal.points(run_id, values, step)
        return self

    def param(self, key: str, value: str, run_id: str = RUN) -> Writer:
        row = PARAMS.row(ts=self.clock.now_us(), key=key, value=value, type="str")
        self.journal.rows(run_id, {PARAMS: [row]})
        return self

    def artifact(self, path: str, content: bytes, run_id: str = RUN) -> str:
        name, size = spool(self.journal, content)
        row = ARTIFACTS.row(
            ts=self.clock.now_us(),
            path=path,
            kind="file",
            size_bytes=size,
            metadata=json.dumps({"spool": name, "note": "n"}),
        )
        self.journal.rows(run_id, {ARTIFACTS: [row]})
        return name

    def rows(self, table: Table, *rows: Mapping[str, Any], run_id: str | None = RUN) -> Writer:
        self.journal.rows(run_id, {table: [table.row(**row) for row in rows]})
        return self

    def finish(self, run_id: str = RUN) -> Writer:
        now = self.clock.now_us()
        self.journal.rows(run_id, {RUNS: [RUNS.row(ts=now, status="finished", ended_at=now)]}, urgent=True)
        return self.close()

    def close(self) -> Writer:
        self.journal.close_segment()
        return self

    def die(self) -> Writer:
        """Make the journal look like that of a process which is gone: its pid now belongs to another one."""
        path = self.folder / "owner.json"
        owner = json.loads(path.read_text())
        path.write_text(json.dumps({**owner, "started": "1"}))
        return self


def stored(store: str, table: str) -> pl.DataFrame:
    """All rows of a table as they lie in it, in a fixed order; an empty frame where there is no table."""
    path = Path(store) / table
    if latest_version(Folder(path)) is None:  # not the folder: it is there a moment before the first commit
        return pl.DataFrame()
    key = [name for name in (*TABLES[table].key, "link", "seq") if name in {c.name for c in TABLES[table].stored}]
    return pl.scan_delta(open_table(Folder(path))).collect().sort(list(dict.fromkeys(key)))


def counts(store: str) -> dict[str, int]:
    """Rows by table, of the tables that exist."""
    return {name: found.height for name in TABLES if (found := stored(store, name)).width}


def versions(store: str) -> dict[str, int]:
    """Newest version by table, of the tables that exist."""
    paths = {name: Path(store) / name for name in TABLES}
    return {
        name: open_table(Folder(path)).version()
        for name, path in paths.items()
        if latest_version(Folder(path)) is not None
    }
