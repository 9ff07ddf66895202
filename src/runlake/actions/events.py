"""Recording an event that changes no row: an export, a verification, a view of something guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason, clean_text
from runlake.actions.record import record
from runlake.capture.redact import redact_value
from runlake.capture.redact_names import own_id, redact_name
from runlake.errors import InvalidValue
from runlake.journal import store_uri

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock


def record_event(
    store: str | Path | None,
    action: str,
    target: tuple[str, str],
    *,
    run_id: str | None = None,
    old: object = None,
    new: object = None,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Record that something was done.

    Args:
        store: path or URI; None takes the default.
        action: what, as noun.verb, such as `runs.export`.
        target: type and id of what it was done to.
        run_id: the run that it belongs to, where it belongs to one.
        old: value before, as JSON can hold it.
        new: value after.
        actor: who did it.
        reason: why.
        clock: where the time comes from; None for the machine's own.

    Raises:
        InvalidValue: the action is no noun.verb, or the target has no type or id.
        StoreError: the journal cannot be written.
    """
    noun, _, verb = action.partition(".")
    if not (noun.isidentifier() and verb.isidentifier()):
        raise InvalidValue("action", action, "noun.verb, such as 'runs.export'")
    if not all(target):
        raise InvalidValue("target", target, "a type and an id")
    kind, named = (clean_text(one, "target") for one in target)
    run_id = None if run_id is None else own_id(run_id)
    change = Change(redact_name(action), kind, named, run_id, redact_value("old", old), redact_value("new", new))
    patch = Patch(run_id, [change])
    return record(store_uri(store), [patch], actor=actor, reason=clean_reason(reason), clock=clock)
