from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from app.made import MARKUP

if TYPE_CHECKING:
    from driving import Driver
    from e2e.conftest import Drive

TICK, NAME = 18, 90  # pixels from the left edge of the table


def parameters(driver: Driver) -> dict[str, list[str]]:
    return parse_qs(urlsplit(driver.page.url).query)


def counted(driver: Driver, text: str) -> None:
    expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text(text)


class TestTheRunsPage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_opens_in_both_themes(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open("/")

        counted(driver, "12")
        ground = driver.page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 19, 32)"}[theme]

    def test_keeps_what_is_filtered_and_ticked_in_its_address(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/")
        driver.page.get_by_label("Filter", exact=True).fill("params.depth >= 4")
        driver.page.keyboard.press("Enter")
        driver.settle()
        driver.click_cell(0, x=TICK)
        driver.click_cell(2, x=TICK)
        driver.page.get_by_text("failed").first.click()
        driver.settle()

        found = parameters(driver)
        assert found["where"] == ["params.depth >= 4"]
        assert found["status"] == ["failed"]
        assert len(found["runs"][0].split(",")) == 2

        driver.page.reload()
        driver.settle()

        counted(driver, "1 of 12")
        expect(driver.page.get_by_text("Compare 2")).to_be_visible()
        assert parameters(driver) == found

    def test_leads_to_the_comparison_of_what_is_ticked_and_back(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/")
        driver.click_cell(0, x=TICK)
        driver.click_cell(1, x=TICK)
        chosen = parameters(driver)["runs"]

        driver.page.get_by_text("Compare 2").click()
        driver.settle()

        assert urlsplit(driver.page.url).path == "/compare"
        assert parameters(driver)["runs"] == chosen

        driver.page.go_back()
        driver.settle()

        assert urlsplit(driver.page.url).path == "/"
        assert parameters(driver)["runs"] == chosen

    def test_opens_a_run_at_the_side_and_then_on_its_page(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?sort=name&asc=1")
        driver.click_cell(0, x=NAME)

        drawer = driver.page.get_by_role("dialog")
        expect(drawer).to_contain_text("train_boosting_v1")
        drawer.get_by_text("Open the run's page").click()
        driver.settle()

        assert urlsplit(driver.page.url).path == "/run"
        assert len(parameters(driver)["id"][0]) == 36

    def test_forgets_the_run_at_the_side_when_the_page_is_left(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?sort=name&asc=1")
        driver.click_cell(0, x=NAME)
        driver.page.get_by_role("dialog").get_by_text("Open the run's page").click()
        driver.settle()
        driver.page.go_back()
        driver.settle()

        assert parameters(driver) == {"sort": ["name"], "asc": ["1"]}
        expect(driver.page.get_by_role("dialog")).to_have_count(0)

    def test_sorts_all_runs_by_the_heading_that_is_clicked(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?limit=3")
        driver.click_cell(0, x=TICK)
        expect(driver.page).to_have_url(re.compile("runs="))
        chosen = parameters(driver)["runs"]

        for expected in ({"sort": ["name"], "asc": ["1"]}, {"sort": ["name"]}):
            driver.click_cell(-1, x=NAME)
            assert parameters(driver) == {**expected, "limit": ["3"], "runs": chosen}

        driver.click_cell(0, x=NAME)
        expect(driver.page.get_by_role("dialog")).to_contain_text("train_forest_v8")

    def test_closes_the_run_at_the_side_and_leaves_it_closed(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?sort=name&asc=1")
        driver.click_cell(0, x=NAME)
        driver.page.get_by_role("dialog").get_by_role("button", name="Close").click()
        expect(driver.page.get_by_role("dialog")).to_have_count(0)
        driver.settle()

        driver.click_cell(-1, x=NAME)
        assert driver.rows()[0]["Run ↓"] == "train_forest_v8"
        expect(driver.page.get_by_role("dialog")).to_have_count(0)

    def test_hands_out_all_runs_as_a_file(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?limit=3&sort=name&asc=1")
        driver.page.get_by_test_id("stPopover").filter(has_text="Export").get_by_role("button").first.click()
        button = driver.page.get_by_role("button", name="CSV")
        expect(button).to_be_visible()
        driver.still(button)
        with driver.page.expect_download() as download:
            button.click()

        lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert (download.value.suggested_filename, len(lines)) == ("runs.csv", 13)
        assert lines[1].split(",")[1] == "train_boosting_v1"

    def test_says_what_is_wrong_with_a_filter(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?where=metrics.loss+%3E%3E+1")

        expect(driver.page.get_by_text("The filter does not parse")).to_be_visible()
        driver.page.get_by_role("button", name="Syntax").click()
        expect(driver.page.get_by_text("Times are absolute or relative")).to_be_visible()


class TestAHostileStore:
    def test_is_shown_as_text(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open("/?show=All")
        driver.click_cell(0, x=NAME)

        drawer = driver.page.get_by_role("dialog")
        shown = drawer.inner_text().replace("\u2060", "")
        assert shown.splitlines()[0] == MARKUP
        assert drawer.locator("img, a[href*=evil]").count() == 0


class TestAnEmptyStore:
    def test_says_what_to_do(self, drive: Drive) -> None:
        driver = drive("empty")
        driver.open("/")

        expect(driver.page.get_by_text("No runs yet")).to_be_visible()


class TestTickedRuns:
    def test_are_tagged_and_then_deleted_with_a_reason(self, drive: Drive) -> None:
        driver = drive("changed")
        driver.open("/")
        for row in (0, 1):
            driver.click_cell(row, x=TICK)
        driver.page.get_by_role("button", name="Change").click()
        driver.page.get_by_label("Tag", exact=True).fill("stage")
        driver.page.get_by_label("Values", exact=True).fill("candidate")
        driver.page.get_by_role("button", name="Tag 2 runs").click()
        expect(driver.page.get_by_text("Tagged 2 runs.")).to_be_visible()
        driver.settle()

        driver.open("/?where=tags.stage+=+'candidate'")
        counted(driver, "2 of 3")
        for row in (0, 1):
            driver.click_cell(row, x=TICK)
        driver.page.get_by_role("button", name="Change").click()
        driver.page.get_by_label("Reason to delete").fill("superseded")
        driver.page.get_by_role("button", name="Delete 2 runs").click()
        expect(driver.page.get_by_text(re.compile("Deleted 2 runs."))).to_be_visible()
        driver.settle()

        driver.open("/")
        counted(driver, "1")
