"""What the ingester does for a store beside delivering: it compacts crowded tables and archives long logs."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlake.errors import RunlakeError
from runlake.schema import COMMIT_ORDER
from runlake.store.archive import Keep
from runlake.store.compact import Limits, compact, data_files, plan
from runlake.store.delta import data_file_names, latest_version, open_table
from runlake.store.guard import guarded
from runlake.store.layout import open_store
from runlake.store.vacuum import archive_logs

if TYPE_CHECKING:
    from runlake.schema import Table

# A table of the busiest kind has so many new files after an hour and a half.
CROWDED = 100
EVERY_S = 600.0
_log = logging.getLogger("runlake.store.ingester")


@dataclass(slots=True)
class Housekeeper:
    """Looks at the tables of one store now and then; `RUNLAKE_MAINTENANCE=off` leaves them to people."""

    uri: str
    every_s: float = EVERY_S
    crowded: int = CROWDED
    limits: Limits = field(default_factory=Limits)
    keep: Keep = field(default_factory=Keep)
    _next: float = field(default_factory=time.monotonic)

    def look(self, now: float) -> None:
        """Maintain the store, unless it was looked at a short while ago; never raises for the store.

        Args:
            now: monotonic seconds.
        """
        if now < self._next or os.environ.get("RUNLAKE_MAINTENANCE") == "off":
            return
        self._next = now + self.every_s
        try:
            self._compact()
            for table, commits in archive_logs(self.uri, keep=self.keep).items():
                _log.info("archived %d commits of %s", commits, table)
        except (RunlakeError, OSError) as problem:
            _log.warning("not maintained: %s", problem)

    def _compact(self) -> None:
        tables = crowded_tables(self.uri, self.crowded, self.limits)
        for one in compact(self.uri, tables=tables, limits=self.limits) if tables else []:
            _log.info("compacted %s: %d files are %d now", one.table, one.files_before, one.files_after)
            if one.problem:
                _log.warning("table %s: %s", one.table, one.problem)


def crowded_tables(uri: str, files: int, limits: Limits) -> list[Table]:
    """List the tables of which a compaction would rewrite at least so many files.

    Raises:
        NotFound: there is no store.
        StoreError: a table cannot be read.
    """
    store = open_store(uri)
    found = []
    for table in COMMIT_ORDER:
        with guarded(f"cannot read table {table.name}", store.uri):
            if latest_version(store.table(table.name)) is None:
                continue
            handle = open_table(store.table(table.name))
            if len(data_file_names(handle)) < files:
                continue
            groups = plan(data_files(store, table, handle), limits)
        if sum(len(group) for group in groups) >= files:
            found.append(table)
    return found
