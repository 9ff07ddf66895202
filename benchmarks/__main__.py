"""Take the figures of all benchmarks, or of those named, and write `RESULTS.md` from the latest of each.

    python -m benchmarks [NAME ...] [--quick] [--render]

Each benchmark runs in a process of its own, one after the other. What it found is kept in
`benchmarks/results/`, so that a page can be written again after some of them were repeated. `--quick`
does so little that only the code is tried, and keeps its figures in a folder that git ignores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measures import load
from benchmarks.promises import BENCHMARKS
from benchmarks.report import render

HERE = Path(__file__).parent
KEEPING = {"run_table", "series", "page", "clicks"}  # they read the same generated stores


def main() -> int:
    """Measure, and write the page; returns how many benchmarks failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="try the code")
    parser.add_argument("--render", action="store_true", help="measure nothing, write the page again")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    place = HERE / ".quick" if options.quick else HERE
    failed = [] if options.render else measure(options.names or BENCHMARKS, place / "results", quick=options.quick)
    page = place / "RESULTS.md"
    page.write_text(render(load(place / "results")), encoding="utf-8")
    print(f"\nwrote {page}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return len(failed)


def measure(names: list[str] | tuple[str, ...], results: Path, *, quick: bool) -> list[str]:
    """Run benchmarks one after the other; the names of those that failed."""
    failed = []
    with tempfile.TemporaryDirectory() as stores:
        for name in names:
            print(f"\n{name}\n", flush=True)
            words = [sys.executable, "-m", f"benchmarks.{name}", "--save", str(results)]
            words += ["--quick"] * quick + ["--keep", stores] * (name in KEEPING)
            if subprocess.run(words, check=False).returncode:
                failed.append(name)
    return failed


if __name__ == "__main__":
    sys.exit(main())
