"""What a store needs of the place where it lies: a folder (`folder.py`) or a prefix in a bucket (`bucket.py`).

Nothing else of the store knows which of the two it is. Names are relative to the place, with `/`
between their parts. What is promised here is what the tables' safety rests on: a name is there
whole or not at all, and of two who create the same name one is told that it was second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path


class Entry(NamedTuple):
    """One file.

    Attributes:
        name: its name below the place that was asked.
        size_bytes: how large it is.
        written_at: when it was written, seconds since 1970, by the clock of whoever keeps it.
    """

    name: str
    size_bytes: int
    written_at: float


def tell_nobody(_: str) -> None:
    """Do nothing with a name."""


class Files(Protocol):
    """The files below one place. Every method raises OSError where the place cannot be reached or written.

    Attributes:
        uri: the place, as engines address it: an absolute path, or a URI.
        options: what engines are to be told beside it; no credentials, those come from the environment.
    """

    @property
    def uri(self) -> str: ...  # noqa: D102

    @property
    def options(self) -> Mapping[str, str]: ...  # noqa: D102

    def below(self, name: str) -> Files:
        """Return a place inside this one; it may not exist yet."""
        ...

    def listing(self, folder: str = "") -> list[Entry]:
        """List the files directly in a folder, in no order; [] where there is no such folder."""
        ...

    def entry(self, name: str) -> Entry:
        """Look at one file.

        Raises:
            FileNotFoundError: there is none.
        """
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def read(self, name: str) -> bytes:
        """Return all bytes of a file.

        Raises:
            FileNotFoundError: there is none.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading parts of it.

        Raises:
            FileNotFoundError: there is none.
        """
        ...

    def put_once(self, name: str, content: bytes) -> bool:
        """Create a file whole and durable, or not at all; False where somebody else was first."""
        ...

    def new(self, name: str) -> AbstractContextManager[Path]:
        """Give a local path to write to; at the end of the block its content is durable under the name.

        Where the block raises, nothing is left.
        """
        ...

    def add(self, source: Path, name: str) -> None:
        """Store a finished local file under a name; nobody may write to it any more."""
        ...

    def move(self, name: str, to: str) -> None:
        """Give a file another name, over what has it."""
        ...

    def remove(self, names: Iterable[str], on_each: Callable[[str], None] = tell_nobody) -> None:
        """Remove files for good, telling the name of each; those that are gone already do not matter."""
        ...

    def sync(self, names: Iterable[str]) -> None:
        """Make durable, and readable by whom the place lets in, what an engine wrote under these names."""
        ...

    def prepare(self) -> None:
        """Make the place ready for a new store, where that takes anything.

        Raises:
            OSError: it cannot be made, or cannot hold a store; then it is as it was.
        """
        ...

    def may_write(self) -> bool:
        """Whether writing here can succeed, as far as that can be told without trying."""
        ...
