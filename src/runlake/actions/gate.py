"""The access gate: every action passes `allow`, and what it refuses becomes an event too.

A store without accounts has no more to tell people apart by than the operating system has, so the
local policy lets everybody who can write the files do everything. An actor who was established in
a way that this version does not know is refused: unknown means no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlake.actions.change import Change
    from runlake.actions.who import Actor

# How an actor can have been established. `local` is the operating-system user, not authenticated; `claimed` is a name
# chosen in the settings of the dashboard, behind which that user stands: it may do what they may.
ADMITTED = frozenset({"local", "claimed"})


def allow(actor: Actor, action: str, target: Change) -> bool:
    """Tell whether the actor may do this to the target."""
    return actor.auth_method in ADMITTED and bool(action) and bool(target.target_id)
