"""Promise: a new point is visible in the dashboard within 5 s on the writer's machine.

    python benchmarks/visible.py [--points 20]

Logs values that can be told apart, one every few seconds, while Chromium shows the run's page, and
times each from the return of `log()` until the page shows it. Needs Chromium and Playwright.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

import runlake

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import driving


def measure(points: int) -> list[float]:
    """Return the seconds from each `log()` to the page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNLAKE_JOURNAL"] = f"{folder}/journals"
        store = f"{folder}/store"
        run = runlake.start_run("bench/visible", "watched", store=store)
        run.log({"loss": 1.0})
        took = []
        with driving.serving(store) as address, sync_playwright() as playwright:
            browser = driving.launched(playwright)
            with driving.driving(browser, address) as driver:
                driver.open(f"/run?id={run.id}")
                for number in range(points):
                    time.sleep(random.uniform(0.5, 3.0))  # not in step with the page's own refresh
                    value = 100.5 + number
                    run.log({"loss": value})
                    logged = time.perf_counter()
                    shown = driver.page.locator("[role=gridcell]").filter(has_text=f"{value}")
                    expect(shown.first).to_be_attached(timeout=30_000)
                    took.append(time.perf_counter() - logged)
            browser.close()
        run.finish()
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=20)
    took = sorted(measure(parser.parse_args().points))
    print(
        f"from log() to the page, {len(took)} points: median {statistics.median(took):.2f} s, longest {took[-1]:.2f} s"
    )


if __name__ == "__main__":
    main()
