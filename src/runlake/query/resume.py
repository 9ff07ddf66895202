"""What the store holds of a run that is about to be continued."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.clock import SystemClock
from runlake.errors import NotFound, StoreError
from runlake.query.lake import Lake
from runlake.store.snapshot import open_snapshot

if TYPE_CHECKING:
    from runlake.query.source import Source


_log = logging.getLogger("runlake")


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run as a process that continues it needs to know it.

    Attributes:
        params: key -> canonical text.
        next_step: the whole number after its highest step, 0 where it has none.
        unread: the store could not be read, so nothing of this is known.
    """

    name: str | None
    params: dict[str, str]
    next_step: int
    unread: bool = False


def known_run(uri: str, run_id: str) -> KnownRun | None:
    """Look a run up by its whole id, deleted ones too; None where there is no such run or no store.

    A store that cannot be read ends no training: it is said once, and the run comes back as unread.
    """
    try:
        return _known_run(uri, run_id)
    except StoreError as problem:
        _log.warning(
            "runlake: run %s is taken on trust: whether it is there, its parameters and its last step are not known "
            "(%s). What is logged is safe in the journal; without a step it counts from 0",
            run_id,
            problem,
        )
        return KnownRun(None, {}, 0, unread=True)


def _known_run(uri: str, run_id: str) -> KnownRun | None:

    def reopen() -> Source:
        # Delivering is not for a process that trains: what waits in journals is read from there.
        return open_snapshot(uri, drain=False)

    try:
        lake = Lake(reopen(), reopen=reopen, clock=SystemClock())
    except NotFound:
        return None
    runs = lake.runs(columns=["run_id", "name"], where=f"run_id = '{run_id}'", deleted=True)
    if runs.is_empty():
        return None
    params = lake.params(run_ids=[run_id])
    last = lake.summaries(run_ids=[run_id])["last_step"].max()
    return KnownRun(
        name=runs["name"][0],
        params=dict(zip(params["key"], params["value"], strict=True)),
        next_step=int(last) + 1 if isinstance(last, int | float) else 0,
    )
