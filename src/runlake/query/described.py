"""What a snapshot is, as values: what every document that leaves Runlake says it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlake.query.lake import Lake


def described(lake: Lake) -> dict[str, object]:
    """Name what was read: store, key, version of each table, the moment asked for, what is not in it."""
    read = lake.snapshot
    return {
        "store": read.uri,
        "key": read.key,
        "versions": dict(sorted(read.versions.items())),
        "as_of": read.as_of,
        "live": read.live,
        "pending": list(lake.pending),
    }
