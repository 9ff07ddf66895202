"""Whether a store can be changed from here, before somebody fills in a form for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.journal import store_uri

if TYPE_CHECKING:
    from pathlib import Path


def why_read_only(store: str | Path | None) -> str:
    """Say why nothing of a store can be changed by this process; "" where it seems that it can.

    What a bucket allows shows only when it is tried.
    """
    from runlake.store.layout import files_of  # loads the whole read side

    uri = store_uri(store)
    return "" if files_of(uri).may_write() else f"the store {uri} cannot be written by this user"
