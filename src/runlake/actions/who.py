"""Who acts: the person at the command line or in the dashboard."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runlake.capture.redact_text import redact_text
from runlake.errors import InvalidType, InvalidValue, StoreError
from runlake.journal import actor_id, make_root
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL, CLAIMED = "local", "claimed"
NAME_LIMIT = 80
# What git and the home directory say is said of the account that runs the process, not of somebody who claims a name.
_OF_THE_ACCOUNT = frozenset({"user_source", "git_name", "email", "home"})
# Control characters, marks that reorder or join what is read, halves of pairs, characters that are none, line ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person and how they came.

    Attributes:
        user: name that the person goes by: claimed, not verified.
        client: through what they act, and its version: `cli 0.1.0`.
        auth_method: how they were established; `local` is the operating-system user, not authenticated, `claimed` a
            name chosen in the settings of the dashboard.
        actor_id: random id of the person on this machine; "" until a store is known, since each has its own.
        facts: further columns of `identities`.
    """

    user: str
    client: str
    auth_method: str = LOCAL
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
        if self.auth_method != LOCAL:
            person += f"|{self.auth_method}"  # who claims the name of an account is not that account
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


def claimed_name(text: object) -> str:
    """Return a name that somebody may claim, in the one form in which it is kept.

    Raises:
        InvalidType: it is no text.
        InvalidValue: it is empty, too long, or has characters that cannot be seen: they would make it look like another.
    """
    if not isinstance(text, str):
        raise InvalidType("name", text, "text")
    name = " ".join(unicodedata.normalize("NFC", text).split()) if len(text) <= 10 * NAME_LIMIT else text
    if not name or len(name) > NAME_LIMIT:
        raise InvalidValue("name", f"{len(name)} characters" if name else "nothing", f"1 to {NAME_LIMIT} characters")
    if any(unicodedata.category(c) in _UNSEEN for c in name):
        raise InvalidValue("name", name, "characters that can be seen, and nothing that reorders them")
    return name


def claimed_actor(name: str, client: str = "app") -> Actor:
    """Return somebody who says who they are to a process that another account may have started.

    The account stands beside the name in `identities`, as `process_owner`.

    Args:
        name: as they claim it.
        client: cli, app or sdk.

    Raises:
        InvalidValue: it is no name, see `claimed_name`.
    """
    account = local_actor(client)
    facts = {key: fact for key, fact in account.facts.items() if key not in _OF_THE_ACCOUNT}
    return replace(account, user=claimed_name(name), auth_method=CLAIMED, facts={**facts, "user_source": "settings"})
