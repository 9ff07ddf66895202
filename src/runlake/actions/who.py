"""Who acts: the person at the command line or in the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runlake.capture.redact_text import redact_text
from runlake.errors import StoreError
from runlake.journal import actor_id, make_root
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Actor:
    """A person and how they came.

    Attributes:
        user: name that the person goes by: claimed, not verified.
        client: through what they act, and its version: `cli 0.1.0`.
        auth_method: how they were established; `local` is the operating-system user, not authenticated.
        actor_id: random id of the person on this machine; "" until a store is known, since each has its own.
        facts: further columns of `identities`.
    """

    user: str
    client: str
    auth_method: str = "local"
    actor_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def known_in(self, uri: str) -> Actor:
        """Return the actor with the id that the store's journals on this machine keep for them.

        Raises:
            StoreError: the journal folder cannot be written.
        """
        if self.actor_id:
            return self
        person = f"{self.user}|{self.facts.get('process_owner')}|{self.facts.get('host')}"
        try:
            return replace(self, actor_id=actor_id(make_root(uri), person))
        except OSError as problem:
            raise StoreError(
                "nothing was changed: the journal folder cannot be written", uri, str(problem)
            ) from problem

    def identity_row(self) -> dict[str, Any]:
        """Lay out what `identities` keeps, by column."""
        facts = {**self.facts, "actor_id": self.actor_id, "user": self.user}
        return {name: redact_text(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


def local_actor(client: str = "sdk") -> Actor:
    """Return the operating-system user of this process.

    Args:
        client: cli, app or sdk.
    """
    from runlake.capture import Context  # the command line that only reads need not load it

    known = dict(Context.live().identity())
    return Actor(user=str(known.pop("user")), client=f"{client} {VERSION}", facts=known)
