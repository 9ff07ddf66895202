"""Promise: the page of 100,000 runs x 30 columns answers a filter within 300 ms.

    python -m benchmarks.page [--runs 100000] [--keep FOLDER]

Chromium shows the page of runs, its first 100 in the order of a metric with 30 columns. One filter
after the other is typed, each of them new. The time is from the Enter key until the page has the new
count and its script rests, so that the table has been sent. Needs Chromium and Playwright. No peer's
page is timed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

import runlake
from benchmarks.generate import Size as Store
from benchmarks.measures import OURS, Measure, main
from benchmarks.run_table import WIDE, made

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import driving

if TYPE_CHECKING:
    from collections.abc import Iterator

RESTS = """text => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && [...document.querySelectorAll("[data-testid=stCaptionContainer]")].some(e => e.innerText === text)"""

OPENED_MS, REST_MS = 180_000, 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many runs the store has, how many filters are typed, where it is kept."""

    runs: int = 100_000
    filters: int = 9
    keep: str = ""


QUICK = Size(runs=600, filters=2)


def measure(size: Size) -> Iterator[Measure]:
    """Take how long the page takes to answer."""
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["RUNLAKE_JOURNAL"] = f"{temporary}/journals"
        store = made(Path(size.keep or temporary), f"runs{size.runs}x0", Store(size.runs, points=0))
        lake = runlake.open_lake(store)
        wheres = distinct(lake, size.filters + 1)
        state = {"limit": 100, "sort": "metrics.val/f1", "show": "Custom", "columns": ",".join(WIDE)}
        took = []
        with driving.serving(store) as address, sync_playwright() as playwright:
            browser = driving.launched(playwright)
            with driving.driving(browser, address) as driver:
                driver.page.goto(f"{address}/?{urlencode(state)}")
                driver.page.wait_for_function(RESTS, arg=f"{size.runs:,}", timeout=OPENED_MS)
                box = driver.page.get_by_label("Filter", exact=True)
                for count, where in wheres.items():
                    box.fill(where)
                    began = time.perf_counter()
                    driver.page.keyboard.press("Enter")
                    driver.page.wait_for_function(RESTS, arg=f"{count:,} of {size.runs:,}", timeout=OPENED_MS)
                    took.append((time.perf_counter() - began) * 1e3)
                    driver.page.wait_for_timeout(REST_MS)
            browser.close()
    of = f"first 100 of {size.runs:,} runs, {len(WIDE)} columns"
    yield Measure("page.table", OURS, tuple(took[1:]), of)
    yield Measure("page.table_first", OURS, (took[0],), "the first filter after the page was opened")


def distinct(lake: runlake.Lake, count: int) -> dict[int, str]:
    """Return filters by how many runs fit: no two are fitted by as many, so that the page tells which it shows."""
    found: dict[int, str] = {}
    for hundredths in range(40, 100):
        where = f"metrics.val/f1 > 0.{hundredths} and params.model = 'forest'"
        found.setdefault(lake.runs(where=where, columns=["run_id"]).height, where)
        if len(found) == count:
            return found
    raise RuntimeError("the store has too few runs to tell the filters apart")


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
