"""The frames that were read last: one page asks for the facts of the same runs several times over."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

    from runlake.query.source import Source

MOST_FRAMES = 8
MOST_ROWS = 200_000  # of one frame, so that all of them together stay below some hundred MB


class Recent:
    """Frames of one snapshot by what was read of which runs; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: OrderedDict[tuple[object, tuple[str, ...]], pl.DataFrame] = OrderedDict()

    def read(
        self,
        reader: Callable[[Source, Iterable[str] | None], pl.DataFrame],
        source: Source,
        run_ids: Iterable[str] | None,
    ) -> pl.DataFrame:
        """Return what `reader` says of these runs; what it says of all runs is never kept."""
        if run_ids is None:
            return reader(source, None)
        key = reader, tuple(run_ids)
        with self._lock:
            found = self._frames.get(key)
            if found is not None:
                self._frames.move_to_end(key)
                return found.clone()
        found = reader(source, key[1])
        if found.height <= MOST_ROWS:
            with self._lock:
                self._frames[key] = found.clone()
                while len(self._frames) > MOST_FRAMES:
                    self._frames.popitem(last=False)
        return found
