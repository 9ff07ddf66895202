"""The files of a store in a bucket: Amazon S3 and what speaks its protocol, Azure Blob Storage, Google Cloud Storage.

Credentials come from the environment, where the engines and this module look for them alike; none
is ever held here. Creating a name once is a conditional put, so no lock service is needed.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from runlake.errors import MissingExtra
from runlake.store.files import Entry, tell_nobody
from runlake.store.guard import without_secrets

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
    from obstore.store import from_url
except ImportError as problem:
    raise MissingExtra("a store in a bucket", "cloud") from problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from obstore import ObjectMeta
    from obstore.store import ObjectStore, RetryConfig

_RETRY_S = 30
_RETRY: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=_RETRY_S)}
_SETTINGS = ("AWS_", "AZURE_", "GOOGLE_")
_AT_ONCE = 500  # names in one request to remove; 1,000 is the most that S3 takes, and 256 go by themselves on Azure
_BLOCK = 256 * 1024  # what is read at least where parts of a file are read: a Parquet footer, a commit in an archive


@dataclass(frozen=True, slots=True)
class Bucket:
    """Files below a prefix; see `Files` for what each method promises."""

    uri: str
    _client: ObjectStore
    _prefix: str = ""

    @property
    def options(self) -> Mapping[str, str]:
        """How long engines try: whoever waits for a bucket that is away goes on with something else."""
        return {"retry_timeout": f"{_RETRY_S}s"}

    def below(self, name: str) -> Bucket:
        """Return a place inside this one."""
        return Bucket(f"{self.uri}/{name}", self._client, self._key(name) + "/")

    def listing(self, folder: str = "") -> list[Entry]:
        """List the files directly in a folder."""
        inside = f"{folder}/" if folder else ""
        at = self._key(inside)
        with _asking("list", self.uri):
            found = obstore.list_with_delimiter(self._client, at.rstrip("/") or None)["objects"]
        return [_entry(inside + one["path"].removeprefix(at), one) for one in found]

    def entry(self, name: str) -> Entry:
        """Look at one file."""
        with _asking("look at", f"{self.uri}/{name}"):
            return _entry(name, obstore.head(self._client, self._key(name)))

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        try:
            self.entry(name)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str) -> bytes:
        """Return all bytes of a file."""
        with _asking("read", f"{self.uri}/{name}"):
            return bytes(obstore.get(self._client, self._key(name)).bytes())

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading ranges of it."""
        size = self.entry(name).size_bytes
        ranges = _Ranges(self._client, self._key(name), f"{self.uri}/{name}", size)
        return cast("BinaryIO", io.BufferedReader(ranges, _BLOCK))

    def put_once(self, name: str, content: bytes) -> bool:
        """Create a file whole, or not at all."""
        try:
            with _asking("write", f"{self.uri}/{name}"):
                obstore.put(self._client, self._key(name), content, mode="create", use_multipart=False)
        except FileExistsError:
            return False
        return True

    @contextlib.contextmanager
    def new(self, name: str) -> Iterator[Path]:
        """Give a path on this machine, whose file is uploaded at the end."""
        with tempfile.TemporaryDirectory(prefix="runlake-") as folder:
            draft = Path(folder) / Path(name).name
            yield draft
            self.add(draft, name)

    def add(self, source: Path, name: str) -> None:
        """Upload a finished local file."""
        with _asking("write", f"{self.uri}/{name}"):
            obstore.put(self._client, self._key(name), source)

    def move(self, name: str, to: str) -> None:
        """Give a file another name: it is copied first."""
        with _asking("move", f"{self.uri}/{name}"):
            obstore.rename(self._client, self._key(name), self._key(to))

    def remove(self, names: Iterable[str], on_each: Callable[[str], None] = tell_nobody) -> None:
        """Remove files, many in one request."""
        left = list(names)
        while left:
            some, left = left[:_AT_ONCE], left[_AT_ONCE:]
            with _asking("remove files of", self.uri):
                try:
                    obstore.delete(self._client, [self._key(name) for name in some])
                except FileNotFoundError:  # S3 does not mind what is gone, Azure names it
                    self._remove_singly(some)
            for name in some:
                on_each(name)

    def sync(self, names: Iterable[str]) -> None:
        """Do nothing: what a bucket has taken is durable."""

    def prepare(self) -> None:
        """Do nothing: a prefix is there as soon as something is below it."""

    def may_write(self) -> bool:
        """Tell nothing: that shows when it is tried."""
        return True

    def _remove_singly(self, names: Iterable[str]) -> None:
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                obstore.delete(self._client, self._key(name))

    def _key(self, name: str) -> str:
        return self._prefix + name


def bucket(uri: str) -> Bucket:
    """Return the place that a URI names; whether it is there shows when it is used.

    Raises:
        OSError: the environment has settings that contradict each other.
    """
    settings = hash(frozenset(pair for pair in os.environ.items() if pair[0].startswith(_SETTINGS)))
    return _bucket(uri, os.getpid(), settings)


@lru_cache
def _bucket(uri: str, _pid: int, _settings: int) -> Bucket:
    # one client for all that is asked of a place: not after a fork, which none survives, nor with other credentials
    with _asking("use", uri):
        return Bucket(uri, from_url(uri, config=None, retry_config=_RETRY))


class _Ranges(io.RawIOBase):
    """An object as a file that can be read from any place in it."""

    def __init__(self, client: ObjectStore, key: str, uri: str, size: int) -> None:
        super().__init__()
        self._client, self._key, self._uri, self._size, self._at = client, key, uri, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        length = min(len(target), self._size - self._at)
        if length <= 0:
            return 0
        with _asking("read", self._uri):
            found = obstore.get_range(self._client, self._key, start=self._at, length=length)
        target[:length] = bytes(found)
        self._at += length
        return length


@contextlib.contextmanager
def _asking(verb: str, uri: str) -> Iterator[None]:
    """Turn what the client raises into OSError, in one line that holds no credentials."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(f"cannot {verb} {uri}: there is no such object or bucket") from None
    except AlreadyExistsError:
        raise FileExistsError(uri) from None
    except BaseError as problem:
        kind = PermissionError if isinstance(problem, (PermissionDeniedError, UnauthenticatedError)) else OSError
        raise kind(f"cannot {verb} {uri}: {without_secrets(str(problem)).splitlines()[0]}") from None


def _entry(name: str, found: ObjectMeta) -> Entry:
    return Entry(name, found["size"], found["last_modified"].timestamp())
