"""Promise: `import runlake` within 100 ms; process start to the first `log()` returned within 150 ms.

    python -m benchmarks.startup [--rounds 7]

Each measurement is a process of its own, the trackers in turn. "empty" is an interpreter that does
nothing; import is net of it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time

from benchmarks import trackers

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


def seconds(name: str, code: str) -> float:
    """Wall time of a process."""
    with tempfile.TemporaryDirectory() as folder:
        words = [trackers.python(name), "-c", code, folder]
        began = time.perf_counter()
        subprocess.run(
            words,
            check=True,
            env=trackers.environment(folder),
            cwd=folder,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


def main() -> None:
    """Measure all in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    imports: dict[str, list[float]] = {name: [] for name in IMPORTS}
    firsts: dict[str, list[float]] = {name: [] for name in IMPORTS}
    helps: list[float] = []
    for _ in range(args.rounds):
        for name, code in IMPORTS.items():
            empty = seconds(name, "pass")
            imports[name].append(seconds(name, code) - empty)
            firsts[name].append(seconds(name, trackers.HEAD + trackers.CODE[name] + FIRST))
        helps.append(seconds("runlake", "from runlake.cli.main import main; main(['--help'])"))
    first = {name: statistics.median(rounds) for name, rounds in firsts.items()}
    print(f"start-up, median of {args.rounds} rounds, ms\n")
    print("| | import, net | process start to first log() | it / runlake |")
    print("|---|---:|---:|---:|")
    for name in IMPORTS:
        net = statistics.median(imports[name])
        print(f"| {name} | {net * 1e3:.0f} | {first[name] * 1e3:.0f} | {first[name] / first['runlake']:.1f} |")
    print(f"\n`runlake --help` from the start of the process: {statistics.median(helps) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
