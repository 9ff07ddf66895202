"""Setting and removing tags of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason, clean_text
from runlake.actions.current import read, resolved, tags_now
from runlake.actions.record import record
from runlake.capture.redact_names import check_key
from runlake.errors import InvalidType, InvalidValue
from runlake.ids import short_id
from runlake.schema import TAGS

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock

TagValue = str | Sequence[str] | None


def set_tags(
    store: str | Path | None,
    runs: Sequence[str],
    tags: Mapping[str, TagValue],
    *,
    remove: Iterable[str] = (),
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Set and remove tags of one or several runs; all of a run's tags change at once.

    Args:
        store: path or URI; None takes the default.
        runs: RUN texts: ids, unique ends of ids, or `experiment:name`.
        tags: key -> value, several values, or None for a tag without a value; they replace what was there.
        remove: keys to take away.
        actor: who does it.
        reason: why.

    Raises:
        NotFound, Ambiguous: a RUN names no run or several; nothing has changed.
        InvalidValue: a key is set and removed, or is no key.
        StoreError: the store cannot be read or the journal not be written.
    """
    wanted: dict[str, list[str] | None] = {check_key(k, "tag"): _values(k, v) for k, v in tags.items()}
    for key in remove:
        if wanted.setdefault(check_key(key, "tag"), None) is not None:
            raise InvalidValue("tag", key, "a key either to set or to remove, not both")
    lake = read(store)
    run_ids = resolved(lake, runs)
    now = tags_now(lake, run_ids)
    patches, unchanged = [], []
    for run_id in run_ids:
        changes = [c for key, values in wanted.items() if (c := _change(run_id, key, now[run_id].get(key), values))]
        if changes:
            patches.append(Patch(run_id, changes, {TAGS: [_row(c) for c in changes]}))
        unchanged += [_same(run_id, key) for key in wanted if key not in {c.target_id for c in changes}]
    return record(
        lake.snapshot.uri, patches, actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock
    )


def remove_tags(
    store: str | Path | None,
    runs: Sequence[str],
    keys: Iterable[str],
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Take tags away from one or several runs; see `set_tags`."""
    return set_tags(store, runs, {}, remove=keys, actor=actor, reason=reason, clock=clock)


def _values(key: str, value: TagValue) -> list[str]:
    if value is None:
        return []
    values = [value] if isinstance(value, str) else list(value)
    for one in values:
        if not isinstance(one, str):
            raise InvalidType(f"tag {key!r}", one, "text, several texts, or None for a tag without a value")
    return [clean_text(one, f"tag {key!r}", key=key) for one in values]


def _change(run_id: str, key: str, old: list[str] | None, new: list[str] | None) -> Change | None:
    if old == new:
        return None
    return Change("tag.remove" if new is None else "tag.set", "tag", key, run_id, old, new)


def _row(change: Change) -> dict[str, object]:
    return {"key": change.target_id, "values": change.new or [], "removed": change.new is None}


def _same(run_id: str, key: str) -> str:
    return f"run {short_id(run_id)}: tag {key!r} is already as asked"
