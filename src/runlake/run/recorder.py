"""Writes rows of one run with their author: the one way from the run's handle to the journal."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlake.ids import new_id
from runlake.schema import EVENTS, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlake.journal import Journal


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, as every event names them.

    Attributes:
        actor_id: random id of the person on this machine; `identities` says who it is.
        auth_method: how that was established; "local" is the operating-system user.
        client: sdk, cli or app, and its version.
    """

    actor_id: str
    auth_method: str
    client: str


@dataclass(frozen=True, slots=True)
class Recorder:
    """Journal, run and author, bound together.

    Attributes:
        clean: redacts a text, given its key.
    """

    journal: Journal
    run_id: str
    author: Author
    clean: Callable[[str, str], str]

    def now(self) -> int:
        """Microseconds since 1970 by the journal's clock."""
        return self.journal.clock.now_us()

    def rows(self, tables: Mapping[Table, list[list[Any]]], *, urgent: bool = False) -> None:
        """Append rows of one call, atomically over all tables."""
        self.journal.rows(self.run_id, tables, urgent=urgent)

    def event(
        self, action: str, target: tuple[str, str], *, old: Any = None, new: Any = None, reason: str | None = None
    ) -> list[Any]:
        """Lay out an event row.

        Args:
            action: noun.verb.
            target: (type, id) of what was acted on.
            old: value before, as JSON can hold it; None for none.
            new: value after.
            reason: why.
        """
        now = self.now()
        return event_row(self.author, now, action, target, old=old, new=new, reason=reason)


def event_row(
    author: Author,
    now_us: int,
    action: str,
    target: tuple[str, str],
    *,
    old: Any = None,
    new: Any = None,
    reason: str | None = None,
    result: str = "ok",
) -> list[Any]:
    """Lay out a row of `events`: who, what, when, target, old, new, reason, result."""
    target_type, target_id = target
    return EVENTS.row(
        ts=now_us,
        event_id=new_id(now_us // 1000),
        actor_id=author.actor_id,
        auth_method=author.auth_method,
        client=author.client,
        action=action,
        target_type=target_type,
        target_id=target_id,
        old=None if old is None else json.dumps(old, ensure_ascii=False),
        new=None if new is None else json.dumps(new, ensure_ascii=False),
        reason=reason,
        result=result,
        utc_offset_minutes=time.localtime(now_us / 1e6).tm_gmtoff // 60,
    )
