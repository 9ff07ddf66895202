"""Where the parts of a store lie; nobody else makes names of a store."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.journal import is_bucket, store_uri
from runlake.store.folder import Folder

if TYPE_CHECKING:
    from runlake.store.files import Files

FORMAT = 1
MARKER = "store.json"


@dataclass(frozen=True, slots=True)
class Store:
    """A store that exists.

    Attributes:
        uri: absolute path of its folder, or the URI of its place in a bucket.
        id: random id from its marker.
    """

    uri: str
    id: str

    @property
    def files(self) -> Files:
        """Everything that lies in it."""
        return files_of(self.uri)

    def table(self, name: str) -> Files:
        """Return where one table lies; it may not exist yet."""
        return self.files.below(name)

    def blob(self, sha256: str) -> str:
        """Return the name of the file that holds the blob with this digest, or would hold it.

        Raises:
            InvalidValue: it is not a SHA-256 in lower-case hex, so no name is made of it.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise InvalidValue("sha256", sha256, "64 lower-case hex digits")
        return f"blobs/sha256/{sha256[:2]}/{sha256}"


def files_of(uri: str) -> Files:
    """Return the place of a store, as `journal.store_uri` names it.

    Raises:
        MissingExtra: it is in a bucket, and what is needed for that is not installed.
        OSError: the environment has settings for buckets that contradict each other.
    """
    if not is_bucket(uri):
        return Folder(Path(uri))
    from runlake.store.bucket import bucket  # needs an extra

    return bucket(uri)


def open_store(store: str | Path | None = None, *, create: bool = False) -> Store:
    """Open a store, by default the one that `RUNLAKE_STORE` names.

    Args:
        store: path of its folder, or its URI in a bucket.
        create: make its marker where there is none.

    Raises:
        NotFound: there is no store and `create` is false.
        InvalidValue: no store can have this path or URI.
        StoreError: the marker cannot be read or written, or a newer Runlake wrote it.
        MissingExtra: it is in a bucket, and what is needed for that is not installed.
    """
    uri = store_uri(store)
    try:
        files = files_of(uri)
        if create and not files.exists(MARKER):
            _create(files)
        return Store(uri, _identity(files.read(MARKER), uri))
    except (FileNotFoundError, NotADirectoryError):
        hint = "log a run into it first, or name another one with --store or RUNLAKE_STORE"
        raise NotFound("store", uri, hint) from None
    except OSError as problem:
        raise StoreError(f"cannot read {MARKER}", uri, str(problem)) from problem


def _create(files: Files) -> None:
    try:
        files.prepare()
        files.put_once(MARKER, json.dumps({"format": FORMAT, "id": str(uuid.uuid4())}).encode())
    except OSError as problem:
        raise StoreError("cannot create the store", files.uri, str(problem)) from problem


def _identity(marker: bytes, uri: str) -> str:
    try:
        facts = json.loads(marker)
        found, identity = int(facts["format"]), str(facts["id"])
    except (ValueError, KeyError, TypeError) as problem:
        raise StoreError(f"cannot read {MARKER}", uri, str(problem)) from problem
    if found > FORMAT:
        cause = f"it has format {found}, this version knows up to {FORMAT}; update runlake"
        raise StoreError("a newer Runlake wrote this store", uri, cause)
    return identity
