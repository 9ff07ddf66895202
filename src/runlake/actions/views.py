"""Saving, changing, sharing, deleting and restoring views of the dashboard.

A view is a page with what its link carries. A private one is offered to who saved it alone; that keeps it out of the
way of others, and no more: whoever can read the files of a store can read all of it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason, clean_text, one_of
from runlake.actions.current import read
from runlake.actions.record import record
from runlake.errors import InvalidValue, NotFound
from runlake.ids import new_id
from runlake.schema import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock
    from runlake.query import Lake

VISIBILITIES = ("private", "shared")
NAME_LIMIT, DESCRIPTION_LIMIT = 120, 2_000
QUERY_LIMIT, MOST_PARAMETERS = 30_000, 100  # servers take no address that is much longer
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What the change of each field is called.
_VERBS = {"name": "rename", "description": "describe", "query": "change", "visibility": "share", "deleted": "delete"}
_TURNED = frozenset({"visibility", "deleted"})  # what can be undone has a word for that


@dataclass(frozen=True, slots=True)
class ViewDetails:
    """What can be said of a view; None leaves a field as it is.

    Attributes:
        name: what people call it.
        description: what it is for; "" takes it away.
        query: what the link of its page carries, as a query string.
        visibility: private or shared.
    """

    name: str | None = None
    description: str | None = None
    query: str | None = None
    visibility: str | None = None

    def columns(self) -> dict[str, str]:
        """Lay the fields out as columns of the table, checked and redacted.

        Raises:
            InvalidValue: one of them cannot be kept.
        """
        given = {
            "name": None if self.name is None else _name(self.name),
            "description": None if self.description is None else _description(self.description),
            "query": None if self.query is None else _query(self.query),
            "visibility": None if self.visibility is None else _visibility(self.visibility),
        }
        return {name: value for name, value in given.items() if value is not None}


def save_view(
    store: str | Path | None,
    page: str,
    details: ViewDetails,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Save a view; it is private unless `details` says otherwise. Its id is the target of the change.

    Args:
        store: path or URI; None takes the default.
        page: the page of the dashboard.
        details: with a name; a query that is left out is the page as it is without any choice.
        actor: who saves it.
        reason: why.
        clock: where the time comes from; None for the machine's own.

    Raises:
        InvalidValue: there is no name, or a field cannot be kept.
        StoreError: the store cannot be read or the journal not be written.
    """
    if not _WORD.fullmatch(page):
        raise InvalidValue("page", page, "the name of a page, such as runs")
    if details.name is None:
        raise InvalidValue("view", "nothing", "a name")
    new = {"page": page, "query": "", "visibility": "private", **details.columns()}
    lake = read(store)
    actor = actor.known_in(lake.snapshot.uri)
    view_id = new_id((clock.now_us() if clock else time.time_ns() // 1_000) // 1_000)
    change = Change("view.save", "view", view_id, None, None, new, new["name"])
    patch = Patch(None, [change], {VIEWS: [{"view_id": view_id, "actor_id": actor.actor_id, **new}]})
    return record(lake.snapshot.uri, [patch], actor=actor, reason=clean_reason(reason), clock=clock)


def change_view(
    store: str | Path | None,
    view_id: str,
    details: ViewDetails,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Rename, describe, share or overwrite a view; each field that changes is an event.

    Raises:
        NotFound: there is no such view, or it is the private one of somebody else.
        InvalidValue: nothing is given, a field cannot be kept, or somebody else than who saved it makes it private.
        StoreError: the store cannot be read or the journal not be written.
    """
    columns = details.columns()
    if not columns:
        raise InvalidValue("view", "nothing", f"at least one of {', '.join(ViewDetails.__dataclass_fields__)}")
    return _patch(store, view_id, columns, actor=actor, reason=reason, clock=clock)


def delete_view(
    store: str | Path | None,
    view_id: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Take a view out of every list until it is restored; see `change_view`."""
    return _patch(store, view_id, {"deleted": True}, actor=actor, reason=reason, clock=clock)


def restore_view(
    store: str | Path | None,
    view_id: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Bring a deleted view back; see `change_view`."""
    return _patch(store, view_id, {"deleted": False}, actor=actor, reason=reason, clock=clock)


def _patch(
    store: str | Path | None,
    view_id: str,
    fields: Mapping[str, str | bool],
    *,
    actor: Actor,
    reason: str | None,
    clock: Clock | None,
) -> Outcome:
    lake = read(store)
    now = _now(lake, view_id, actor)
    if fields.get("visibility") == "private" and now["visibility"] != "private" and now["user"] != actor.user:
        # It would be gone for who does it, and for everybody else.
        raise InvalidValue("visibility", "private", "shared: who saved a view alone makes it private")
    changed = {name: new for name, new in fields.items() if (now[name] or "") != (new or "")}
    unchanged = [f"view {now['name']!r}: {name} is already as asked" for name in fields if name not in changed]
    changes = [_change(now, name, new) for name, new in changed.items()]
    actor = actor.known_in(lake.snapshot.uri)
    row = {"view_id": view_id, "actor_id": actor.actor_id, **changed}
    patches = [Patch(None, changes, {VIEWS: [row]})] if changes else []
    return record(
        lake.snapshot.uri, patches, actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock
    )


def _now(lake: Lake, view_id: str, actor: Actor) -> dict[str, Any]:
    for row in lake.views(user=actor.user, deleted=True).iter_rows(named=True):
        if row["view_id"] == view_id:
            return row
    raise NotFound("view", view_id, "it is gone, or the private one of somebody else")


def _change(now: Mapping[str, Any], field: str, new: str | bool) -> Change:
    verb = {False: "restore", "private": "unshare"}.get(new, _VERBS[field]) if field in _TURNED else _VERBS[field]
    return Change(f"view.{verb}", "view", now["view_id"], None, {field: now[field]}, {field: new}, now["name"])


def _name(text: str) -> str:
    name = " ".join(clean_text(text, "name").split())
    if not name or len(name) > NAME_LIMIT or any(ord(c) < 32 or c == "\x7f" for c in name):
        raise InvalidValue(
            "name", text[:NAME_LIMIT] if name else "nothing", f"1 to {NAME_LIMIT} characters in one line"
        )
    return name


def _description(text: str) -> str:
    clean = clean_text(text.strip(), "description")
    if len(clean) > DESCRIPTION_LIMIT:
        raise InvalidValue("description", f"{len(clean)} characters", f"at most {DESCRIPTION_LIMIT}")
    return clean


def _visibility(text: str) -> str:
    return one_of("visibility", text or "nothing", VISIBILITIES) or ""


def _query(text: str) -> str:
    """Check a query string, take secrets out of its values, and write it in the one form that pages write."""
    if len(text) > QUERY_LIMIT:
        raise InvalidValue("query", f"{len(text)} characters", f"at most {QUERY_LIMIT}")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise InvalidValue("query", text[:200], f"a query string of at most {MOST_PARAMETERS} parameters") from None
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) or not all(map(_WORD.fullmatch, names)):
        raise InvalidValue("query", text[:200], "parameters of a page, each once")
    return urlencode([(name, clean_text(value, "query")) for name, value in pairs])
