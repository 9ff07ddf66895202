"""Pinning: a tag of the experiment, for everybody who uses the store; its event says who pinned it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from components import changing
from runlake.actions import Details

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "pinned"


def tags_of(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Read the tags of an experiment; none where they are not what they should be."""
    try:
        found = json.loads(row["tags"] or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(key): [str(v) for v in (value if isinstance(value, list) else [value])] for key, value in found.items()}


def is_pinned(row: Mapping[str, Any]) -> bool:
    """Return whether somebody has pinned the experiment."""
    return TAG in tags_of(row)


def turn(path: str, *, pinned: bool) -> None:
    """Pin an experiment, or unpin it; a callback."""
    values: list[str] | None = [] if pinned else None  # no name: `identities` alone names people
    # The card that comes or goes says that it was done; a notice would only lie over what can be clicked next.
    changing.attempt(path, Details(tags={TAG: values}))


def counted(row: Mapping[str, Any]) -> str:
    """Say how many runs there are, and how many of them did not simply finish.

    >>> counted({"runs": 12, "running": 1, "failed": 0, "killed": 2})
    '12 runs · 1 running · 2 killed'
    """
    runs = f"{row['runs']:,} {'run' if row['runs'] == 1 else 'runs'}"
    return " · ".join((runs, *(f"{row[s]:,} {s}" for s in ("running", "failed", "killed") if row[s])))
