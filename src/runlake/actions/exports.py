"""What leaves a store as a file: each export is an event with what it held and the digest of its bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlake.actions.events import record_event
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runlake.actions.change import Outcome
    from runlake.actions.who import Actor
    from runlake.clock import Clock

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was made.

    Attributes:
        kind: what it shows, an identifier: runs, groups, table, chart.
        format: of the file: csv, parquet, json, svg and the like.
        snapshot: key of the snapshot that was read.
        of: what it was made of, as JSON can hold it: filter, order, columns, title; `runs` are the ids of chosen runs.
        rows: how many rows or points it has; None where it has none.
        sha256: digest of its bytes, in hexadecimal; None where it is not known.
        size_bytes: how long it is.
        made_by: server; browser where the bytes were made there, so that size and digest are what it claims.
    """

    kind: str
    format: str
    snapshot: str
    of: Mapping[str, object] = field(default_factory=dict)
    rows: int | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    made_by: str = "server"


def exported(
    store: str | Path | None, export: Export, *, actor: Actor, reason: str | None = None, clock: Clock | None = None
) -> Outcome:
    """Record that a file was made of what a store holds, as an event `export.<kind>`.

    Its target is the digest of the bytes, so that whoever has the file finds who made it, when and of what. The event
    is of the run, where the file shows a single one.

    Args:
        store: path or URI; None takes the default.
        export: the file.
        actor: who asked for it.
        reason: why.
        clock: where the time comes from; None for the machine's own.

    Raises:
        InvalidValue: the digest is none, or the kind is no identifier.
        StoreError: the event could not be written, as in a store that this user may only read.
    """
    if export.sha256 is not None and not _SHA256.fullmatch(export.sha256):
        raise InvalidValue("sha256", export.sha256, "64 hexadecimal digits, or nothing")
    held = {
        "format": export.format,
        "rows": export.rows,
        "sha256": export.sha256,
        "size_bytes": export.size_bytes,
        "snapshot": export.snapshot,
        "made_by": export.made_by,
        "of": dict(export.of),
    }
    runs = export.of.get("runs")
    return record_event(
        store,
        f"export.{export.kind}",
        ("file", f"sha256:{export.sha256}" if export.sha256 else "sha256 not known"),
        run_id=str(runs[0]) if isinstance(runs, list) and len(runs) == 1 else None,
        new={name: fact for name, fact in held.items() if fact is not None},
        actor=actor,
        reason=reason,
        clock=clock,
    )
