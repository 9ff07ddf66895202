"""What benchmarks give: figures as data, each with what it was taken from.

A benchmark is a module with a frozen dataclass `Size` (how much it does; `QUICK` is little enough to
try it) and a function `measure(size)` that yields one `Measure` for each figure and tracker. `main`
makes a command of it.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks import peers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

S = TypeVar("S")
OURS = "runlake"
_PACKAGES = ("runlake", "deltalake", "polars", "pyarrow", "streamlit")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of one tracker.

    Attributes:
        figure: what was measured, as `promises.PROMISES` names it.
        tracker: whose figure it is.
        values: one for each time it was measured.
        of: how much of what each value was taken from, "20,000 calls".
        same: whether that is as much as Runlake did, so that the ratio is one.
    """

    figure: str
    tracker: str
    values: tuple[float, ...]
    of: str = ""
    same: bool = True

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True)
class Taken:
    """All figures of one benchmark, with where and when they were taken.

    Attributes:
        benchmark: name of its module.
        at: when it began, ISO 8601 in UTC.
        took_s: how long it took.
        quick: whether it only tried the code: nothing is to be concluded from such figures.
        machine: system, interpreter, processor and the like.
        load: runnable processes during the last minute, before and after.
        versions: of Runlake, its packages and the peers.
        size: how much was done.
        measures: the figures.
    """

    benchmark: str
    at: str
    took_s: float
    quick: bool
    machine: dict[str, str]
    load: tuple[float, float]
    versions: dict[str, str]
    size: dict[str, Any]
    measures: tuple[Measure, ...]

    def save(self, folder: Path) -> None:
        """Write it as JSON, one line for each figure, over the last one of its benchmark."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = asdict(self)
        rows = facts.pop("measures")
        head = json.dumps(facts, indent=1, ensure_ascii=False)[:-2]
        body = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
        text = f'{head},\n "measures": [\n{body}\n ]\n}}\n'
        (folder / f"{self.benchmark}.json").write_text(text, encoding="utf-8")


def load(folder: Path) -> list[Taken]:
    """Read what `Taken.save` wrote, by name of the benchmark."""
    found = []
    for path in sorted(folder.glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        rows = [Measure(**{**row, "values": tuple(row["values"])}) for row in facts.pop("measures")]
        found.append(Taken(**{**facts, "load": tuple(facts["load"]), "measures": tuple(rows)}))
    return found


def rounded(value: float) -> float:
    """Keep five digits: more are noise, and make two runs harder to compare."""
    return float(f"{value:.5g}")


def machine() -> dict[str, str]:
    """Describe this machine, without what tells it from another one of its kind."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of Runlake, its packages, and the peers that are installed."""
    from importlib.metadata import version

    return {name: version(name) for name in _PACKAGES} | peers.versions()


def main(doc: str | None, measure: Callable[[S], Iterable[Measure]], size: S, quick: S) -> None:
    """Take a benchmark's figures as the command line says, show them, and save them where it says.

    Args:
        doc: text of the benchmark's module, which its help shows.
        measure: takes the figures.
        size: how much to do by default; each of its fields is an option.
        quick: how much to do with `--quick`.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(size)  # type: ignore[arg-type]  # a dataclass
    for field in fields:
        default = getattr(size, field.name)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(default), help=f"default {default}")
    parser.add_argument("--quick", action="store_true", help="do so little that only the code is tried")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the figures there as JSON")
    options = vars(parser.parse_args())
    said = {f.name: options[f.name] for f in fields if options[f.name] is not None}
    chosen = dataclasses.replace(quick if options["quick"] else size, **said)  # type: ignore[type-var]  # a dataclass
    taken = _taken(Path(inspect.getfile(measure)).stem, measure, chosen, quick=options["quick"])
    if options["save"]:
        taken.save(options["save"])


def _taken(name: str, measure: Callable[[S], Iterable[Measure]], size: S, *, quick: bool) -> Taken:
    at, began, before = datetime.now(UTC), time.perf_counter(), os.getloadavg()[0]
    found = []
    for one in measure(size):
        found.append(dataclasses.replace(one, values=tuple(map(rounded, one.values))))
        print(shown(found[-1]), flush=True)
    return Taken(
        benchmark=name,
        at=at.isoformat(timespec="seconds"),
        took_s=round(time.perf_counter() - began, 1),
        quick=quick,
        machine=machine(),
        load=(round(before, 1), round(os.getloadavg()[0], 1)),
        versions=versions(),
        size={name: value for name, value in asdict(size).items() if name != "keep"},  # type: ignore[call-overload]  # a dataclass
        measures=tuple(found),
    )


def shown(one: Measure) -> str:
    """Write a figure as one line."""
    spread = f"[{min(one.values):,g} to {max(one.values):,g}, n={len(one.values)}]" if len(one.values) > 1 else ""
    return f"{one.figure:24} {one.tracker:14} {one.median:>12,g}  {spread:32} {one.of}"
