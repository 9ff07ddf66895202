"""What the read side needs of a snapshot; `store.snapshot` is the one in production."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

from runlake.store.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path


class Source(Protocol):
    """Pinned tables. Nothing that is read from one source ever changes."""

    @property
    def uri(self) -> str:
        """Where the store is."""
        ...

    @property
    def key(self) -> str:
        """Changes exactly when what the source shows may have changed."""
        ...

    @property
    def versions(self) -> Mapping[str, int]:
        """Pinned version of each table."""
        ...

    @property
    def as_of(self) -> datetime | None:
        """The moment that was asked for; None where it was the present."""
        ...

    @property
    def pending(self) -> tuple[str, ...]:
        """Sentences: what is on this machine, but not in here, and why."""
        ...

    @property
    def live(self) -> bool:
        """True where the tails of live journals are laid over the tables."""
        ...

    def begun(self) -> datetime | None:
        """Return when the store first held runs; None for not yet."""
        ...

    def scan(self, table: str, *, run_ids: Sequence[str] | None = None) -> pl.LazyFrame:
        """Rows of a table with its stored columns, without those of runs that are not in `runs`.

        An empty frame where the table does not exist yet. With `run_ids` only the rows of these runs.
        """
        ...

    def blob(self, sha256: str) -> bytes:
        """Return the bytes behind a digest."""
        ...

    def spooled_path(self, name: str) -> Path | None:
        """Return the file of an artifact that still waits in this machine's spool."""
        ...


def read(source: Source, table: str, rows: pl.LazyFrame) -> pl.DataFrame:
    """Collect what was made of a scan of `table`.

    Raises:
        StoreError: the table cannot be read.
    """
    with guarded(f"cannot read table {table}", source.uri):
        return rows.collect()


def rows_of(
    source: Source, table: str, run_ids: Iterable[str] | None = None, keys: Iterable[str] | None = None
) -> pl.LazyFrame:
    """Scan a table, only for some runs and keys where they are given."""
    rows = source.scan(table, run_ids=None if run_ids is None else list(run_ids))
    # One `is_in`: the scan skips files and row groups by it, which it would not for a join.
    return rows if keys is None else rows.filter(pl.col("key").is_in(list(keys)))
