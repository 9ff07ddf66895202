"""One place that turns what the engines throw into `StoreError`.

A panic of the Rust code under deltalake and Polars arrives as `PanicException`, which is a
`BaseException` and would pass every `except Exception`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from deltalake.exceptions import DeltaError
from polars.exceptions import PolarsError
from pyarrow import ArrowException

from runlake.errors import StoreError

if TYPE_CHECKING:
    from types import TracebackType

_ENGINES = (DeltaError, PolarsError, ArrowException, OSError)


class guarded:  # noqa: N801  # reads as a verb: `with guarded("read", uri):`
    """Raise a `StoreError` instead of what an engine raises inside the block.

    Args:
        what: what could not be done, naming the table: "cannot read table runs".
        store: path of the store.
    """

    def __init__(self, what: str, store: str) -> None:
        self._what, self._store = what, store

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Translate the exception, if there is one."""
        if kind is None or not (issubclass(kind, _ENGINES) or kind.__name__ == "PanicException"):
            return
        first_line = (str(problem).strip() or kind.__name__).splitlines()[0]
        raise StoreError(self._what, self._store, first_line) from problem
