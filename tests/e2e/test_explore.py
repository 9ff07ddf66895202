from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from driving import CHART
from e2e.test_run_page import parameters

if TYPE_CHECKING:
    from driving import Driver
    from e2e.conftest import Drive

TITLES = ".js-plotly-plot .annotation-text"
LINES = ".js-plotly-plot .scatterlayer .trace"


def brush(driver: Driver, title: str, top: float, bottom: float) -> None:
    """Drag along the axis with this title, from one share of its height to another, counted from its upper end."""
    axis = driver.still(driver.shown(TITLES).filter(has_text=title).first)
    chart = driver.still(driver.shown(CHART).first)
    x = axis["x"] + axis["width"] / 2
    upper, lower = chart["y"] + 60, chart["y"] + chart["height"] - 30
    driver.page.mouse.move(x, upper + top * (lower - upper))
    driver.page.mouse.down()
    driver.page.mouse.move(x + 2, upper + bottom * (lower - upper), steps=6)
    driver.page.mouse.up()
    driver.settle()


class TestTheExplorePage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_reads_the_effect_of_a_parameter_and_compares_what_is_brushed(
        self, drive: Drive, theme: Literal["light", "dark"]
    ) -> None:
        driver = drive(theme=theme)
        driver.open("/?where=params.depth+<+10")
        driver.page.get_by_text("Explore these").click()
        driver.settle()
        assert urlsplit(driver.page.url).path == "/explore"
        assert parameters(driver)["where"] == ["params.depth < 10"]
        expect(driver.page.get_by_text("10 runs", exact=True).first).to_be_visible()

        driver.page.get_by_label("Objective").click()
        driver.page.get_by_role("option", name="test/f1").click()
        driver.settle()
        assert parameters(driver)["metric"] == ["summary.test/f1"]
        expect(driver.shown(TITLES).filter(has_text="test/f1")).to_have_count(1)

        brush(driver, "depth", -0.02, 0.49)
        assert parameters(driver)["brush"] == ["params.depth >= 5"]
        expect(driver.page.get_by_text("5 of 10 runs left")).to_be_visible()

        driver.page.get_by_role("button", name="Compare these 5").click()
        driver.settle()
        assert urlsplit(driver.page.url).path == "/compare"
        assert len(parameters(driver)["runs"][0].split(",")) == 5

        driver.page.go_back()
        driver.settle()
        expect(driver.page.get_by_text("5 of 10 runs left")).to_be_visible()

    def test_opens_from_its_address_as_it_was_left(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/explore?axes=params.depth,params.model&brush=params.model+IN+('forest')")

        expect(driver.page.get_by_text("6 of 12 runs left")).to_be_visible()
        assert driver.shown(TITLES).filter(has_text="depth").first.is_visible()
        assert parameters(driver)["axes"] == ["params.depth,params.model"]

        driver.page.get_by_role("button", name="params.model IN").first.click()
        driver.settle()
        expect(driver.page.get_by_text("6 of 12 runs left")).to_have_count(0)
        assert "brush" not in parameters(driver)

    def test_brushes_both_axes_of_a_plane_by_a_box(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/explore?view=Scatter&x=params.depth&y=summary.test/f1")
        box = driver.shown(".js-plotly-plot .nsewdrag").first.bounding_box()
        assert box is not None
        driver.page.mouse.move(box["x"] + 0.49 * box["width"], box["y"] + 2)
        driver.page.mouse.down()
        driver.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 0.7 * box["height"], steps=6)
        driver.page.mouse.up()
        driver.settle()

        expect(driver.page.get_by_text("6 of 12 runs left")).to_be_visible()
        assert parameters(driver)["brush"][0].startswith("params.depth >= 6,summary.test/f1 >= 0.")

    def test_keeps_out_of_its_address_what_nobody_has_chosen(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/explore")
        for view in ("Scatter", "Parallel"):
            driver.page.get_by_text(view, exact=True).click()
            driver.settle()

        assert parameters(driver) == {}

    def test_says_which_parameters_matter(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/explore")
        driver.page.get_by_text("Importance").click()
        driver.settle()

        expect(driver.page.get_by_text("cross-validation repeated 5 times on 12 runs")).to_be_visible()

    def test_of_one_run_says_what_to_do(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open("/explore")

        expect(driver.page.get_by_text("One run fits this filter.")).to_be_visible()
        driver.page.get_by_text("Show the runs").click()
        driver.settle()
        expect(driver.page.get_by_role("heading", name="Runs")).to_be_visible()
