"""Runlake: an experiment tracker whose database is a folder of Delta Lake tables.

Training code needs `start_run` and the `Run` that it returns, and `media` for what is no number; whoever
reads needs `open_lake`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlake.errors import RunlakeError
from runlake.version import VERSION

if TYPE_CHECKING:
    from runlake import media
    from runlake.query import Lake, open_lake
    from runlake.run import Run
    from runlake.session import current_run, start_run

__all__ = ["Lake", "Run", "RunlakeError", "__version__", "current_run", "media", "open_lake", "start_run"]

__version__ = VERSION

_HOME = {
    "Lake": "runlake.query",
    "open_lake": "runlake.query",
    "Run": "runlake.run",
    "current_run": "runlake.session",
    "start_run": "runlake.session",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # Reading costs ten times what writing does, and neither should cost the other anything.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    if name == "media":
        from importlib import import_module

        return import_module("runlake.media")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
