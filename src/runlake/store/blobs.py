"""Spooled bytes become blobs, named by their SHA-256: equal files are kept once.

A spooled file stays until the rows that name its blob are committed, so that a kill in between
finds everything again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue
from runlake.journal import Row, Segment, spool_path
from runlake.schema import ARTIFACTS
from runlake.store.layout import Store, sync_file, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SHA, _SIZE, _METADATA = (ARTIFACTS.position[name] for name in ("sha256", "size_bytes", "metadata"))


def settle(segment: Segment, store: Store, root: Path) -> tuple[Segment, list[Path]]:
    """Store what the artifacts of a segment have spooled; fill in digest and size.

    Args:
        segment: rows with `{"spool": name}` in their metadata wait for their bytes; they may name their
            digest already, and rows that do may share a spooled file.
        root: the journal root that has the spool.

    Returns:
        The segment with its rows completed, and the spooled files that may go once it is committed.

    Raises:
        OSError: a blob cannot be written.
    """
    found: list[Path] = []
    rows = [_settled(row, store, root, found) for row in segment.rows.get(ARTIFACTS.name, ())]
    return (replace(segment, rows={**segment.rows, ARTIFACTS.name: rows}) if rows else segment), found


def store_blob(source: Path, store: Store) -> tuple[str, int]:
    """Store the bytes of a file, once for all equal ones; (digest, size).

    Raises:
        OSError: the file cannot be read or the blob cannot be written.
    """
    with source.open("rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    target = store.blob_path(sha)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{sha}.{os.urandom(6).hex()}")
        try:
            _copy(source, draft)
            sync_file(draft)
            draft.replace(target)
            for folder in target.parents[:3]:  # each of them may be new
                sync_folder(folder)
        finally:
            draft.unlink(missing_ok=True)
    return sha, size


def forget(spooled: Iterable[Path]) -> None:
    """Remove spooled files whose rows are committed."""
    for path in spooled:
        with contextlib.suppress(OSError):
            path.unlink()


def _copy(source: Path, draft: Path) -> None:
    try:
        # nobody writes to a spooled file any more, so the blob can be the same file under another name
        os.link(source, draft)
        draft.chmod(draft.parent.stat().st_mode & 0o666)
    except OSError:
        shutil.copyfile(source, draft)


def _settled(row: Row, store: Store, root: Path, found: list[Path]) -> Row:
    metadata, path = _spooled(row, root)
    if path is None:
        return row
    named, size = row.values[_SHA], row.values[_SIZE]
    if isinstance(named, str) and _is_stored(named, store):
        # several rows may share a spooled file, which went with the first of them
        found.append(path)
        return _completed(row, metadata, sha=named, size=size)
    try:
        sha, size = store_blob(path, store)
    except FileNotFoundError:
        if path.exists():
            raise
        return _completed(row, {**metadata, "missing": True}, sha=named, size=size)
    if named not in {None, sha}:
        # what the row names was never here whole; what is here is kept under its own name
        return _completed(row, {**metadata, "missing": True, "found": sha}, sha=named, size=size)
    found.append(path)
    return _completed(row, metadata, sha=sha, size=size)


def _is_stored(sha: str, store: Store) -> bool:
    try:
        return store.blob_path(sha).is_file()
    except InvalidValue:
        return False


def _spooled(row: Row, root: Path) -> tuple[dict[str, Any], Path | None]:
    """Split a row's metadata into the rest and the spooled file; no file where nothing was spooled."""
    text = row.values[_METADATA] if len(row.values) > _METADATA else None
    try:
        metadata = json.loads(text) if isinstance(text, str) and '"spool"' in text else None
    except ValueError:
        metadata = None
    name = metadata.pop("spool", None) if isinstance(metadata, dict) else None
    # the name comes from a file: it may not lead anywhere else
    if not isinstance(metadata, dict) or not isinstance(name, str) or not name.isalnum():
        return {}, None
    return metadata, spool_path(root, name)


def _completed(row: Row, metadata: dict[str, Any], *, sha: str | None, size: int | None) -> Row:
    values = list(row.values)
    values[_SHA], values[_SIZE] = sha, size
    values[_METADATA] = json.dumps(metadata, sort_keys=True) if metadata else None
    return row._replace(values=values)
