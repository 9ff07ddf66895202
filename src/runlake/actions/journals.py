"""Taking over journals whose machine or container is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason
from runlake.actions.record import record
from runlake.errors import StoreError
from runlake.journal import journal_root, store_uri
from runlake.store.adopt import SILENT_S, Foreign, adopt, foreign_journals

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock


def adopt_journals(
    store: str | Path | None, *, actor: Actor, reason: str | None = None, clock: Clock | None = None
) -> Outcome:
    """Take over the journals here that wait for another machine or container, on the actor's word that it is gone.

    The next delivery brings them in and says `killed` of the runs that they left running. A journal
    that was written to within five minutes stays where it is: its process may live, and two
    hands on one journal would lose what it writes.

    Raises:
        StoreError: a journal cannot be read or written.
    """
    uri = store_uri(store)
    try:
        found = foreign_journals(journal_root(uri))
        silent = {journal.writer: journal for journal in found if journal.is_silent}
        done = record(
            uri,
            [Patch(None, [_change(journal)]) for journal in silent.values()],
            actor=actor,
            reason=clean_reason(reason),
            unchanged=[_kept(journal) for journal in found if not journal.is_silent],
            clock=clock,
        )
        for change in done.changes:
            adopt(silent[change.target_id])
    except OSError as problem:
        raise StoreError("a journal cannot be taken over", uri, str(problem)) from problem
    return done


def _change(journal: Foreign) -> Change:
    return Change("journal.adopt", "writer", journal.writer, None, None, {"silent_s": round(journal.silent_s)})


def _kept(journal: Foreign) -> str:
    return (
        f"the journal of writer {journal.writer} was written to {journal.silent_s:.0f} s ago, so its process may live; "
        f"it can be taken over after {SILENT_S:.0f} s of silence"
    )
