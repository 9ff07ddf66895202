"""Recording what was taken away as a file: what it held, of which snapshot, and the hash of its bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.actions.events import record_event
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.actions.change import Outcome
    from runlake.actions.who import Actor
    from runlake.clock import Clock

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was made.

    Attributes:
        kind: what it is, a word: chart, table.
        format: svg, png, csv and the like.
        of: what it shows, in words.
        rows: how many rows or points it holds; None where it has none.
        sha256: of its bytes; None where they are not known.
        snapshot: key of the snapshot that it was made of.
        size_bytes: how long it is.
        run_ids: the runs in it, as far as it is of chosen ones.
        made_by: server; browser where the bytes were made there, so that size and hash are what it claims.
    """

    kind: str
    format: str
    of: str
    rows: int | None
    sha256: str | None
    snapshot: str
    size_bytes: int | None = None
    run_ids: tuple[str, ...] = ()
    made_by: str = "server"


def exported(
    store: str | Path | None, export: Export, *, actor: Actor, reason: str | None = None, clock: Clock | None = None
) -> Outcome:
    """Record an export as the event `export.<kind>`.

    Raises:
        InvalidValue: the hash is none, or the kind is no word.
        StoreError: the journal cannot be written.
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
        "runs": list(export.run_ids),
    }
    return record_event(
        store,
        f"export.{export.kind}",
        (export.kind, export.of),
        run_id=export.run_ids[0] if len(export.run_ids) == 1 else None,
        new={name: fact for name, fact in held.items() if fact not in (None, [])},
        actor=actor,
        reason=reason,
        clock=clock,
    )
