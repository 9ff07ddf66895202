"""Spooled bytes become blobs, named by their SHA-256: equal files are kept once.

A spooled file stays until the rows that name its blob are committed, so that a kill in between
finds everything again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue
from runlake.journal import Row, Segment, spool_path
from runlake.schema import ARTIFACTS
from runlake.schema.columnar import FORM, FORM_KEY
from runlake.store.columnar import parquet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from runlake.store.layout import Store

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
    if not store.files.exists(store.blob(sha)):
        store.files.add(source, store.blob(sha))
    return sha, size


def forget(spooled: Iterable[Path]) -> None:
    """Remove spooled files whose rows are committed."""
    for path in spooled:
        with contextlib.suppress(OSError):
            path.unlink()


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
        sha, size, metadata = _stored(path, metadata, store)
    except FileNotFoundError:
        if path.exists():
            raise
        return _completed(row, {**metadata, "missing": True}, sha=named, size=size)
    if named not in {None, sha}:
        # what the row names was never here whole; what is here is kept under its own name
        return _completed(row, {**metadata, "missing": True, "found": sha}, sha=named, size=size)
    found.append(path)
    return _completed(row, metadata, sha=sha, size=size)


def _stored(path: Path, metadata: dict[str, Any], store: Store) -> tuple[str, int, dict[str, Any]]:
    """Store what was spooled: (digest, size, what is left to say); a table becomes Parquet first."""
    if metadata.get(FORM_KEY) != FORM:
        return *store_blob(path, store), metadata
    try:
        content = parquet(path.read_bytes())
    except InvalidValue as problem:  # damaged: kept as it is, and still said to be in that form
        return *store_blob(path, store), metadata | {"problem": str(problem)}
    made = path.with_name(f".{path.name}.parquet")
    try:
        made.write_bytes(content)
        sha, size = store_blob(made, store)
    finally:
        made.unlink(missing_ok=True)
    return sha, size, {name: fact for name, fact in metadata.items() if name != FORM_KEY}


def _is_stored(sha: str, store: Store) -> bool:
    try:
        return store.files.exists(store.blob(sha))
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
