"""What leaves a store as a file: each export is an event with what it held and the digest of its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.actions.events import record_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runlake.actions.change import Outcome
    from runlake.actions.who import Actor
    from runlake.clock import Clock


def exported(
    store: str | Path | None,
    *,
    kind: str,
    format: str,
    of: Mapping[str, object],
    rows: int | None,
    sha256: str,
    snapshot: str,
    actor: Actor,
    clock: Clock | None = None,
) -> Outcome:
    """Record that a file was made of what a store holds, as an event `export.<kind>`.

    Its target is the digest of the bytes, so that whoever has the file finds who made it, when and of what.

    Args:
        store: path or URI; None takes the default.
        kind: what the file shows: runs, groups, chart or the like, as an identifier.
        format: of the file: csv, parquet, json, png or the like.
        of: what it was made of, as JSON can hold it: filter, order, columns, run ids.
        rows: how many rows it has; None where it has none.
        sha256: digest of its bytes, in hexadecimal.
        snapshot: key of the snapshot that was read.
        actor: who asked for it.
        clock: where the time comes from; None for the machine's own.

    Raises:
        InvalidValue: `kind` is no identifier.
        StoreError: the event could not be written, as in a store that this user may only read.
    """
    held = {"format": format, "rows": rows, "sha256": sha256, "snapshot": snapshot, "of": dict(of)}
    return record_event(store, f"export.{kind}", ("file", f"sha256:{sha256}"), new=held, actor=actor, clock=clock)
