"""A browser for all tests, and the dashboard on stores made for them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from playwright.sync_api import expect, sync_playwright

import driving
from app.made import emptied, log_few, log_hostile, log_sample
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from playwright.sync_api import Browser

    from driving import Driver

HERE = Path(__file__).parent
CORE = re.compile(r"/journeys/|/test_payloads\.py|test_of_any_page\[light\]")
expect.set_options(timeout=20_000)  # milliseconds; a busy machine takes its time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if CORE.search(item.nodeid):
                item.add_marker(pytest.mark.core)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; the tests are left out where it is not installed."""
    if not Path(driving.CHROMIUM).exists():
        pytest.skip(f"{driving.CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        started = driving.launched(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the stores lie in, by their names."""
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="session")
def addresses(root: Path) -> Iterator[dict[str, str]]:
    """Addresses of dashboards by the name of their store: empty, sample, hostile, changed by one test."""
    journals = str(root / "journals")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", journals)
        patch.setenv("RUNLAKE_INGESTER", "off")
        emptied(str(root / "empty"))
        log_sample(str(root / "sample"), patch)
        log_hostile(str(root / "hostile"))
        log_few(str(root / "changed"))
        for name in ("sample", "hostile", "changed"):
            drain(str(root / name))
    own = {"RUNLAKE_JOURNAL": journals, "RUNLAKE_INGESTER": "off"}
    with (
        driving.serving(str(root / "empty"), own) as empty,
        driving.serving(str(root / "sample"), own) as sample,
        driving.serving(str(root / "hostile"), own) as hostile,
        driving.serving(str(root / "changed"), own) as changed,
    ):
        yield {"empty": empty, "sample": sample, "hostile": hostile, "changed": changed}


class Drive(Protocol):
    """Opens a browser on a store."""

    def __call__(self, store: str = "sample", theme: Literal["light", "dark"] = "light") -> Driver:
        """Return what drives a page of the dashboard on the store of this name."""


@pytest.fixture
def drive(browser: Browser, addresses: dict[str, str]) -> Iterator[Drive]:
    """Pages on the stores; afterwards no foreign host was asked and no script failed."""
    opened: list[tuple[object, Driver]] = []

    def start(store: str = "sample", theme: Literal["light", "dark"] = "light") -> Driver:
        context = driving.driving(browser, addresses[store], theme=theme)
        driver = context.__enter__()
        opened.append((context, driver))
        return driver

    yield start
    for context, driver in opened:
        context.__exit__(None, None, None)  # type: ignore[attr-defined]  # a context manager
        assert (driver.foreign, driver.errors) == ([], [])
