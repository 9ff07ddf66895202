"""Facets, completion and data sets in Chromium; what is counted is recomputed by DuckDB from the Parquet files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import expect

import driving
from app.made import MARKUP

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from driving import Driver
    from e2e.conftest import Drive

PANEL = "/?faceted=1&facets=params.model,params.depth,status,metrics.loss,datasets.name"
NAME_PX = 90  # from the left edge of a table of runs
DATA_PX = 300  # from the left edge of the run table, where the column Data follows the name


def where(driver: Driver) -> str:
    return parse_qs(urlsplit(driver.page.url).query).get("where", [""])[0]


def facet(driver: Driver, key: str) -> Locator:
    return driver.page.locator(f'fieldset[data-facet="{key}"]')


def rows(driver: Driver, key: str) -> dict[str, int]:
    found = facet(driver, key).locator(".row")
    texts = [(one.locator(".text").inner_text(), one.locator(".count").inner_text()) for one in found.all()]
    return {text: int(count.replace(",", "")) for text, count in texts}


def turn(driver: Driver, key: str, value: str) -> None:
    box = facet(driver, key).locator(".row", has_text=value).get_by_role("checkbox")
    driver.still(box)
    box.click()
    driver.settle()


def params(root: Path, store: str = "sample") -> str:
    """A query: one row per run with its model and depth, as the Parquet files have them."""
    files = f"read_parquet('{root}/{store}/params/*.parquet')"
    return (
        f"SELECT run_id, max(value) FILTER (key = 'model') AS model, "
        f"CAST(max(value_num) FILTER (key = 'depth') AS INT) AS depth FROM {files} GROUP BY run_id"
    )


def asked(query: str) -> list[tuple[object, ...]]:
    answer = duckdb.sql(query)
    assert answer is not None
    return answer.fetchall()


def counted(root: Path, what: str, condition: str) -> dict[str, int]:
    found = asked(f"SELECT {what}, count(*) FROM ({params(root)}) WHERE {condition} GROUP BY {what}")
    return {str(value): int(str(count)) for value, count in found}


class TestFacets:
    def test_count_what_another_choice_would_bring_and_narrow_on_a_click(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open(PANEL)
        expect(driver.page.get_by_text("forest", exact=True).first).to_be_visible()
        assert rows(driver, "params.model") == counted(root, "model", "true")

        turn(driver, "params.model", "forest")
        assert where(driver) == "params.model = 'forest'"
        expect(driver.page.get_by_label("Filter", exact=True)).to_have_value("params.model = 'forest'")
        assert rows(driver, "params.model") == counted(root, "model", "true")
        assert rows(driver, "params.depth") == counted(root, "depth", "model = 'forest'")

        turn(driver, "params.depth", "10")
        assert where(driver) == "params.model = 'forest' AND params.depth = 10"
        assert rows(driver, "params.model") == counted(root, "model", "depth = 10")
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("1 of 12")

        turn(driver, "params.model", "forest")
        facet(driver, "params.depth").get_by_role("button", name="Clear depth").click()
        driver.settle()
        assert where(driver) == ""
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("12")

    def test_of_the_status_are_the_switches_of_the_heading(self, drive: Drive) -> None:
        driver = drive()
        driver.open(PANEL)
        turn(driver, "status", "failed")

        assert parse_qs(urlsplit(driver.page.url).query)["status"] == ["failed"]
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("1 of 12")
        assert rows(driver, "status") == {"finished": 11, "failed": 1}

    def test_of_numbers_are_narrowed_by_typing_and_by_dragging(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open("/?faceted=1&facets=params.depth,metrics.val/f1")
        low = driver.page.get_by_role("textbox", name="val/f1 from")
        low.fill("0.95")
        low.press("Enter")
        driver.settle()

        assert where(driver) == "metrics.val/f1 >= 0.95"
        summaries = f"read_parquet('{root}/sample/summaries/*.parquet')"
        ((found,),) = asked(f"SELECT count(*) FROM {summaries} WHERE key = 'val/f1' AND last_value >= 0.95")
        assert 0 < int(str(found)) < 12
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text(f"{found} of 12")

        box = driver.still(facet(driver, "metrics.val/f1").locator("svg"))
        driver.page.mouse.move(box["x"] + 1, box["y"] + 20)
        driver.page.mouse.down()
        driver.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
        driver.page.mouse.up()
        driver.settle()

        assert re.fullmatch(r"metrics\.val/f1 BETWEEN [\d.]+ AND [\d.]+", where(driver))

    def test_of_a_hostile_store_are_text_and_can_be_chosen(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open("/?faceted=1&facets=datasets.name,experiment")
        assert rows(driver, "experiment") == {"a/[b](http:evil.example)/<i>": 1}
        assert driver.page.locator("fieldset img, fieldset a, fieldset i, fieldset b").count() == 0

        turn(driver, "datasets.name", MARKUP[:12])
        assert where(driver) == f"datasets.name = '{MARKUP}'"
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("1")


class TestCompletion:
    def test_writes_a_filter_by_the_keyboard_alone(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open("/")
        box = driver.page.get_by_role("combobox", name="Filter")
        box.focus()
        for typed, offered in (("mod", "params.model"), ("=", None), ("for", "'forest'")):
            box.press_sequentially(typed)
            if offered is None:
                box.press_sequentially(" ")
                continue
            first = driver.page.get_by_role("option").first
            expect(first).to_contain_text(offered)
            expect(box).to_have_attribute("aria-expanded", "true")
            box.press("ArrowDown")
            expect(first).to_have_attribute("aria-selected", "true")
            expect(box).to_have_attribute("aria-activedescendant", "option-0")
            box.press("Enter")
            expect(box).to_have_value(re.compile(re.escape(offered)))
        box.press("Escape")
        expect(driver.page.get_by_role("option")).to_have_count(0)
        box.press("Enter")
        expect(driver.page).to_have_url(re.compile("where="))
        driver.settle()

        assert where(driver) == "params.model = 'forest'"
        found = counted(root, "model", "true")["forest"]
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text(f"{found} of 12")

    def test_leaves_alone_what_nobody_asked_it_to_write(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/")
        box = driver.page.get_by_role("combobox", name="Filter")
        box.fill("metrics.loss >> 1")
        box.press("Enter")

        expect(driver.page.get_by_text("The filter does not parse")).to_be_visible()
        expect(box).to_have_value("metrics.loss >> 1")

        box.fill("params.depth > 8")
        box.blur()
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("3 of 12")

    def test_of_a_hostile_store_shows_keys_as_text(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open("/")
        box = driver.page.get_by_role("combobox", name="Filter")
        box.press_sequentially("params.bold")
        option = driver.page.get_by_role("option").first
        expect(option).to_contain_text("<b>bold</b>")
        assert option.locator("b, img, a").count() == 0

        option.click()
        box.press_sequentially("= ")
        expect(driver.page.get_by_role("option").first).to_contain_text("<b>bold</b>")
        driver.page.get_by_role("option").first.click()
        box.press("Enter")
        expect(driver.page).to_have_url(re.compile("where="))
        driver.settle()
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("1")


class TestDataSets:
    def test_lead_from_a_facet_to_their_versions_and_on_to_the_runs(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open(PANEL)
        row = facet(driver, "datasets.name").locator(".row", has_text="mails")
        button = row.get_by_role("button", name="The page of this data set")
        driver.still(button)
        button.click()
        driver.settle()

        assert urlsplit(driver.page.url).path == "/data"
        expect(driver.page.get_by_role("heading", name="mails")).to_be_visible()
        links = f"read_parquet('{root}/sample/links/*.parquet')"
        of = f"FROM {links} WHERE object = 'dataset:mails' AND version = 'v2'"
        ((runs,),) = asked(f"SELECT count(DISTINCT run_id) {of}")

        driver.click_cell(0, x=18)
        assert parse_qs(urlsplit(driver.page.url).query)["version"] == ["v2"]
        expect(driver.page.get_by_text(f"{runs} runs used this version")).to_be_visible()
        driver.page.get_by_role("button", name="Choose for Compare").click()
        expect(driver.page.get_by_text(f"Compare {runs}")).to_be_visible()
        driver.settle()

        driver.page.get_by_role("button", name="Open in Runs").click()
        driver.settle()
        assert where(driver) == "datasets.mails.version = 'v2'"
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text(f"{runs} of 12")

    def test_have_their_runs_in_the_order_of_the_heading_that_is_clicked(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/data?name=mails&version=v2")
        names = [f"train_{('forest', 'boosting')[number % 2]}_v{number}" for number in range(6, 12)]
        for sign, expected in (("↑", sorted(names)), ("↓", sorted(names, reverse=True))):
            box = driver.still(driver.shown(driving.GRID).last)
            driver.page.mouse.click(box["x"] + NAME_PX, box["y"] + driving.ROW_PX / 2)
            driver.settle()

            assert [row[f"Run {sign}"] for row in driver.rows(-1)] == expected

    @pytest.mark.parametrize("name", ["mails", "nothing+of+the+kind"])
    def test_are_all_listed_a_click_away(self, drive: Drive, name: str) -> None:
        driver = drive()
        driver.open(f"/data?name={name}")
        link = driver.page.get_by_role("link", name="All data sets")
        driver.still(link)
        link.click()
        expect(driver.page.get_by_role("heading", name="Data sets")).to_be_visible()

        assert [(row["Data set"], row["Runs"]) for row in driver.rows()] == [("holdout", "12"), ("mails", "12")]

    def test_are_a_column_of_the_runs_that_leads_to_their_page(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/?show=Custom&columns=data")
        driver.click_cell(0, x=DATA_PX)

        assert urlsplit(driver.page.url).path == "/data"
        assert parse_qs(urlsplit(driver.page.url).query)["name"] == ["holdout"]

    def test_of_a_run_lead_to_their_page(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/run?id=wine:train_forest_v2")
        link = driver.page.get_by_role("link", name=re.compile("mails"))
        driver.still(link)
        link.click()
        driver.settle()

        expect(driver.page.get_by_role("heading", name="mails")).to_be_visible()

    def test_of_a_hostile_store_are_text(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open("/data")
        driver.click_cell(0, x=60)

        heading = driver.page.get_by_role("heading").last
        assert heading.inner_text().replace("\u2060", "").startswith("![x](http")
        assert driver.page.locator("h3 img, h3 a, h3 b").count() == 0


class TestWhatIsNotWritten:
    def test_is_found_by_one_click(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open("/")
        pill = driver.page.get_by_role("button", name=re.compile("without conclusion"))
        driver.still(pill)
        pill.click()
        driver.settle()

        runs = f"read_parquet('{root}/sample/runs/*.parquet')"
        ((written,),) = asked(f"SELECT count(DISTINCT run_id) FROM {runs} WHERE conclusion != ''")
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text(f"{12 - int(str(written))} of 12")
        assert where(driver) == "conclusion IS NULL OR conclusion = ''"
