from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from app.made import MARKUP
from driving import GRID, ROW_PX
from e2e.test_run_page import drag, has_panels, parameters

if TYPE_CHECKING:
    from driving import Driver
    from e2e.conftest import Drive

RUNS = "fraud/baseline:train_forest_v0,fraud/tuning:train_boosting_v1,wine:train_forest_v2"
TWO = f"/compare?runs={RUNS.rpartition(',')[0]}"
THREE = f"/compare?runs={RUNS}"
OPEN, CROSS = 51, 97  # pixels from the left edge of the legend
TRACES = ".js-plotly-plot .scatterlayer .trace"


def click_legend(driver: Driver, row: int, *, from_right: float | None = None, from_left: float = 0.0) -> None:
    box = driver.still(driver.shown(GRID).first)
    x = box["x"] + (from_left if from_right is None else box["width"] - from_right)
    driver.page.mouse.click(x, box["y"] + ROW_PX * (row + 1.5))
    driver.settle()


class TestTheComparePage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_opens_from_its_address_in_both_themes(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open(THREE)

        expect(driver.page.get_by_text("3 runs", exact=True)).to_be_visible()
        has_panels(driver, "val/f1")
        expect(driver.shown(TRACES)).to_have_count(3)

    def test_draws_five_runs_each_in_a_look_of_its_own_beside_their_differences(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"/compare?runs={RUNS},fraud/baseline:train_boosting_v3,fraud/tuning:train_forest_v4")

        expect(driver.shown(TRACES)).to_have_count(5)
        expect(driver.page.get_by_text("Parameters 3")).to_be_visible()
        expect(driver.page.get_by_role("combobox", name="Group by")).to_have_value("No groups")

    def test_draws_another_metric_where_one_is_chosen(self, drive: Drive) -> None:
        driver = drive()
        driver.open(TWO)
        driver.page.get_by_label("Metrics").click()
        driver.page.get_by_role("option", name="loss").click()
        driver.settle()

        has_panels(driver, "val/f1", "loss")
        assert parameters(driver)["metrics"] == ["val/f1,loss"]

    def test_takes_a_run_out_by_its_cross(self, drive: Drive) -> None:
        driver = drive()
        driver.open(THREE)
        click_legend(driver, 1, from_left=CROSS)

        expect(driver.page.get_by_text("2 runs", exact=True)).to_be_visible()
        expect(driver.shown(TRACES)).to_have_count(2)

    def test_opens_a_run_by_its_arrow(self, drive: Drive) -> None:
        driver = drive()
        driver.open(THREE)
        click_legend(driver, 1, from_left=OPEN)

        assert urlsplit(driver.page.url).path == "/run"
        expect(driver.page.get_by_text("train_boosting_v1").first).to_be_visible()

    def test_makes_a_run_the_reference_by_its_star(self, drive: Drive) -> None:
        driver = drive()
        driver.open(TWO)
        driver.settle()
        before = parameters(driver)["runs"][0].split(",")
        click_legend(driver, 1, from_left=20)

        assert parameters(driver)["runs"][0].split(",") == before[::-1]

    def test_adds_a_run_that_is_chosen_or_typed(self, drive: Drive) -> None:
        driver = drive()
        driver.open(TWO)
        box = driver.page.get_by_label("Add a run")
        box.click()
        box.fill("train_boosting_v3")
        driver.page.get_by_role("option", name="train_boosting_v3 ·").click()
        driver.settle()
        expect(driver.page.get_by_text("3 runs", exact=True)).to_be_visible()

        for typed, answer in (
            ("wine:train_boosting_v5", "4 runs"),
            ("nobody's run", "No single run goes by nobody's run."),
        ):
            box.click()
            box.fill(typed)
            driver.page.keyboard.press("Enter")
            expect(driver.page.get_by_text(answer, exact=True)).to_be_visible()  # a toast does not wait for a rest
            driver.settle()
        expect(driver.page.get_by_text("4 runs", exact=True)).to_be_visible()

    def test_shows_equal_rows_on_demand(self, drive: Drive) -> None:
        driver = drive()
        driver.open(TWO)
        tags = driver.page.get_by_text("Tags 1")
        expect(tags).not_to_be_visible()
        driver.page.get_by_text("Equal rows too").click()
        driver.settle()

        expect(tags).to_be_visible()
        assert parameters(driver)["all"] == ["1"]

    @pytest.mark.parametrize(("kind", "begin"), [("CSV", "Section,Field"), ("Markdown", "| Section"), ("LaTeX", "%")])
    def test_gives_the_differences_as_a_file(self, drive: Drive, kind: str, begin: str) -> None:
        driver = drive()
        driver.open(TWO)
        driver.page.get_by_role("button", name="Export").click()
        with driver.page.expect_download() as found:
            driver.page.get_by_role("button", name=kind, exact=True).click()

        written = found.value.path().read_text(encoding="utf-8")
        assert written.startswith(begin)
        assert "boosting" in written

    def test_shows_exactly_the_stretch_that_is_dragged_over(self, drive: Drive) -> None:
        driver = drive()
        driver.open(TWO)
        drag(driver, 0.3, 0.6)

        assert "stretch" in parameters(driver)
        expect(driver.page.get_by_text("Show the whole x axis")).to_be_visible()

    @pytest.mark.parametrize("page", ["compare", "evaluate"])
    def test_without_runs_leads_to_them(self, drive: Drive, page: str) -> None:
        driver = drive("empty")
        driver.open(f"/{page}")

        expect(driver.page.get_by_text("No runs are chosen.")).to_be_visible()
        driver.page.get_by_text("Choose runs").click()
        driver.settle()
        expect(driver.page.get_by_role("heading", name="Runs")).to_be_visible()

    def test_shows_hostile_names_as_they_are(self, drive: Drive) -> None:
        driver = drive("hostile")
        driver.open(f"/compare?runs={quote('a/[b](http:evil.example)/<i>:' + MARKUP)}")

        expect(driver.page.get_by_text("1 run", exact=True)).to_be_visible()
        assert driver.page.locator("a[href*='//evil'], a[href^='javascript'], img[src*='evil']").count() == 0
