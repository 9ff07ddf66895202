"""What an action changed, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlake.schema import Table


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one thing; it becomes one event.

    Attributes:
        action: what, as noun.verb: `tag.set`, `run.delete`.
        target_type: run, tag, experiment or the like.
        target_id: id or key of the target.
        run_id: the run that it belongs to; None where it belongs to none.
        old: what was there before; None where nothing was.
        new: what is there now; None where nothing is.
        label: what people call the target; "" where its id says it.
        event_id: the event that tells of it.
    """

    action: str
    target_type: str
    target_id: str
    run_id: str | None
    old: object
    new: object
    label: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action.

    Attributes:
        changes: what changed, in the order of the events.
        unchanged: sentences about targets that were already as asked; nothing was written for them.
        denied: what the actor may not do; each is an event with the result `denied` and nothing else.
        pending: sentences: what is safe in the journal but not in the tables yet, and why.
    """

    changes: tuple[Change, ...] = ()
    unchanged: tuple[str, ...] = ()
    denied: tuple[Change, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    """What goes into one journal record, whole or not at all: rows, and the changes that explain them.

    Attributes:
        run_id: the run that the rows belong to; None where they belong to none.
        changes: one event each.
        rows: table -> rows as values by column name; `ts` is filled in when they are written.
    """

    run_id: str | None
    changes: Sequence[Change]
    rows: Mapping[Table, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
