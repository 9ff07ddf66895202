"""Maintenance of a store on somebody's word; what the ingester does by itself is in its commits alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
        store: path of its folder; None takes the default.
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
    found = open_store(store)
    asked = Change("store.compact", "store", found.id, None, None, None)
    why = clean_reason(reason)
    if not allow(actor, asked.action, asked):
        return record(found.uri, [Patch(None, [asked])], actor=actor, reason=why, clock=clock), []
    done = compact(found.uri, tables=tables, progress=progress)
    told = {one.table: [one.files_before, one.files_after] for one in done if one.rows}
    patches = [Patch(None, [replace(asked, new={"files": told})])] if told else []
    return record(found.uri, patches, actor=actor, reason=why, clock=clock), done


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
    found = open_store(store)
    asked = Change("store.repair", "store", found.id, None, None, None)
    why = clean_reason(reason)
    if not allow(actor, asked.action, asked):
        return record(found.uri, [Patch(None, [asked])], actor=actor, reason=why, clock=clock), {}
    mended = repair(found.uri)
    patches = [Patch(None, [replace(asked, new={"files_set_aside": mended})])] if mended else []
    return record(found.uri, patches, actor=actor, reason=why, clock=clock), mended


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
        store: path of its folder; None takes the default.
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
    found = open_store(store)
    asked = Change("store.vacuum", "store", found.id, None, None, None)
    why = clean_reason(reason)
    if not allow(actor, asked.action, asked):
        return record(found.uri, [Patch(None, [asked])], actor=actor, reason=why, clock=clock), []
    done = vacuum(found.uri, keep_s=keep_s)
    files = {one.table: one.files for one in done if one.files}
    archived = {one.table: one.archived for one in done if one.archived}
    told = {name: what for name, what in (("files_removed", files), ("commits_archived", archived)) if what}
    patches = [Patch(None, [replace(asked, new=told)])] if told else []
    return record(found.uri, patches, actor=actor, reason=why, clock=clock), done
