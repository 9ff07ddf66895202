"""Runs the command line as a shell would, and keeps what it prints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builders import a_snapshot, at
from runlake.cli.main import main
from runlake.query import Lake

if TYPE_CHECKING:
    import pytest

    from builders import Logged
    from runlake.clock import Clock


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def data(self) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = self.document["data"]
        return data


@dataclass(frozen=True)
class Shell:
    """A shell whose commands go to one store."""

    capsys: pytest.CaptureFixture[str]
    store: str

    def __call__(self, *words: str) -> Done:
        code = main([*words, "--store", self.store])
        printed = self.capsys.readouterr()
        return Done(code, printed.out, printed.err)

    def bare(self, *words: str) -> Done:
        """Run words as they are."""
        code = main(words)
        printed = self.capsys.readouterr()
        return Done(code, printed.out, printed.err)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands."""

    seconds: float

    def now_us(self) -> int:
        return round(at(self.seconds).timestamp() * 1e6)


def a_lake(*logged: Logged, now: float = 3600.0) -> Lake:
    """A lake in memory; its clock stands `now` seconds after the builders' start."""
    snapshot = a_snapshot(*logged)
    clock: Clock = FixedClock(now)
    return Lake(snapshot, reopen=lambda: snapshot, clock=clock)
