"""Promise: a new point is visible in the dashboard within 5 s on the writer's machine, elsewhere 5 s after the flush.

    python -m benchmarks.visible [--points 15]

Logs values that can be told apart, one every few seconds, while Chromium shows the run's page, and
times each from the return of `log()` until the page shows it. A second dashboard serves the same store
with no access to the journals, as on another machine that shares the folder: there a point is seen once
its flush, one a minute, is in the tables. Needs Chromium and Playwright. No peer's dashboard is timed.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

import runlake
from benchmarks import trackers
from benchmarks.measures import OURS, Measure, main

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import driving

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 100.5
FLUSH_S = 60.0  # see `runlake.store.serving.Policy`


@dataclass(frozen=True, slots=True)
class Size:
    """How many points are timed; how long to wait for those that another machine has not seen yet."""

    points: int = 15
    elsewhere_s: float = 80.0


QUICK = Size(points=2, elsewhere_s=0.0)


@dataclass
class Elsewhere:
    """What the page of another machine has shown when: it shows the newest value that it knows of."""

    driver: driving.Driver
    logged: dict[float, float] = field(default_factory=dict)
    took: dict[float, float] = field(default_factory=dict)

    def look(self) -> None:
        """Note which values it knows now."""
        texts = self.driver.page.locator("[role=gridcell]").all_inner_texts()
        now = time.perf_counter()
        shown = max((float(t) for t in texts if re.fullmatch(r"\d{3}\.5", t)), default=0.0)
        for value, at in self.logged.items():
            if value <= shown:
                self.took.setdefault(value, now - at)


def measure(size: Size) -> Iterator[Measure]:
    """Take the seconds from each `log()` to the page."""
    with trackers.place() as folder:
        os.environ.update(RUNLAKE_JOURNAL=f"{folder}/journals", BENCHMARK_OF=folder)
        store = f"{folder}/store"
        run = runlake.start_run("bench/visible", "watched", store=store)
        run.log({"loss": 1.0})
        far = {"RUNLAKE_JOURNAL": f"{folder}/none"}
        with (
            driving.serving(store) as address,
            driving.serving(store, far) as far_address,
            sync_playwright() as playwright,
        ):
            browser = driving.launched(playwright)
            with driving.driving(browser, address) as near, driving.driving(browser, far_address) as distant:
                near.open(f"/run?id={run.id}")
                took, other = watched(run, near, Elsewhere(distant), size)
            browser.close()
        run.finish()
    yield Measure("visible.here", OURS, tuple(took), f"{len(took)} points")
    if other.took:
        of = f"{len(other.took)} of {len(other.logged)} points, flushed every {FLUSH_S:.0f} s"
        yield Measure("visible.elsewhere", OURS, tuple(other.took.values()), of)


def watched(run: runlake.Run, near: driving.Driver, other: Elsewhere, size: Size) -> tuple[list[float], Elsewhere]:
    """Log and look at both pages; seconds until the near one had each value, and what the other one has shown."""
    took = []
    opened = False
    for number in range(size.points):
        value = FIRST + number
        run.log({"loss": value})
        logged = other.logged[value] = time.perf_counter()
        shown = near.page.locator("[role=gridcell]").filter(has_text=f"{value}")
        expect(shown.first).to_be_attached(timeout=30_000)
        took.append(time.perf_counter() - logged)
        if not opened:  # the run is in the tables once its start has been flushed
            opened = _is_there(other.driver, run.id)
        other.look()
        time.sleep(random.uniform(0.5, 3.0))  # not in step with the page's own refresh
    end = time.perf_counter() + size.elsewhere_s
    while len(other.took) < len(other.logged) and time.perf_counter() < end:
        opened = opened or _is_there(other.driver, run.id)
        other.look()
        time.sleep(0.2)
    return took, other


def _is_there(driver: driving.Driver, run_id: str) -> bool:
    driver.open(f"/run?id={run_id}")
    return driver.page.get_by_text("no such").count() == 0


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
