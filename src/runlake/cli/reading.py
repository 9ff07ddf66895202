"""What every reading command says about the snapshot that it read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from runlake.formats import plain

if TYPE_CHECKING:
    from runlake.query import Lake


def snapshot(lake: Lake) -> dict[str, object]:
    """Name what was read: store, key, version of each table, the moment asked for, what is not in it."""
    from runlake.query.described import described  # loads the read side

    return described(lake)


def say_pending(lake: Lake) -> None:
    """Tell people what is on this machine but not in what they see."""
    for sentence in lake.pending:
        print(f"runlake: note: {plain(sentence)}", file=sys.stderr)
