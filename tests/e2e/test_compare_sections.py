from __future__ import annotations

import csv
import struct
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree

import duckdb
import polars as pl
import pytest
from playwright.sync_api import expect

import driving
import runlake
from app import compared
from driving import GRID, ROW_PX
from runlake.figures.theme import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Download

    from driving import Driver

FIVE = ",".join(f"compared:{name}" for name in compared.NAMES)
HOSTILE = ",".join(quote(f"hostile:{name}", safe="") for name in compared.HOSTILE_NAMES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The store of the five runs, and the environment of its server."""
    folder = tmp_path_factory.mktemp("compared")
    own = {"RUNLAKE_JOURNAL": str(folder / "journals"), "RUNLAKE_INGESTER": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        compared.log(str(folder / "store"))
        yield str(folder / "store"), own


@pytest.fixture(scope="module")
def address(store: tuple[str, dict[str, str]]) -> Iterator[str]:
    with driving.serving(*store) as served:
        yield served


@pytest.fixture
def driver(browser: Browser, address: str) -> Iterator[Driver]:
    with driving.driving(browser, address) as found:
        yield found
    assert (found.foreign, found.errors) == ([], [])


def open_section(driver: Driver, section: str, runs: str = FIVE, more: str = "") -> None:
    driver.open(f"/compare?runs={runs}&view={section}{more}")


def saved(download: Download) -> Path:
    return download.path()


class TestTheSections:
    def test_show_packages_that_differ(self, driver: Driver) -> None:
        open_section(driver, "Environment")

        expect(driver.page.get_by_text("3 of 4 packages differ from the reference")).to_be_visible()
        driver.page.locator(".st-key-compare-export-environment button").click()
        for form, between in (("csv", ","), ("md", " | "), ("tex", " & ")):
            written = self.downloaded(driver, f".st-key-compare-export-environment-{form} button").decode()
            (row,) = [line for line in written.splitlines() if "numpy" in line]
            assert between.join(("numpy", "1.9", "1.10")) in row

    def test_show_the_difference_of_two_patches(self, driver: Driver) -> None:
        open_section(driver, "Code", more="&file=train.py")

        region = driver.page.get_by_role("region", name="Difference of train.py")
        expect(region.get_by_text("39 equal lines")).to_be_visible()
        expect(region.locator("mark")).to_have_text(["2", "3"])
        driver.page.get_by_text("Unified", exact=True).click()
        expect(region.locator("thead, th")).to_have_count(1)

    def test_lift_errors_out_of_the_console(self, driver: Driver) -> None:
        open_section(driver, "Console")

        expect(driver.page.get_by_text("Errors and warnings: 1 error, 1 warning")).to_be_visible()
        expect(driver.page.get_by_text("ValueError: no more rows").first).to_be_visible()

    def test_show_media_at_the_step_before(self, driver: Driver) -> None:
        open_section(driver, "Media", more="&key=seen&step=20")

        expect(driver.page.get_by_text("step 15 – the last one before 20")).to_be_visible()
        images = driver.shown("[data-testid=stImage] img")
        expect(images).to_have_count(8)  # two each of the four runs that fit
        driver.page.get_by_role("radiogroup", name="Zoom").get_by_text("100 px").click()
        expect(images.first).to_have_js_property("width", 100)
        driver.settle()

    def test_count_where_the_runs_disagree_as_duckdb_does(
        self, driver: Driver, store: tuple[str, dict[str, str]]
    ) -> None:
        open_section(driver, "Predictions")

        disagree = in_sql(store[0], "answers")
        counted = driver.page.get_by_text("only in some runs.")
        expect(counted).to_contain_text(f"{disagree} disagree")
        assert disagree > 0

    def test_open_a_row_that_is_clicked(self, driver: Driver) -> None:
        open_section(driver, "Predictions")
        grid = driver.shown(GRID).first
        expect(grid).to_be_visible()
        grid.scroll_into_view_if_needed()  # it begins below the window, where no click reaches
        box = driver.still(grid)
        driver.page.mouse.click(box["x"] + 16, box["y"] + ROW_PX * 1.5)

        expect(driver.page.get_by_text("All of e")).to_be_visible()

    def test_give_the_answers_as_a_file(self, driver: Driver) -> None:
        open_section(driver, "Predictions", ",".join(FIVE.split(",")[:2]))
        rows = self.downloaded(driver, ".st-key-compare-tables-csv button").decode().splitlines()

        heads, *found = csv.reader(rows)
        at = [heads.index(head) for head in ("example_id", "one: answer", "two: answer")]
        assert sorted([row[place] for place in at] for row in found) == [
            [f"e{example:02}", compared.answer(0, example), compared.answer(1, example)]
            for example in range(compared.EXAMPLES)
        ]

    def test_have_what_a_run_is_made_again_from(self, driver: Driver) -> None:
        driver.open(f"/run?id={FIVE.partition(',')[0]}&view=Reproduce")

        patch = self.downloaded(driver, "[class*=st-key-run-reproduce-git] button")
        packages = self.downloaded(driver, "[class*=st-key-run-reproduce-requirements] button").decode()
        assert patch == compared.patch("0.2")
        assert sorted(set(compared.PACKAGES[0]) & set(packages.splitlines())) == sorted(compared.PACKAGES[0])

    @staticmethod
    def downloaded(driver: Driver, css: str) -> bytes:
        button = driver.shown(css)
        expect(button).to_be_visible()
        driver.still(button)
        with driver.page.expect_download() as found:
            button.click()
        return saved(found.value).read_bytes()


class TestAChartThatIsTakenAway:
    def test_is_an_svg_that_runs_and_fetches_nothing(self, driver: Driver) -> None:
        root = ElementTree.parse(saved(self.take(driver, "Save as SVG"))).getroot()

        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        parts = [part.tag.rpartition("}")[2] for part in root.iter()]
        assert {"script", "foreignObject", "a", "image"}.isdisjoint(parts)
        values = [value for part in root.iter() for value in part.attrib.values()]
        assert not [value for value in values if "//" in value or "javascript" in value.lower()]
        words = "".join(root.itertext())
        assert "Curves of loss" in words
        assert "snapshot" in words

    def test_is_a_png_of_twice_its_size(self, driver: Driver) -> None:
        content = saved(self.take(driver, "Save as PNG")).read_bytes()

        width, height = struct.unpack(">II", content[16:24])
        assert content.startswith(b"\x89PNG")
        assert (width, height % 2) == (2000, 0)
        assert height > 800

    @pytest.mark.parametrize(("ground", "color"), [("White", LIGHT.background), ("As shown", DARK.background)])
    def test_stands_on_the_ground_that_is_chosen(self, browser: Browser, address: str, ground: str, color: str) -> None:
        with driving.driving(browser, address, theme="dark") as driver:
            download = self.take(driver, "Save as SVG", ground=ground)
            written = saved(download).read_text(encoding="utf-8")

        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        assert f"rgb({red}, {green}, {blue})" in written

    def test_has_the_points_as_they_were_logged(self, driver: Driver, store: tuple[str, dict[str, str]]) -> None:
        found = pl.read_csv(saved(self.take(driver, "Data (CSV)")))

        with duckdb.connect() as sql:
            expected = sql.execute(
                "SELECT step, value FROM read_parquet(?) WHERE key = 'loss' ORDER BY ALL",
                [f"{store[0]}/metrics/**/*.parquet"],
            ).fetchall()
        assert sorted(found.select("x", "y").rows()) == expected
        events = runlake.open_lake(store[0]).events(action="export.")
        assert "export.chart" in events["action"].to_list()

    def take(self, driver: Driver, button: str, *, ground: str = "") -> Download:
        driver.open(f"/compare?runs={FIVE}")
        driver.page.get_by_role("button", name="Save chart").first.click()
        if ground:
            driver.page.get_by_role("radiogroup", name="Ground").get_by_text(ground).click()
            driver.settle()
        wanted = driver.page.get_by_role("button", name=button)
        expect(wanted).to_be_visible()
        driver.settle()
        with driver.page.expect_download(timeout=60_000) as found:
            wanted.click()
        return found.value


class TestHostileRuns:
    @pytest.mark.parametrize("section", ["Environment", "Code", "Console", "Media", "Predictions"])
    def test_are_text_in_every_section(self, driver: Driver, section: str) -> None:
        open_section(driver, section, HOSTILE, "&console=Difference")

        expect(driver.page.get_by_text("2 runs", exact=True)).to_be_visible()
        foreign = "a[href*='//evil'], a[href^='javascript'], img[src*='evil'], img[onerror], img[src='x']"
        assert driver.page.locator(foreign).count() == 0


def in_sql(store: str, key: str) -> int:
    """Count the rows that all runs have and do not answer alike, in the stored files."""
    lake = runlake.open_lake(store)
    media = lake.media(keys=[key]).group_by("run_id").agg(pl.col("sha256").sort_by("step").last())
    files = [f"{store}/blobs/sha256/{digest[:2]}/{digest}" for digest in media["sha256"]]
    parts = " UNION ALL ".join(
        f"SELECT {n} AS run, example_id, prediction FROM read_parquet('{file}')" for n, file in enumerate(files)
    )
    query = f"""
        SELECT count(*) FROM (SELECT example_id FROM (
            SELECT DISTINCT ON (run, example_id) * FROM ({parts})) GROUP BY example_id
            HAVING count(*) = {len(files)} AND count(DISTINCT prediction) > 1)"""
    with duckdb.connect() as sql:
        found: tuple[int] = sql.execute(query).fetchall()[0]
    return found[0]
