"""Somebody who travels through the dashboard on one of the three worlds."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

import driving
from e2e.journeys.truth import Truth
from e2e.journeys.words import readable
from e2e.journeys.worlds import MAKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from driving import Driver
    from e2e.journeys.worlds import World

# A journey that failed is repeated by the seed that it printed: UNSEEN_SEED=... make test-e2e
SEED = int(os.environ.get("UNSEEN_SEED") or random.SystemRandom().randrange(10**6))


@dataclass
class Traveller:
    """Somebody with a browser, in a world whose truth can be asked for."""

    world: World
    address: str
    environment: dict[str, str]
    browser: Browser
    _opened: list[tuple[object, Driver]] = field(default_factory=list)

    @cached_property
    def driver(self) -> Driver:
        """The browser that the journey is made in."""
        return self.another()

    def another(self) -> Driver:
        """Open a browser of somebody else."""
        context = driving.driving(self.browser, self.address)
        self._opened.append((context, context.__enter__()))
        return self._opened[-1][1]

    def truth(self) -> Truth:
        """What is in the Parquet files now."""
        return Truth(self.world.store)

    def open(self, page: str, **values: str) -> Driver:
        """Go to a page with these values in its address."""
        self.driver.open(f"/{page}?{urlencode(values)}")
        return self.driver

    def says(self, text: str) -> None:
        """Somewhere on the page stands this text, by itself."""
        expect(self.driver.page.get_by_text(text, exact=True).locator("visible=true").first).to_be_visible()

    def rows_with(self, heading: str) -> list[dict[str, str]]:
        """Read the grid that has a column of this heading."""
        for grid in range(self.driver.shown(driving.GRID).count()):
            rows = [{readable(head): text for head, text in row.items()} for row in self.driver.rows(grid)]
            if heading in rows[0]:
                return [row for row in rows if heading in row]
        raise LookupError(heading)

    def query(self) -> dict[str, str]:
        """What the address carries."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.driver.page.url).query).items()}

    def leave(self) -> None:
        """Close the browsers; no other host was asked for anything, and no script failed."""
        for context, driver in self._opened:
            context.__exit__(None, None, None)  # type: ignore[attr-defined]  # a context manager
            assert (driver.foreign, driver.errors) == ([], [])


@pytest.fixture(scope="session", params=list(MAKERS))
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, str, dict[str, str]]]:
    """A world, the address of its dashboard, and the environment of whoever logs into it."""
    root = tmp_path_factory.mktemp(request.param)
    environment = {"RUNLAKE_JOURNAL": str(root / "journals"), "RUNLAKE_INGESTER": "off", "RUNLAKE_USER": "traveller"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        world = MAKERS[request.param](root / "store", SEED)
    with driving.serving(str(world.store), environment) as address:
        yield world, address, environment


@pytest.fixture
def traveller(
    browser: Browser, place: tuple[World, str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Traveller]:
    world, address, environment = place
    sys.stdout.write(f"UNSEEN_SEED={SEED}\n")  # shown where the test fails
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    one = Traveller(world, address, environment, browser)
    yield one
    one.leave()
