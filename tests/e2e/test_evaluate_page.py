from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from app.made import KEY, MARKUP, judged
from driving import CHART
from e2e.test_compare_page import RUNS, THREE
from e2e.test_run_page import FULL, parameters

if TYPE_CHECKING:
    from e2e.conftest import Drive

PAGE = THREE.replace("/compare", "/evaluate")


class TestTheEvaluatePage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_opens_in_both_themes(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open(PAGE)

        expect(driver.page.get_by_text("3 runs", exact=True)).to_be_visible()
        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_count(len(RUNS.split(",")))

    def test_finds_a_false_positive_behind_a_cell(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"{FULL}&view=Evaluation&picture=Confusion")
        labels, scores = judged(0)
        false = sum(score >= 0.5 and not label for label, score in zip(labels, scores, strict=True))
        # The text in the upper right cell: ham that was taken for spam.
        place = driver.shown(".js-plotly-plot .textpoint text").nth(1).bounding_box()
        assert place is not None
        driver.page.mouse.move(place["x"] + 30, place["y"] + 20)
        driver.page.mouse.click(place["x"] + 30, place["y"] + 20)
        driver.settle()

        assert parameters(driver)["cell"] == ["ham,spam"]
        expect(driver.page.get_by_text(f"{false} examples, the surest first.")).to_be_visible()

    def test_chooses_a_threshold_by_its_cost(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"{PAGE}&picture=Cost")
        misses = driver.page.get_by_label("A miss costs")
        misses.fill("10")
        misses.press("Enter")
        driver.settle()
        driver.page.get_by_role("button", name="Cut at").click()
        driver.settle()

        chosen = float(parameters(driver)["threshold"][0])
        labels, scores = judged(0)

        def cost(threshold: float) -> float:
            cut = [score >= threshold for score in scores]
            return sum(10 * (label and not yes) + (yes and not label) for label, yes in zip(labels, cut, strict=True))

        assert cost(chosen) == min(cost(threshold) for threshold in (*scores, 2.0))
        assert parameters(driver)["cost_fn"] == ["10"]

    def test_changes_its_picture(self, drive: Drive) -> None:
        driver = drive()
        driver.open(PAGE)
        driver.page.get_by_text("ROC", exact=True).first.click()
        driver.settle()

        assert parameters(driver)["picture"] == ["ROC"]
        expect(driver.shown(".js-plotly-plot .xtitle")).to_have_text("false positive rate")

    def test_reads_no_markup(self, drive: Drive) -> None:
        driver = drive("hostile")
        for view in ("Media", "Evaluation"):
            driver.open(f"/run?id={quote(MARKUP)}&view={view}")
            expect(driver.page.get_by_text(KEY.split(" ")[-1]).first).to_be_visible()
            assert driver.page.locator("a[href*='//evil'], a[href*='www.evil'], img[src*='evil']").count() == 0


class TestTheMediaOfARun:
    def test_move_with_the_step(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"{FULL}&view=Media")
        expect(driver.page.get_by_text("step 59", exact=True)).to_be_visible()
        driver.page.get_by_role("slider").press("ArrowLeft")
        driver.settle()

        expect(driver.page.get_by_text("step 0", exact=True)).to_be_visible()
        assert parameters(driver)["step"] == ["0"]
        assert driver.shown(CHART).count() == 0


class TestTheBasket:
    def test_leads_to_the_evaluation_of_what_is_ticked(self, drive: Drive) -> None:
        driver = drive()
        driver.open(THREE)
        driver.page.get_by_test_id("stTopNavLink").filter(has_text="Runs").click()
        driver.settle()
        driver.page.get_by_role("button", name="Evaluate").click()
        driver.settle()

        expect(driver.page.get_by_text("3 runs", exact=True)).to_be_visible()
        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_count(len(RUNS.split(",")))
