"""Mending a table's log: checkpoints that cannot be read are set aside, and the commits tell the rest.

A checkpoint only sums up the commits before it. Every commit is kept, in the log or in its archive,
so whatever is wrong with a checkpoint can be mended without losing anything.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runlake.schema import COMMIT_ORDER
from runlake.store.archive import FOLDER, can_be_read, checkpoints, commit_bytes
from runlake.store.delta import LOG, log_entry, log_versions, open_table
from runlake.store.guard import guarded
from runlake.store.layout import open_store, put_once, sync_folder
from runlake.store.lock import maintaining
from runlake.store.sharing import make_folder, open_up_all

if TYPE_CHECKING:
    from pathlib import Path

DAMAGED = "damaged"
_HINT = "_last_checkpoint"


def damaged_checkpoints(path: Path) -> list[Path]:
    """List the checkpoints of a table that cannot be read whole, and a hint that points to none."""
    found = checkpoints(path)
    damaged = [file for file, _ in found if not can_be_read(file)]
    whole = {version for file, version in found if file not in damaged}
    hint = path / LOG / _HINT
    return damaged + ([hint] if hint.exists() and _hinted(hint) not in whole else [])


def repair(uri: str) -> dict[str, int]:
    """Mend the logs of all tables; how many damaged files were set aside, by table.

    Raises:
        NotFound: there is no store.
        StoreError: a log cannot be read or written, or another process maintains the store.
    """
    store = open_store(uri)
    mended = {}
    with guarded("cannot mend the log", store.uri), maintaining(store.folder) as mine:
        if not mine:
            raise OSError("another process maintains this store; try again later")
        for table in COMMIT_ORDER:
            path = store.table_path(table.name)
            if damaged := damaged_checkpoints(path):
                _set_aside(path, damaged)
                _bring_back_commits(path)
                open_table(path).create_checkpoint()
                open_up_all(path / LOG)
                mended[table.name] = len(damaged)
    return mended


def _set_aside(path: Path, damaged: list[Path]) -> None:
    folder = path / FOLDER / DAMAGED
    make_folder(folder)
    for file in damaged:
        file.replace(folder / file.name)
    sync_folder(folder)
    sync_folder(path / LOG)


def _bring_back_commits(path: Path) -> None:
    """Put archived commits back into the log, back to the newest checkpoint or to the first commit."""
    base = max((version for _, version in checkpoints(path)), default=-1)
    first = min(log_versions(path))
    for version in range(first - 1, base, -1):
        put_once(log_entry(path, version), commit_bytes(path, version))
    sync_folder(path / LOG)


def _hinted(hint: Path) -> int:
    try:
        return int(json.loads(hint.read_text())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return -1
