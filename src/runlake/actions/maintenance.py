"""Maintenance of a store on somebody's word; what the ingester does by itself is in its commits alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason
from runlake.actions.gate import allow
from runlake.actions.record import record
from runlake.store.compact import Compacted, compact
from runlake.store.layout import open_store
from runlake.store.repair import repair
from runlake.store.vacuum import KEEP_S, Vacuumed, vacuum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock
    from runlake.schema import Table

T = TypeVar("T")


def compact_store(
    store: str | Path | None,
    tables: Iterable[Table],
    *,
    actor: Actor,
    reason: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    clock: Clock | None = None,
) -> tuple[Outcome, list[Compacted]]:
    """Rewrite the small files of tables into few large ones; no row changes.

    Args:
        store: path of its folder, or its place in a bucket; None takes the default.
        tables: which ones.
        actor: who does it.
        reason: why.
        progress: called with table, groups of files done and groups to do.
        clock: where the time comes from; None for the machine's own.

    Returns:
        The event, and what became of each table.

    Raises:
        NotFound: there is no store.
        StoreError: it cannot be read or written, or another process maintains it.
    """

    def do(uri: str) -> tuple[list[Compacted], object]:
        done = compact(uri, tables=tables, progress=progress)
        told = {one.table: [one.files_before, one.files_after] for one in done if one.rows}
        return done, {"files": told} if told else None

    return _maintained(store, "store.compact", do, actor=actor, reason=reason, clock=clock, denied=[])


def repair_store(
    store: str | Path | None, *, actor: Actor, reason: str | None = None, clock: Clock | None = None
) -> tuple[Outcome, dict[str, int]]:
    """Set damaged checkpoints aside and make new ones from the commits; nothing is lost by it.

    Returns:
        The event, and how many files were set aside, by table.

    Raises:
        NotFound: there is no store.
        StoreError: it cannot be read or written, or another process maintains it.
    """

    def do(uri: str) -> tuple[dict[str, int], object]:
        mended = repair(uri)
        return mended, {"files_set_aside": mended} if mended else None

    return _maintained(store, "store.repair", do, actor=actor, reason=reason, clock=clock, denied={})


def vacuum_store(
    store: str | Path | None,
    *,
    keep_s: float = KEEP_S,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> tuple[Outcome, list[Vacuumed]]:
    """Remove data files that rewrites have replaced, and move old commits into archives; rows and history stay.

    Args:
        store: path of its folder, or its place in a bucket; None takes the default.
        keep_s: files that were in use within so many seconds stay; at least seven days.
        actor: who does it.
        reason: why.
        clock: where the time comes from; None for the machine's own.

    Returns:
        The event, and what became of each table.

    Raises:
        NotFound: there is no store.
        InvalidValue: less than seven days are to be kept.
        StoreError: it cannot be read or written, or another process maintains it.
    """

    def do(uri: str) -> tuple[list[Vacuumed], object]:
        done = vacuum(uri, keep_s=keep_s)
        files = {one.table: one.files for one in done if one.files}
        archived = {one.table: one.archived for one in done if one.archived}
        told = {name: what for name, what in (("files_removed", files), ("commits_archived", archived)) if what}
        return done, told or None

    return _maintained(store, "store.vacuum", do, actor=actor, reason=reason, clock=clock, denied=[])


def _maintained(
    store: str | Path | None,
    action: str,
    do: Callable[[str], tuple[T, object]],
    *,
    actor: Actor,
    reason: str | None,
    clock: Clock | None,
    denied: T,
) -> tuple[Outcome, T]:
    """Do what may be done, and record it as an event where it changed something, or as denied where it may not.

    Args:
        do: given the store, what it did, and what the event says of it; None where it changed nothing.
    """
    found = open_store(store)
    asked = Change(action, "store", found.id, None, None, None)
    why = clean_reason(reason)
    if not allow(actor, action, asked):
        return record(found.uri, [Patch(None, [asked])], actor=actor, reason=why, clock=clock), denied
    done, told = do(found.uri)
    patches = [] if told is None else [Patch(None, [replace(asked, new=told)])]
    return record(found.uri, patches, actor=actor, reason=why, clock=clock), done
