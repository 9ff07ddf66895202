"""Promise: `import runlake` within 100 ms; process start to the first `log()` returned within 150 ms.

    python -m benchmarks.startup [--rounds 7]

Each measurement is a process of its own, the trackers in turn, each with a store that is not there yet.
Import is net of an interpreter that does nothing. The figure from process start ends when the process
does, which is right after the first `log()` has returned.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.measures import OURS, Measure, main

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPORTS = {
    "runlake": "import runlake",
    "wandb": "import wandb",
    "mlflow": "import mlflow",
    "tensorboardX": "import tensorboardX",
    "trackio": "import trackio",
}
FIRST = """
begin({}, {})
log({"loss": 1.0}, 0)
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How often each is measured."""

    rounds: int = 5


QUICK = Size(rounds=1)


def measure(size: Size) -> Iterator[Measure]:
    """Take how long each tracker needs to start."""
    empty: dict[str, list[float]] = {name: [] for name in IMPORTS}
    imports: dict[str, list[float]] = {name: [] for name in IMPORTS}
    firsts: dict[str, list[float]] = {name: [] for name in IMPORTS}
    helps: list[float] = []
    for name in IMPORTS:  # leaves the bytecode of a checkout behind, as an installed package has it
        milliseconds(name, trackers.HEAD + trackers.CODE[name] + FIRST)
    for _ in range(size.rounds):
        for name, code in IMPORTS.items():
            empty[name].append(milliseconds(name, "pass"))
            imports[name].append(milliseconds(name, code) - empty[name][-1])
            firsts[name].append(milliseconds(name, trackers.HEAD + trackers.CODE[name] + FIRST))
        helps.append(milliseconds(OURS, "from runlake.cli.main import main; main(['--help'])"))
    for name in IMPORTS:
        yield Measure("start.import", name, tuple(imports[name]), "net of the interpreter")
        yield Measure("start.first_log", name, tuple(firsts[name]), "from the start of the process")
        yield Measure("start.empty", name, tuple(empty[name]), "an interpreter that does nothing")
    yield Measure("start.help", OURS, tuple(helps), "`runlake --help`")


def milliseconds(name: str, code: str) -> float:
    """Wall time of a process."""
    with trackers.place() as folder:
        words = [trackers.python(name), "-c", code, folder]
        began = time.perf_counter()
        subprocess.run(
            words,
            check=True,
            env=trackers.environment(folder),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
