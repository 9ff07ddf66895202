"""Promise: from a click to the settled page, 300 ms on the sample store and 1 s on one of 100,000 runs.

    python -m benchmarks.clicks [--runs 100000] [--keep FOLDER]

Chromium does what an analyst does: it filters and sorts the runs, opens one, compares ten and a thousand, and looks
at parallel coordinates, of ten thousand where the store has so many. The time is from the click until the last change
of the page, after which nothing moves for a while and no script runs. Each time something else is asked for, so that
no answer is kept from before. With each view go the bytes that the server sent for it and the CPU that it took.
Then ten browsers filter at once. Browser and server share this machine. No peer's dashboard is timed.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from playwright.sync_api import sync_playwright

import runlake
from benchmarks.generate import Size as Store
from benchmarks.measures import OURS, Measure, main
from benchmarks.run_table import made

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import driving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

SAMPLE = Path(__file__).parents[1] / "sample_data" / "store"
QUIET_MS = 700  # without a change, and the page has settled
OPENED_MS = 60_000
# Notes when the page last changed: an element, or a text that a grid drew. What a grid keeps for screen readers follows
# a moment after its picture, and does not count.
WATCH = """() => {
    window.changed = performance.now();
    if (window.watching) return;
    const drawing = CanvasRenderingContext2D.prototype, fill = drawing.fillText;
    drawing.fillText = function (...given) { window.changed = performance.now(); return fill.apply(this, given); };
    window.watching = new MutationObserver(seen => {
        const element = one => one.target.closest ? one.target : one.target.parentElement;
        if (seen.some(one => !element(one)?.closest("canvas"))) window.changed = performance.now();
    });
    window.watching.observe(document.querySelector("[data-testid=stMain]"),
        {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["d", "style", "points"]});
}"""
SETTLED = """quiet => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && performance.now() - window.changed > quiet && ({ready})"""
COUNTED = """[...document.querySelectorAll("[data-testid=stCaptionContainer]")].some(e => e.innerText === "{}")"""
FIGURE = """() => { const {data, layout} = document.querySelector(".js-plotly-plot");
    return JSON.stringify({data, layout}, (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value); }"""
DRAWN = """location.pathname === "{}" && document.querySelector(".js-plotly-plot .main-svg")"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many runs the large store has, their points, how often each click is made, browsers at once."""

    runs: int = 100_000
    points: int = 10
    times: int = 7
    users: int = 10
    keep: str = ""


QUICK = Size(runs=1_200, points=3, times=1, users=2)


@dataclass
class Desk:
    """An analyst at a browser, and the server that answers.

    Attributes:
        driver: the browser.
        server: the process of the dashboard.
        sent: bytes that came from it so far, as the browser unpacked them.
    """

    driver: driving.Driver
    server: psutil.Process
    sent: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.driver.page.on(
            "websocket", lambda socket: socket.on("framereceived", lambda data: self.sent.append(len(data)))
        )

    def timed(self, click: Callable[[], object], ready: str) -> Taken:
        """Make a click; the page has settled once `ready`, an expression of JavaScript, is true and nothing changes."""
        page = self.driver.page
        page.wait_for_timeout(QUIET_MS)
        page.evaluate(WATCH)
        before, cpu = len(self.sent), self.cpu()
        began = page.evaluate("performance.now()")
        click()
        page.wait_for_function(SETTLED.format(ready=ready), arg=QUIET_MS, timeout=OPENED_MS)
        took = page.evaluate("window.changed") - began
        return Taken(took, sum(self.sent[before:]) / 1e3, (self.cpu() - cpu) * 1e3)

    def cpu(self) -> float:
        """Seconds of CPU that the server has used."""
        used = self.server.cpu_times()
        return float(used.user + used.system)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one click took: milliseconds, kB from the server, milliseconds of its CPU."""

    ms: float
    kb: float
    cpu_ms: float


def measure(size: Size) -> Iterator[Measure]:
    """Take the clicks on both stores."""
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["RUNLAKE_JOURNAL"] = f"{temporary}/journals"
        large = made(
            Path(size.keep or temporary), f"runs{size.runs}x{size.points}", Store(size.runs, points=size.points)
        )
        stores = {"sample": str(SAMPLE), "large": large}
        with sync_playwright() as playwright:
            browser = driving.launched(playwright)
            for name, store in stores.items():
                yield from on(browser, name, store, size)
            browser.close()


def on(browser: Browser, name: str, store: str, size: Size) -> Iterator[Measure]:
    """Take the clicks on one store."""
    lake = runlake.open_lake(store)
    tour = Tour(lake, size.times)
    with driving.serving(store) as address:
        server = _server(address)
        with driving.driving(browser, address) as driver:
            desk = Desk(driver, server)
            for what, found in tour.made_by(desk).items():
                yield from _measures(f"clicks.{name}_{what}", found, f"{tour.total:,} runs")
        took = at_once(browser, address, tour, size.users)
    yield from _measures(f"clicks.{name}_bare", bare(browser, tour.picture, size.times), "Streamlit alone")
    yield Measure(
        f"clicks.{name}_users", OURS, tuple(took), f"{size.users} browsers filter {tour.total:,} runs at once"
    )


def _measures(figure: str, found: list[Taken], of: str) -> Iterator[Measure]:
    yield Measure(figure, OURS, tuple(one.ms for one in found), of)
    yield Measure(f"{figure}_kb", OURS, (statistics.median(one.kb for one in found),), of)
    yield Measure(f"{figure}_cpu", OURS, (statistics.median(one.cpu_ms for one in found),), of)


class Tour:
    """The clicks of an analyst on one store; each is asked for in as many ways as it is made."""

    def __init__(self, lake: runlake.Lake, times: int) -> None:
        runs = lake.runs(columns=["run_id", "duration_s"])
        self.total = runs.height
        self.ids = runs["run_id"].sort().to_list()
        keys = lake.keys()
        metrics = [key for key in keys.metrics if key not in {*keys.summary, *keys.params, *keys.tags}]
        self.sorts = ["Run", "Duration", "User", *metrics][: times + 1]
        self.filters = self._filters(runs["duration_s"].drop_nulls().sort().to_list(), times + 1)
        self.times = times
        self.picture = ""  # of the run that was opened last, as JSON

    def _filters(self, durations: list[float], count: int) -> list[tuple[str, int]]:
        """Return filters with how many runs fit, no two of them as many."""
        found: dict[int, str] = {}
        for part in range(1, 20 * count):
            edge = durations[(len(durations) - 1) * part // (20 * count)]
            found.setdefault(sum(one > edge for one in durations), f"duration_s > {edge!r}")
        kept = sorted(found)[-count:]
        return [(found[fitting], fitting) for fitting in kept]

    def made_by(self, desk: Desk) -> dict[str, list[Taken]]:
        """Make all clicks; a first one of each kind does not count, since it loads code into the browser."""
        return {
            "filter": self._each(desk, self._filter),
            "sort": self._each(desk, self._sort),
            "run": self._each(desk, self._open),
            "compare10": self._each(desk, self._compare_10),
            "compare1000": self._each(desk, self._compare_1000),
            "parallel": self._each(desk, self._explore),
        }

    def _each(self, desk: Desk, one: Callable[[Desk, int], Taken]) -> list[Taken]:
        self.open_runs(desk)
        return [one(desk, time) for time in range(self.times + 1)][1:]

    def open_runs(self, desk: Desk) -> None:
        """Load the Runs page and wait until it rests."""
        desk.driver.page.goto(desk.driver.address)
        desk.driver.page.wait_for_selector(driving.GRID, timeout=OPENED_MS)
        desk.driver.settle()

    def _filter(self, desk: Desk, time: int) -> Taken:
        where, fitting = self.filters[time]
        return self._write(desk, where, fitting)

    def _sort(self, desk: Desk, time: int) -> Taken:
        desk.driver.page.get_by_role("combobox", name="Sort by").click()
        choice = desk.driver.page.get_by_role("option", name=self.sorts[time], exact=True)
        choice.wait_for()
        before = desk.driver.page.url
        return desk.timed(choice.click, f"location.href !== {before!r}")

    def _open(self, desk: Desk, time: int) -> Taken:
        self._back(desk)
        desk.driver.click_cell(time, x=90)
        link = desk.driver.page.get_by_role("dialog").get_by_text("Open the run's page")
        link.wait_for()
        taken = desk.timed(link.click, DRAWN.format("/run"))
        self.picture = desk.driver.page.evaluate(FIGURE)
        return taken

    def _compare_10(self, desk: Desk, time: int) -> Taken:
        return self._compare(desk, time, 10)

    def _compare_1000(self, desk: Desk, time: int) -> Taken:
        return self._compare(desk, time, 1000)

    def _compare(self, desk: Desk, time: int, count: int) -> Taken:
        """Choose the runs by a filter, then compare them."""
        self._back(desk)
        clear = desk.driver.shown("[aria-label='Clear all'], .st-key-basket-clear button")
        if clear.count():
            clear.first.click()
            clear.first.wait_for(state="detached")
        # Not all of them, which the page would not count: a store has one run more than is compared at most.
        start = time + 1 if self.total < 10_000 else time * count
        chosen = self.ids[start : start + count]
        self._write(desk, f"run_id >= '{min(chosen)}' AND run_id <= '{max(chosen)}'", len(chosen))
        desk.driver.shown(".st-key-basket-all button").first.click()
        button = desk.driver.page.get_by_role("button", name=f"Compare {len(chosen):,}")
        button.wait_for()
        desk.driver.settle()
        return desk.timed(button.click, DRAWN.format("/compare"))

    def _explore(self, desk: Desk, time: int) -> Taken:
        self._back(desk)
        self._write(desk, *self.filters[time])
        link = desk.driver.page.get_by_text("Explore these")
        return desk.timed(link.click, DRAWN.format("/explore"))

    def _back(self, desk: Desk) -> None:
        """Go back to the runs, as a reader does: the page is not loaded again."""
        if "/?" not in desk.driver.page.url and not desk.driver.page.url.endswith("/"):
            desk.driver.shown("[data-testid=stTopNavLink]").filter(has_text="Runs").first.click()
            desk.driver.shown(driving.GRID).first.wait_for()
        desk.driver.settle()

    def _write(self, desk: Desk, where: str, fitting: int) -> Taken:
        """Filter the runs by an expression."""
        desk.driver.page.get_by_label("Filter", exact=True).fill(where)
        of = f"{fitting:,} of {self.total:,}"
        return desk.timed(lambda: desk.driver.page.keyboard.press("Enter"), COUNTED.format(of))


def at_once(browser: Browser, address: str, tour: Tour, users: int) -> list[float]:
    """Filter in several browsers at once; milliseconds until each has its answer."""
    contexts = [driving.driving(browser, address) for _ in range(users)]
    desks = [Desk(context.__enter__(), _server(address)) for context in contexts]
    try:
        for desk in desks:
            tour.open_runs(desk)
        began = []
        for turn, desk in enumerate(desks):
            desk.driver.page.evaluate(WATCH)
            desk.driver.page.get_by_label("Filter", exact=True).fill(tour.filters[turn % len(tour.filters)][0])
        for desk in desks:
            began.append(desk.driver.page.evaluate("performance.now()"))
            desk.driver.page.keyboard.press("Enter")
        took = []
        for turn, (desk, start) in enumerate(zip(desks, began, strict=True)):
            ready = COUNTED.format(f"{tour.filters[turn % len(tour.filters)][1]:,} of {tour.total:,}")
            desk.driver.page.wait_for_function(SETTLED.format(ready=ready), arg=QUIET_MS, timeout=OPENED_MS)
            took.append(desk.driver.page.evaluate("window.changed") - start)
        return took
    finally:
        for context in contexts:
            context.__exit__(None, None, None)


def bare(browser: Browser, picture: str, times: int) -> list[Taken]:
    """Go from an empty page to one with a picture, some times, where Streamlit does nothing else."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        figure = Path(folder, "figure.json")
        figure.write_text(picture, encoding="utf-8")
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        words = ["run", str(Path(__file__).with_name("bare_page.py")), "--server.address=127.0.0.1"]
        words += [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
        words += ["--browser.gatherUsageStats=false", "--", str(figure)]
        with subprocess.Popen([sys.executable, "-m", "streamlit", *words], stdout=subprocess.DEVNULL) as child:
            try:
                address = f"http://127.0.0.1:{port}"
                driving.wait_for(address, child)
                with driving.driving(browser, address) as driver:
                    desk = Desk(driver, psutil.Process(child.pid))
                    driver.open("/")
                    taken = []
                    for _ in range(times + 1):
                        taken.append(desk.timed(driver.page.get_by_text("Picture").click, DRAWN.format("/picture")))
                        driver.page.get_by_text("Empty").click()
                        driver.settle()
                    return taken[1:]
            finally:
                child.terminate()


def _server(address: str) -> psutil.Process:
    port = address.rpartition(":")[2]
    return next(one for one in psutil.Process().children(recursive=True) if port in one.cmdline())


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
