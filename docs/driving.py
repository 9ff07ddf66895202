"""Serve the dashboard and drive it in Chromium; the end-to-end tests and `screenshots.py` share this."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from runlake.cli import ui

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, Playwright, Request

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1440, "height": 900}
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
GRID = "[data-testid=stDataFrame]"
CHART = "[data-testid=stPlotlyChart]"
ROW_PX = 33
_STILL_MS = 150
_RESTS = f"""quiet => {{
    window.restless ??= performance.now();  // a new page knows nothing yet
    if (!document.querySelector("{READY}")) window.restless = performance.now();
    return performance.now() - window.restless > quiet;
}}"""
# Beside its picture a grid keeps a table of the rows in sight.
_READ = """grid => {
    const texts = (row, cells) => [...row.querySelectorAll(cells)].map(cell => cell.textContent);
    const heads = texts(grid, "canvas thead th");
    return [...grid.querySelectorAll("canvas tbody tr")].map(
        row => Object.fromEntries(texts(row, "td").map((text, at) => [heads[at], text])));
}"""
# The figure as Plotly keeps it, with what it was sent in binary read already.
_DRAWN = """chart => chart._fullData.map(trace => ({
    name: trace.name,
    x: Array.from(trace.x ?? []),
    y: Array.from(trace.y ?? []).map(value => Number.isNaN(value) ? "NaN" : value),
}))"""
_QUIET_MS = 800  # the page says that it rests a moment before a change of its own sets it going again


@contextmanager
def serving(store: str | None, environment: Mapping[str, str] = {}) -> Iterator[str]:
    """Serve the dashboard on a store, or on the sample where it is None, and yield its address."""
    with socket.socket() as probe:
        probe.bind((ui.HOST, 0))
        port = probe.getsockname()[1]
    plan = ui.server(store, ui.HOST, port)
    with subprocess.Popen(
        plan.command,
        cwd=plan.folder,
        env={**plan.environment, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as child:
        try:
            address = f"http://{ui.HOST}:{port}"
            wait_for(address, child)
            yield address
        finally:
            child.terminate()


def wait_for(address: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until a server of Streamlit's answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            assert child.poll() is None, "the server ended before it answered"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def launched(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


@dataclass
class Driver:
    """A page in a browser of its own, which keeps what should not have happened."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a path and wait until the page rests."""
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing has run for a while, and nothing is about to."""
        self.page.evaluate("() => { window.restless = performance.now(); }")
        self.page.wait_for_function(_RESTS, arg=_QUIET_MS, timeout=60_000)
        for placeholder in self.page.get_by_test_id("stSkeleton").all():  # stands where code is still loading
            placeholder.wait_for(state="detached", timeout=30_000)

    def shown(self, css: str) -> Locator:
        """Find what matches and is part of the page: Streamlit keeps some charts it took away, hidden, for a while."""
        return self.page.locator(f"{css}:not([data-retained] *)")

    def click_cell(self, row: int, *, x: float) -> None:
        """Click into the first grid: its row, counted from 0, at `x` pixels from its left edge."""
        box = self.still(self.shown(GRID).first)
        self.page.mouse.click(box["x"] + x, box["y"] + ROW_PX * (row + 1.5))
        self.settle()

    def rows(self, grid: int = 0) -> list[dict[str, str]]:
        """Read a grid as a screen reader does: the rows in sight, by their headings.

        Args:
            grid: which one on the page, counted from 0; -1 is the last.
        """
        before = None
        for _ in range(100):
            found: list[dict[str, str]] = self.shown(GRID).nth(grid).evaluate(_READ)
            if found and found == before:
                return found
            before = found
            self.page.wait_for_timeout(_STILL_MS)
        raise TimeoutError("the grid has no rows")

    def traces(self, chart: int = 0) -> list[dict[str, Any]]:
        """Read what a chart draws: name, x and y of each of its traces.

        Args:
            chart: which one on the page, counted from 0.
        """
        found: list[dict[str, Any]] = self.shown(".js-plotly-plot").nth(chart).evaluate(_DRAWN)
        return found

    def still(self, place: Locator) -> FloatRect:
        """Return where something is, once it moves no more: what is clicked by its place must not move away."""
        before = None
        for _ in range(50):
            box = place.bounding_box()
            if box is not None and box == before:
                return box
            before = box
            self.page.wait_for_timeout(_STILL_MS)
        raise TimeoutError(f"{place} does not come to rest")


# Contexts that nobody uses now: what a browser has loaded and compiled of a dashboard serves the next one too.
_SPARE: WeakKeyDictionary[Browser, dict[tuple[object, ...], BrowserContext]] = WeakKeyDictionary()


@contextmanager
def driving(
    browser: Browser, address: str, *, theme: Literal["light", "dark"] = "light", zone: str = "Europe/Berlin"
) -> Iterator[Driver]:
    """Open a page of its own, without cookies of others, in a theme, and yield what drives it."""
    spare, look = _SPARE.setdefault(browser, {}), (theme, zone, *SIZE.values())
    context = spare.pop(look, None) or browser.new_context(
        viewport=SIZE,  # type: ignore[arg-type]  # a size
        color_scheme=theme,
        reduced_motion="reduce",
        timezone_id=zone,
    )
    try:
        page = context.new_page()
        driver = Driver(page, address)

        def look_at(request: Request) -> None:
            if not request.url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:")):
                driver.foreign.append(request.url)

        page.on("request", look_at)
        page.on("pageerror", lambda error: driver.errors.append(str(error)))
        yield driver
    finally:
        for one in context.pages:
            one.close()
        context.clear_cookies()
        if look in spare:
            context.close()
        else:
            spare[look] = context
