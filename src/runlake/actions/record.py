"""The one way in which an action reaches the lake: rows and events in one journal record."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.gate import allow
from runlake.clock import Clock, SystemClock
from runlake.errors import StoreError
from runlake.ids import new_id
from runlake.journal import Journal, journal_root
from runlake.schema import EVENTS, IDENTITIES, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from runlake.actions.who import Actor

_journals: dict[tuple[str, Path], Journal] = {}
_journals_lock = threading.Lock()


def record(
    uri: str,
    patches: Sequence[Patch],
    *,
    actor: Actor,
    reason: str | None,
    unchanged: Iterable[str] = (),
    clock: Clock | None = None,
) -> Outcome:
    """Write the patches that the actor may write, and bring them to the tables.

    A patch is refused as a whole where one of its changes is. Where there is no patch nothing is
    written at all.

    Raises:
        StoreError: the disk does not take it; the change comes into effect only if it does later.
    """
    if not patches:
        return Outcome(unchanged=tuple(unchanged))
    journal = _journal(uri, clock)
    actor = actor.known_in(uri)
    now = (clock or SystemClock()).now_us()
    journal.rows(None, {IDENTITIES: [IDENTITIES.row(ts=now, **actor.identity_row())]}, urgent=True)
    changes: list[Change] = []
    denied: list[Change] = []
    for patch in patches:
        allowed = all(allow(actor, change.action, change) for change in patch.changes)
        ids = sorted(new_id(now // 1000) for _ in patch.changes)  # events of one moment are listed by their ids
        told = [replace(change, event_id=i) for change, i in zip(patch.changes, ids, strict=True)]
        rows = _rows(patch, now) if allowed else {}
        events = [_event(change, actor, reason, now, "ok" if allowed else "denied") for change in told]
        journal.rows(patch.run_id, {**rows, EVENTS: events}, urgent=True)
        (changes if allowed else denied).extend(told)
    if not journal.close_segment():
        raise StoreError("the change is not on disk yet", uri, journal.health.problem or "the journal does not take it")
    return Outcome(tuple(changes), tuple(unchanged), tuple(denied), _deliver(uri))


def _rows(patch: Patch, now: int) -> dict[Table, list[list[Any]]]:
    return {table: [table.row(**{"ts": now, **row}) for row in rows] for table, rows in patch.rows.items()}


def _event(change: Change, actor: Actor, reason: str | None, now: int, result: str) -> list[Any]:
    return EVENTS.row(
        ts=now,
        event_id=change.event_id,
        actor_id=actor.actor_id,
        auth_method=actor.auth_method,
        client=actor.client,
        action=change.action,
        target_type=change.target_type,
        target_id=change.target_id,
        old=_json(change.old),
        new=_json(change.new),
        reason=reason,
        result=result,
        utc_offset_minutes=time.localtime(now / 1e6).tm_gmtoff // 60,
    )


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _journal(uri: str, clock: Clock | None) -> Journal:
    """Return the journal for the actions of this process: one for each store, as each leaves a folder behind."""
    if clock is not None:
        return Journal(uri, clock)
    key = (uri, journal_root(uri))
    with _journals_lock:
        if key not in _journals:
            _journals[key] = Journal(uri)
        return _journals[key]


def _deliver(uri: str) -> tuple[str, ...]:
    from runlake.store.ingest import drain  # loads the whole read side

    report = drain(uri)
    return report.problems if report.waiting else ()
