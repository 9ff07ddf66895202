"""Groups, columns and files of the Runs page in a browser, against numbers that DuckDB finds in the Parquet files."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import duckdb
import polars as pl
import pytest
from playwright.sync_api import expect

import driving
import runlake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from driving import Driver

TICK, RUNS = 18, 80  # pixels from the left edge of the table
UP, PIN, HIDE = 359, 473, 530  # the same in the menu of columns
IN_FILES = """
WITH lr AS (SELECT run_id, value AS lr FROM read_parquet('{0}/params/*.parquet') WHERE key = 'lr'),
     f1 AS (SELECT run_id, arg_max(value, step) AS f1 FROM read_parquet('{0}/metrics/*.parquet')
            WHERE key = 'val/f1' GROUP BY run_id)
SELECT lr, count(*), avg(f1), median(f1), stddev_samp(f1), min(f1), max(f1)
FROM lr JOIN f1 USING (run_id) GROUP BY lr ORDER BY lr
"""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A store with two settings of several seeds, and the address of a dashboard on it."""
    root = tmp_path_factory.mktemp("seeded")
    store, journals = str(root / "store"), str(root / "journals")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", journals)
        patch.setenv("RUNLAKE_INGESTER", "off")
        for lr, count in ((0.1, 5), (0.3, 3)):
            for seed in range(count):
                params = {"lr": lr, "model": "net", "train/seed": seed, "out": f"/tmp/{lr}/{seed}"}
                with runlake.start_run("lab", f"lr{lr}_{seed}", params=params, store=store, capture=False) as run:
                    for step in range(4):
                        run.log({"val/f1": lr + step / 10 + seed**2 / 97, "loss": 1 / (step + 1)}, step=step)
        drain(store)
        with driving.serving(store, {"RUNLAKE_JOURNAL": journals, "RUNLAKE_INGESTER": "off"}) as address:
            yield store, address


@pytest.fixture
def driver(browser: Browser, seeded: tuple[str, str]) -> Iterator[Driver]:
    with driving.driving(browser, seeded[1]) as driver:
        yield driver
        assert (driver.foreign, driver.errors) == ([], [])


def parameters(driver: Driver) -> dict[str, list[str]]:
    return parse_qs(urlsplit(driver.page.url).query, keep_blank_values=True)


def menu(driver: Driver, name: str) -> None:
    opener = driver.page.get_by_test_id("stPopover").filter(has_text=name).get_by_role("button").first
    driver.still(opener)
    opener.click()
    driver.settle()


def downloaded(driver: Driver, name: str) -> bytes:
    button = driver.page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_visible()
    driver.still(button)
    with driver.page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def click_column(driver: Driver, row: int, x: int) -> None:
    """Click a button in the menu of columns."""
    box = driver.still(driver.shown(driving.GRID).last)
    driver.page.mouse.click(box["x"] + x, box["y"] + driving.ROW_PX * (row + 1.5))
    driver.settle()


class TestEverythingButTheSeed:
    def test_in_one_click_has_the_numbers_that_are_in_the_files(self, driver: Driver, seeded: tuple[str, str]) -> None:
        driver.open("/")
        driver.page.get_by_role("button", name="Group all but the seed").click()
        expect(driver.page.get_by_text("Each run has its own out")).to_be_visible()
        driver.settle()
        driver.page.get_by_role("button", name="Leave it out").click()
        expect(driver.page.get_by_text("2 groups of 8 runs.")).to_be_visible()
        driver.settle()
        asked = parameters(driver)
        assert (asked["by"], asked["out"]) == (["all-but-seed"], ["params.out"])

        driver.page.reload()
        driver.settle()
        menu(driver, "Export")
        told = json.loads(downloaded(driver, "JSON"))

        with duckdb.connect() as files:
            expected = files.sql(IN_FILES.format(seeded[0])).fetchall()
        names = ["n", *(f"{how}(metrics.val/f1)" for how in ("mean", "median", "sd", "min", "max"))]
        found = sorted((row["params.lr"], *(row[name] for name in names)) for row in told["data"])
        assert len(found) == len(expected) == 2
        for ours, theirs in zip(found, expected, strict=True):
            assert ours[0] == theirs[0]
            assert ours[1:] == pytest.approx(theirs[1:], rel=1e-12)
        assert told["schema"] == "runlake.groups/1"
        assert parameters(driver) == asked

    def test_opens_a_group_to_its_runs_and_goes_back(self, driver: Driver) -> None:
        driver.open("/?by=params.lr&group_sort=params.lr&group_asc=1")
        driver.click_cell(0, x=RUNS)

        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("5 of 8")
        assert parameters(driver)["group"] == ["params.lr = '0.1'"]
        driver.page.reload()
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("5 of 8")
        driver.settle()

        driver.page.get_by_role("button", name="All groups").click()
        expect(driver.page.get_by_text("2 groups of 8 runs.")).to_be_visible()

    def test_chooses_the_runs_of_a_ticked_group_for_compare(self, driver: Driver) -> None:
        driver.open("/?by=params.lr&group_sort=params.lr&group_asc=1")
        driver.click_cell(1, x=TICK)

        expect(driver.page.get_by_text("Compare 3")).to_be_visible()
        assert len(parameters(driver)["runs"][0].split(",")) == 3

        driver.click_cell(1, x=TICK)
        expect(driver.page.get_by_text("Compare 3")).to_have_count(0)

    def test_sorts_by_the_heading_that_is_clicked(self, driver: Driver) -> None:
        driver.open("/?by=params.lr")
        driver.click_cell(-1, x=RUNS)
        assert parameters(driver)["group_sort"] == ["n"]
        assert [row["Runs ↑"] for row in driver.rows()] == ["3 runs", "5 runs"]

        driver.click_cell(-1, x=180)
        assert parameters(driver)["group_sort"] == ["params.lr"]
        assert [row["lr ↑"] for row in driver.rows()] == ["0.1", "0.3"]


class TestColumns:
    def test_that_were_moved_pinned_and_hidden_are_in_the_link(self, driver: Driver) -> None:
        driver.open("/?show=Custom&columns=user,status,params.lr,metrics.loss,curve:val/f1")
        menu(driver, "Columns")
        click_column(driver, 2, UP)  # lr before status
        expect(driver.page).to_have_url(re.compile(r"columns=user,params\.lr,status"))
        click_column(driver, 3, PIN)  # loss
        expect(driver.page).to_have_url(re.compile(r"pins=metrics\.loss"))
        click_column(driver, 1, HIDE)  # user, after loss
        expect(driver.page).to_have_url(re.compile(r"columns=metrics\.loss,params\.lr,status"))
        driver.page.keyboard.press("Escape")
        asked = parameters(driver)

        driver.page.reload()
        driver.settle()

        assert parameters(driver) == asked
        menu(driver, "Export")
        heads = downloaded(driver, "CSV").decode().splitlines()[0].split(",")
        # A curve is a picture, and in no file.
        assert heads == ["run_id", "name", "metrics.loss", "params.lr", "status"]

    def test_can_be_added(self, driver: Driver) -> None:
        driver.open("/")
        menu(driver, "Columns")
        driver.page.get_by_label("Add a column").fill("loss by step")
        driver.page.get_by_role("option", name="loss by step").first.click()
        driver.settle()

        assert parameters(driver)["show"] == ["Custom"]
        assert parameters(driver)["columns"][0].split(",")[-1] == "curve:loss"


class TestFiles:
    def test_hold_what_is_shown_and_leave_events(self, driver: Driver, seeded: tuple[str, str]) -> None:
        driver.open("/?where=params.lr+>+0.2&sort=name&asc=1&show=Custom&columns=metrics.val/f1,params.lr")
        menu(driver, "Export")
        rows = list(csv.reader(io.StringIO(downloaded(driver, "CSV").decode())))
        table = pl.read_parquet(downloaded(driver, "Parquet"))
        told = json.loads(downloaded(driver, "JSON"))

        asked = ["run_id", "name", "metrics.val/f1", "params.lr"]
        expected = runlake.open_lake(seeded[0]).runs("params.lr > 0.2", "name", columns=asked)
        assert table.equals(expected)
        assert (told["schema"], told["data"]) == ("runlake.runs/1", expected.to_dicts())
        assert rows == [asked, *([str(value) for value in row] for row in expected.iter_rows())]
        events = runlake.open_lake(seeded[0]).events(action="export.runs").head(3).to_dicts()
        kept = [json.loads(event["new"]) for event in events]
        assert {one["format"] for one in kept} == {"csv", "parquet", "json"}
        assert {(one["rows"], one["of"]["where"], tuple(one["of"]["columns"])) for one in kept} == {
            (3, "params.lr > 0.2", tuple(asked))
        }
