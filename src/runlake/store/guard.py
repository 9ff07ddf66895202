"""One place that turns what the engines throw into `StoreError`.

A panic of the Rust code under deltalake and Polars arrives as `PanicException`, which is a
`BaseException` and would pass every `except Exception`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Self

from deltalake.exceptions import DeltaError
from polars.exceptions import PolarsError
from pyarrow import ArrowException

from runlake.errors import StoreError

if TYPE_CHECKING:
    from types import TracebackType

_CAUSE, _END_OF_COLOUR = "↳", "\x1b[0m"  # how delta-rs begins each further line
_ENGINES = (DeltaError, PolarsError, ArrowException, OSError)
# Names of environment variables whose values open a bucket; engines may put a whole request into a message.
_SECRET = re.compile(r"(?i)^(aws|azure|google|gcs).*(key|secret|token|sas|password|credential|account$)")
_SIGNATURE = re.compile(r"(?i)\b((?:x-amz-)?(?:sig|signature|security-token|credential))=[^&\s\"']+")
_LEAST_SECRET = 6  # shorter values would blot out words


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
        text = str(problem)
        said = without_secrets(text)
        # a traceback prints what an error came from
        cause = problem if said == text else None
        raise StoreError(self._what, self._store, _in_one_line(said) or kind.__name__) from cause


def without_secrets(text: str) -> str:
    """Blot out what opens a bucket: values of this environment, and signatures in addresses."""
    values = {v for name, v in os.environ.items() if _SECRET.match(name) and len(v) >= _LEAST_SECRET}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "[redacted]")
    return _SIGNATURE.sub(r"\1=[redacted]", text)


def _in_one_line(message: str) -> str:
    """Return the first line of a message, or all of them where they lead from what failed to why, as those of delta-rs."""
    lines = message.strip().splitlines()
    causes = [line.partition(_CAUSE)[2].removeprefix(_END_OF_COLOUR).strip() for line in lines[1:] if _CAUSE in line]
    return ": ".join([*lines[:1], *causes])
