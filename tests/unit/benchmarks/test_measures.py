"""A benchmark is a size and a function; the command that comes of them shows its figures and keeps them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import loss
from benchmarks.measures import Measure, load, main

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Size:
    calls: int = 100
    limit_s: float = 2.0


def measure(size: Size) -> Iterator[Measure]:
    yield Measure("a.figure", "runlake", (1.2345678, 2.0), f"{size.calls} calls in {size.limit_s:g} s")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["a_benchmark", *words])
    main("Promise: none.", measure, Size(), Size(calls=1))


class TestTheCommandOfABenchmark:
    def test_shows_each_figure_with_its_spread(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(monkeypatch)

        assert capsys.readouterr().out.split() == [
            *("a.figure", "runlake", "1.6173", "[1.2346", "to", "2,", "n=2]"),
            *("100", "calls", "in", "2", "s"),
        ]

    def test_keeps_what_it_found_and_how_much_it_did(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        run(monkeypatch, "--quick", "--limit-s", "0.5", "--save", str(tmp_path))
        [kept] = load(tmp_path)

        assert (kept.quick, kept.size) == (True, {"calls": 1, "limit_s": 0.5})
        assert kept.measures == (Measure("a.figure", "runlake", (1.2346, 2.0), "1 calls in 0.5 s"),)
        assert {"runlake", "polars"} <= set(kept.versions)
        assert {"processor", "python"} <= set(kept.machine)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes of a tracker in /proc")
def test_killed_trainings_are_counted_and_nothing_of_them_is_left() -> None:
    found = loss.killed("runlake", 2, 0.1)

    assert [(one.lost, one.doubled) for one in found] == [(0, 0), (0, 0)]
