"""Renaming, annotating, deleting and restoring runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason, clean_text
from runlake.actions.current import headers_now, read, resolved
from runlake.actions.record import record
from runlake.capture.texts import NOTES
from runlake.errors import InvalidValue
from runlake.ids import short_id
from runlake.schema import RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock


def rename_run(
    store: str | Path | None,
    run: str,
    name: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Give a run another name; names need not be unique, and the id stays.

    Raises:
        NotFound, Ambiguous: `run` names no run or several.
        InvalidValue: the name is empty or longer than 500 characters.
        StoreError: the store cannot be read or the journal not be written.
    """
    new = clean_text(name.strip(), "name")
    if not new or len(new) > 500:
        raise InvalidValue("name", name, "1 to 500 characters")
    return _patch(store, [run], {"name": new}, action="run.rename", actor=actor, reason=reason, clock=clock)


def note_run(
    store: str | Path | None,
    run: str,
    *,
    notes: str | None = None,
    hypothesis: str | None = None,
    expected_outcome: str | None = None,
    conclusion: str | None = None,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Write what a run is about; each text replaces the one before, "" takes it away, None leaves it.

    Raises:
        NotFound, Ambiguous: `run` names no run or several.
        InvalidValue: no text is given.
        StoreError: the store cannot be read or the journal not be written.
    """
    given = dict(zip(NOTES, (notes, hypothesis, expected_outcome, conclusion), strict=True))
    texts = {field: clean_text(text, field) for field, text in given.items() if text is not None}
    if not texts:
        raise InvalidValue("note", "nothing", f"at least one of {', '.join(NOTES)}")
    return _patch(store, [run], texts, action="run.note", actor=actor, reason=reason, clock=clock)


def delete_runs(
    store: str | Path | None,
    runs: Sequence[str],
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Hide runs from every list until they are restored; nothing is erased.

    Raises:
        NotFound, Ambiguous: a RUN names no run or several; nothing has changed.
        StoreError: the store cannot be read or the journal not be written.
    """
    return _patch(store, runs, {"deleted": True}, action="run.delete", actor=actor, reason=reason, clock=clock)


def restore_runs(
    store: str | Path | None,
    runs: Sequence[str],
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Bring deleted runs back.

    Raises:
        NotFound, Ambiguous: a RUN names no run or several; nothing has changed.
        StoreError: the store cannot be read or the journal not be written.
    """
    return _patch(store, runs, {"deleted": False}, action="run.restore", actor=actor, reason=reason, clock=clock)


def _patch(
    store: str | Path | None,
    runs: Sequence[str],
    fields: Mapping[str, str | bool],
    *,
    action: str,
    actor: Actor,
    reason: str | None,
    clock: Clock | None,
) -> Outcome:
    lake = read(store)
    run_ids = resolved(lake, runs)
    now = headers_now(lake, run_ids)
    patches, unchanged = [], []
    for run_id in run_ids:
        changed = {f: new for f, new in fields.items() if (now[run_id][f] or "") != (new or "")}
        changes = [Change(action, "run", run_id, run_id, {f: now[run_id][f]}, {f: new}) for f, new in changed.items()]
        if changes:
            patches.append(Patch(run_id, changes, {RUNS: [changed]}))
        unchanged += [_same(run_id, field, fields[field]) for field in fields if field not in changed]
    return record(
        lake.snapshot.uri, patches, actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock
    )


def _same(run_id: str, field: str, value: str | bool) -> str:
    if field == "deleted":
        return f"run {short_id(run_id)} is {'already' if value else 'not'} deleted"
    return f"run {short_id(run_id)}: {field.replace('_', ' ')} is already as asked"
