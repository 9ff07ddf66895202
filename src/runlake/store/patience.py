"""A table that waits a moment for what somebody else has just committed and is about to open up.

The engine makes a commit with the umask of its process, and whoever shares the store opens it up
after that (`sharing`). In between, some milliseconds, others may see its name and not its content.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PATIENCE_S = 0.5
_EVERY_S = 0.02
_DENIED = "(os error 13)"


class PatientTable(DeltaTable):
    """Opens and refreshes as any table does, but not at the very moment of somebody else's commit."""

    def __init__(self, *args: Any, **options: Any) -> None:
        patiently(lambda: super(PatientTable, self).__init__(*args, **options))

    def update_incremental(self) -> None:
        """Load the versions that came since."""
        patiently(super().update_incremental)


def patiently(do: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """Do it, and again for a while where the operating system says that permission is denied."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return do()
        except (DeltaError, OSError) as problem:
            if _DENIED not in str(problem) or time.monotonic() >= deadline:
                raise
        time.sleep(_EVERY_S)
