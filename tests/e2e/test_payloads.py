"""What means harm is shown as text on every page and written as text into every file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import TimeoutError as TookTooLong

import driving
import state
from e2e import payloads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog

    from driving import Driver

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
# Elements that only markup of the store could have made.
INJECTED = "script:text('pwned'), img[src*=evil], img[src=x], iframe[src*=evil], [onload], [onerror], a[href^='javascript'], a[href*='//evil']"


@pytest.fixture(scope="module")
def attacked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Driver, list[str]]]:
    """A browser on a store of attacks, and the ids of its runs."""
    root = tmp_path_factory.mktemp("attacked")
    environment = {"RUNLAKE_JOURNAL": str(root / "journals"), "RUNLAKE_INGESTER": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        ids = payloads.log(str(root / "store"))
    with driving.serving(str(root / "store"), environment) as address, driving.driving(browser, address) as driver:
        yield driver, ids
        assert (driver.foreign, driver.errors) == ([], [])


def places(ids: list[str]) -> list[str]:
    runs = f"runs={','.join(ids)}"
    return [
        "/home",
        "/?show=All",
        *(f"/run?id={ids[0]}&view={view}" for view in state.RUN_VIEWS),
        *(f"/explore?view={view}" for view in state.EXPLORE_VIEWS),
        f"/compare?{runs}&all=1",
        *(f"/evaluate?{runs}&picture={picture}" for picture in state.PICTURES),
    ]


def harmless(driver: Driver) -> None:
    assert driver.page.evaluate("window.pwned") is None
    made = driver.page.locator(INJECTED).evaluate_all("found => found.map(one => one.outerHTML.slice(0, 300))")
    assert made == [], driver.page.url


class TestWhatMeansHarm:
    def test_is_text_on_every_page(self, attacked: tuple[Driver, list[str]]) -> None:
        driver, ids = attacked
        asked: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        driver.page.on("dialog", dismiss)
        for path in places(ids):
            driver.open(path)
            harmless(driver)
            assert driver.page.get_by_text("Traceback").count() == 0, path
        driver.open("/")
        driver.click_cell(0, x=90)
        driver.page.get_by_role("dialog").wait_for()
        harmless(driver)
        assert asked == []
        assert driver.foreign == []

    def test_is_text_in_every_file(self, attacked: tuple[Driver, list[str]]) -> None:
        driver, ids = attacked
        taken = set()
        for path in places(ids):
            driver.open(path)
            for name, content in downloads(driver):
                taken.add(name.rpartition(".")[2])
                check(name, content)
        assert {"csv", "md", "tex"} <= taken


def downloads(driver: Driver) -> Iterator[tuple[str, bytes]]:
    """Fetch each file that the page offers, those behind a button that opens among them."""
    for opener in [None, *driver.page.get_by_test_id("stPopover").filter(has_text="Export").all()]:
        if opener is not None:
            opener.get_by_role("button").first.click()
        for button in driver.page.get_by_test_id("stDownloadButton").locator("visible=true").all():
            try:
                with driver.page.expect_download(timeout=20_000) as download:
                    button.get_by_role("button").click()
            except TookTooLong:
                raise AssertionError(button.inner_text()) from None
            yield download.value.suggested_filename, Path(download.value.path()).read_bytes()


def check(name: str, content: bytes) -> None:
    """A file that people open in another program holds nothing that this runs; what was logged stays as it was."""
    match name.rpartition(".")[2]:
        case "csv" if "table" not in name:  # the artifact itself is handed out as it was logged
            for row in csv.reader(io.StringIO(content.decode())):
                assert not [cell for cell in row if cell.startswith(DANGEROUS) and not is_number(cell)], name
        case "md" if name.startswith("differences"):
            text = content.decode()
            assert "<script" not in text, name
            assert "![x](" not in text, name
            assert "[x](javascript" not in text, name
        case "tex":
            assert "$\\href" not in content.decode(), name


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
