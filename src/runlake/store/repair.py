"""Mending a table's log: checkpoints that cannot be read are set aside, and the commits tell the rest.

A checkpoint only sums up the commits before it. Every commit is kept, in the log or in its archive,
so whatever is wrong with a checkpoint can be mended without losing anything.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runlake.schema import COMMIT_ORDER
from runlake.store.archive import FOLDER, can_be_read, checkpoints, commit_bytes
from runlake.store.delta import LOG, log_entry, log_versions, make_checkpoint, open_table
from runlake.store.guard import guarded
from runlake.store.layout import open_store
from runlake.store.lock import maintaining

if TYPE_CHECKING:
    from runlake.store.files import Files

DAMAGED = "damaged"
_HINT = f"{LOG}/_last_checkpoint"


def damaged_checkpoints(files: Files) -> list[str]:
    """List the checkpoints of a table that cannot be read whole, and a hint that points to none, by name.

    Raises:
        OSError: the table cannot be reached.
    """
    found = checkpoints(files)
    damaged = [name for name, _ in found if not can_be_read(files, name)]
    whole = {version for name, version in found if name not in damaged}
    return damaged + ([_HINT] if files.exists(_HINT) and _hinted(files) not in whole else [])


def repair(uri: str) -> dict[str, int]:
    """Mend the logs of all tables; how many damaged files were set aside, by table.

    Raises:
        NotFound: there is no store.
        StoreError: a log cannot be read or written, or another process maintains the store.
    """
    store = open_store(uri)
    mended = {}
    with guarded("cannot mend the log", store.uri), maintaining(store.uri) as mine:
        if not mine:
            raise OSError("another process maintains this store; try again later")
        for table in COMMIT_ORDER:
            files = store.table(table.name)
            if damaged := damaged_checkpoints(files):
                for name in damaged:
                    files.move(name, f"{FOLDER}/{DAMAGED}/{name.removeprefix(f'{LOG}/')}")
                _bring_back_commits(files)
                make_checkpoint(files, open_table(files))
                mended[table.name] = len(damaged)
    return mended


def _bring_back_commits(files: Files) -> None:
    """Put archived commits back into the log, back to the newest checkpoint or to the first commit."""
    base = max((version for _, version in checkpoints(files)), default=-1)
    first = min(log_versions(files))
    for version in range(first - 1, base, -1):
        files.put_once(log_entry(version), commit_bytes(files, version))


def _hinted(files: Files) -> int:
    try:
        return int(json.loads(files.read(_HINT))["version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return -1
