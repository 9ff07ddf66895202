"""Where the parts of a store lie. Only local folders so far; nobody else joins paths of a store."""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.journal import store_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
MARKER = "store.json"


@dataclass(frozen=True, slots=True)
class Store:
    """A store that exists.

    Attributes:
        uri: absolute path of its folder.
        id: random id from its marker.
        options: storage options for object stores; empty for a folder.
    """

    uri: str
    id: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return Path(self.uri)

    def table_path(self, name: str) -> Path:
        """Return the folder of one table; it may not exist yet."""
        return self.folder / name

    def table_uri(self, name: str) -> str:
        """Return where one table is, for readers that take a URI or a path."""
        return str(self.table_path(name))

    def blob_path(self, sha256: str) -> Path:
        """Return where the blob with this digest lies, or would lie.

        Raises:
            InvalidValue: it is not a SHA-256 in lower-case hex, so no path is made of it.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise InvalidValue("sha256", sha256, "64 lower-case hex digits")
        return self.folder / "blobs" / "sha256" / sha256[:2] / sha256


def open_store(store: str | Path | None = None, *, create: bool = False) -> Store:
    """Open a store, by default the one that `RUNLAKE_STORE` names.

    Args:
        store: path of its folder.
        create: make the folder and its marker where there is none.

    Raises:
        NotFound: there is no store and `create` is false.
        InvalidValue: the path has characters that the table engine cannot address.
        StoreError: the marker cannot be read or written, or a newer Runlake wrote it.
    """
    uri = store_uri(store)
    marker = Path(uri) / MARKER
    if not marker.exists():
        if not create:
            raise NotFound("store", uri, "log a run into it first, or name another one with --store or RUNLAKE_STORE")
        _create(marker)
    return Store(uri, _read(marker))


def put_once(path: Path, content: bytes) -> bool:
    """Create a file whole and synced, or not at all; False where somebody else was first."""
    draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    else:
        return True
    finally:
        draft.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Bring a file's bytes to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk: a new name can vanish while its bytes survive."""
    if os.name != "nt":
        sync_file(path)


def _create(marker: Path) -> None:
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        put_once(marker, json.dumps({"format": FORMAT, "id": str(uuid.uuid4())}).encode())
        sync_folder(marker.parent.parent)
    except OSError as problem:
        raise StoreError("cannot create the store", str(marker.parent), str(problem)) from problem


def _read(marker: Path) -> str:
    try:
        facts = json.loads(marker.read_text())
        found, identity = int(facts["format"]), str(facts["id"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StoreError(f"cannot read {MARKER}", str(marker.parent), str(problem)) from problem
    if found > FORMAT:
        cause = f"it has format {found}, this version knows up to {FORMAT}; update runlake"
        raise StoreError("a newer Runlake wrote this store", str(marker.parent), cause)
    return identity
