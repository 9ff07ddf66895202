"""Artifacts of runs: what was logged under which path, version by version, and the bytes behind it."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import NotFound
from runlake.query.fold import in_order
from runlake.query.source import read, rows_of
from runlake.schema import ARTIFACTS
from runlake.schema.columnar import FORM, FORM_KEY
from runlake.store.columnar import parquet
from runlake.store.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlake.query.source import Source

_COLUMNS = tuple(c.name for c in ARTIFACTS.columns if c.name not in {"ts", "path"})


def artifacts(source: Source, run_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """List what runs have logged.

    Returns:
        run_id, path, version (1, 2, ... per run and path, in the order of `fold`), latest, the facts of the table,
        ts; sorted by run_id, path, version.
    """
    stored = ["run_id", "path", *_COLUMNS, "ts", "logged_at", "writer", "seq"]
    place = ["run_id", "path"]
    found = in_order(read(source, "artifacts", rows_of(source, "artifacts", run_ids).select(stored)), place)
    version = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(place).alias("version")
    latest = (pl.int_range(pl.len()) == pl.len() - 1).over(place).alias("latest")
    return found.select(*place, version, latest, *_COLUMNS, "ts")


def artifact_bytes(
    source: Source, run_id: str, path: str, version: int | None = None, *, newer: Callable[[], Source] | None = None
) -> bytes:
    """Return the bytes of one artifact, of its latest version unless `version` says otherwise.

    Bytes that still wait in this machine's spool are read from there.

    Args:
        newer: gives the newest source, which has the bytes that waited when this one was opened.

    Raises:
        NotFound: the run has no such artifact or version, it is a reference, or its bytes are not here.
        StoreError: the bytes cannot be read, or are not those that were logged.
    """
    rows = artifacts(source, [run_id]).filter(pl.col("path") == path)
    name = f"{path}@{version}" if version is not None else path
    chosen = rows.filter(pl.col("version") == version) if version is not None else rows.filter("latest")
    if chosen.is_empty():
        known = ", ".join(rows["version"].cast(pl.String))
        raise NotFound("artifact", name, f"its versions are {known}" if known else f"run {run_id} has none there")
    row = chosen.row(0, named=True)
    if row["uri"] is not None:
        raise NotFound("stored bytes of artifact", name, f"it is a reference to {row['uri']}; Runlake opens none")
    facts = facts_of(row["metadata"])
    content = _spooled(source, facts.get("spool"))
    if content is not None:
        return parquet(content) if facts.get(FORM_KEY) == FORM else content
    newest = newer() if newer is not None and row["sha256"] is None else source
    if newest is not source:
        return artifact_bytes(newest, run_id, path, row["version"])
    if row["sha256"] is None:
        raise NotFound("stored bytes of artifact", name, "they wait on the machine that logged them, or are gone")
    return source.blob(row["sha256"])


def _spooled(source: Source, name: object) -> bytes | None:
    path = source.spooled_path(name) if isinstance(name, str) else None
    with guarded("cannot read a spooled artifact", source.uri), contextlib.suppress(FileNotFoundError):
        return path.read_bytes() if path else None
    return None


def facts_of(metadata: str | None) -> dict[str, object]:
    """Read the metadata of an artifact; what is no JSON object has no facts."""
    try:
        facts = json.loads(metadata) if metadata else {}
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
