from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from playwright.sync_api import expect

import driving
import runlake
from app.made import MARKUP
from driving import CHART, GRID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog

    from driving import Driver
    from e2e.conftest import Drive

FULL = "/run?id=fraud/baseline:train_forest_v0"


def parameters(driver: Driver) -> dict[str, list[str]]:
    return parse_qs(urlsplit(driver.page.url).query)


def has_panels(driver: Driver, *titles: str) -> None:
    """The pictures have these titles and headings, in the order they were drawn."""
    expect(driver.shown(".js-plotly-plot .annotation-text")).to_have_text(list(titles))


def drag(driver: Driver, start: float, stop: float) -> None:
    """Drag over the first picture, from one part of its width to another."""
    box = driver.still(driver.shown(CHART).first)
    y = box["y"] + 120
    driver.page.mouse.move(box["x"] + start * box["width"], y)
    driver.page.mouse.down()
    driver.page.mouse.move(box["x"] + stop * box["width"], y + 5, steps=5)
    driver.page.mouse.up()
    driver.settle()


class TestTheRunPage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_opens_in_both_themes(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open(FULL)

        expect(driver.page.get_by_text("train_forest_v0")).to_be_visible()
        has_panels(driver, "val/f1", "loss")

    def test_keeps_the_open_view_and_its_controls_in_its_address(self, drive: Drive) -> None:
        driver = drive()
        driver.open(FULL)
        driver.page.get_by_text("Curves 2").click()
        driver.settle()
        driver.page.get_by_placeholder("Search metrics").fill("f1")
        driver.settle()
        driver.page.get_by_text("Log y").click()
        driver.settle()

        has_panels(driver, "val/f1", "val")
        found = parameters(driver)
        assert (found["view"], found["q"], found["logy"]) == (["Curves"], ["f1"], ["1"])

        driver.page.reload()
        driver.settle()

        has_panels(driver, "val/f1", "val")
        assert parameters(driver) == found

    def test_shows_exactly_the_stretch_that_is_dragged_over(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"{FULL}&view=Curves&q=loss")
        drag(driver, 0.3, 0.6)

        low, high = (float(edge) for edge in parameters(driver)["stretch"][0].split(":"))
        assert 10 < low < high < 50
        expect(driver.page.get_by_text("Every point of this stretch is drawn.")).to_be_visible()

        driver.page.get_by_text("Show the whole x axis").click()
        driver.settle()

        assert "stretch" not in parameters(driver)
        expect(driver.page.get_by_text("Every point of this stretch is drawn.")).not_to_be_visible()

    def test_leads_to_the_runs_and_the_data_that_it_names(self, drive: Drive) -> None:
        driver = drive()
        for page, link in (("/run", "Show all runs"), ("/evaluate", "Choose runs")):
            driver.open(page)
            driver.page.get_by_role("link", name=link).click()
            expect(driver.page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
        driver.open(f"{FULL}&view=Lineage")
        driver.page.get_by_role("link", name="5 other runs with mails, v1").click()
        expect(driver.page.get_by_text("6 of 12", exact=True)).to_be_visible()
        driver.open(FULL)
        driver.page.get_by_role("link", name="mails train v1").click()
        expect(driver.page.get_by_role("heading", name="mails", exact=True)).to_be_visible()

    def test_shows_and_hands_out_the_artifact_that_is_chosen(self, drive: Drive, root: Path) -> None:
        driver = drive()
        driver.open(f"{FULL}&view=Artifacts")
        paths = [row["Path"] for row in driver.rows()]
        driver.click_cell(1, x=18)  # the box beside the row
        driver.page.wait_for_url("**file=**")

        assert parameters(driver)["file"] == [f"{paths[1]}@1"]
        button = driver.shown("[class*=st-key-run-download] button")
        driver.still(button)
        with driver.page.expect_download() as waited:
            button.click()
        lake = runlake.open_lake(str(root / "sample"), live=False)
        assert waited.value.path().read_bytes() == lake.artifact_bytes(parameters(driver)["id"][0], paths[1])

    def test_smooths_by_the_rule_that_it_states(self, drive: Drive) -> None:
        driver = drive()
        driver.open(f"{FULL}&view=Curves")
        driver.page.get_by_label("Smoothing").click()
        driver.page.get_by_role("option", name="Smoothing 1 %").click()
        driver.settle()

        expect(driver.page.get_by_text("halves every 0.59 steps (1 % of the steps)")).to_be_visible()

    def test_puts_the_run_into_the_comparison(self, drive: Drive) -> None:
        driver = drive()
        driver.open(FULL)
        driver.page.get_by_text("Add to comparison").click()
        driver.settle()
        driver.page.get_by_text("Compare 1").click()
        driver.settle()

        expect(driver.page.get_by_text("1 run", exact=True)).to_be_visible()

    def test_leads_to_its_experiment_in_a_new_tab_too(self, drive: Drive) -> None:
        driver = drive()
        driver.open(FULL)
        href = driver.page.get_by_role("link", name="fraud/baseline").get_attribute("href")
        assert href is not None

        driver.page.goto(urljoin(driver.page.url, href))
        driver.settle()

        assert (urlsplit(driver.page.url).path, parameters(driver)) == ("/runs", {"experiment": ["fraud/baseline"]})
        expect(driver.shown(GRID)).to_be_visible()
        expect(driver.page.get_by_test_id("stTopNavLink").and_(driver.page.locator("[aria-current]"))).to_contain_text(
            "Runs"
        )

    def test_has_its_whole_id_in_its_address_however_it_was_named(self, drive: Drive) -> None:
        driver = drive()
        driver.open(FULL)
        # the address is mirrored by the browser, a moment after the page has come to rest
        driver.page.wait_for_url(re.compile(r"[?&]id=[0-9a-f-]{36}(&|$)"))
        whole = parameters(driver)["id"]

        for part in (whole[0][:23], whole[0][-8:]):
            driver.open(f"/run?id={part}&view=Events")
            driver.page.wait_for_url(re.compile(rf"[?&]id={whole[0]}(&|$)"))
            assert parameters(driver) == {"id": whole, "view": ["Events"]}

    def test_opens_one_of_several_that_are_meant(self, drive: Drive, root: Path) -> None:
        ids = runlake.open_lake(str(root / "sample"), live=False).runs(columns=["run_id"])["run_id"].to_list()
        driver = drive()
        begin, _ = Counter(run_id[:8] for run_id in ids).most_common(1)[0]  # they were logged within moments
        driver.open(f"/run?id={begin}")

        expect(driver.page.get_by_text("Several runs go by that name.")).to_be_visible()
        offered = driver.page.get_by_test_id("stPageLink").filter(has_text="Open")
        wanted = urlsplit(offered.nth(1).locator("a").get_attribute("href") or "").query
        offered.nth(1).click()
        driver.page.wait_for_url(f"**?{wanted}**")
        assert parameters(driver)["id"][0] in ids

    @pytest.mark.parametrize(
        ("asked", "said"), [("?id=0123456789abcdef", "There is no such run."), ("", "No run is named.")]
    )
    def test_says_what_to_do_about_an_unknown_run(self, drive: Drive, asked: str, said: str) -> None:
        driver = drive()
        driver.open(f"/run{asked}")

        expect(driver.page.get_by_text(said)).to_be_visible()
        driver.page.get_by_text("Show all runs").click()
        driver.settle()
        assert urlsplit(driver.page.url).path in ("/", "/runs")

    @pytest.mark.parametrize("view", ["Overview", "Curves", "Results", "Parameters", "Environment", "Events"])
    def test_shows_hostile_names_as_they_are(self, drive: Drive, view: str) -> None:
        driver = drive("hostile")
        dialogs: list[str] = []

        def note(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        driver.page.on("dialog", note)
        driver.open(f"/run?id={quote('a/[b](http:evil.example)/<i>:' + MARKUP)}&view={view}")

        # Invisible joiners keep the browser from reading an address into the name.
        assert driver.page.get_by_role("heading", level=3).inner_text().replace("\u2060", "") == MARKUP
        assert driver.page.locator("a[href*='//evil'], a[href^='javascript'], img[src*='evil']").count() == 0
        assert dialogs == []


class TestARunThatGoesOn:
    @pytest.fixture
    def live(
        self, browser: Browser, tmp_path: object, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[tuple[Driver, runlake.Run]]:
        store, journals = f"{tmp_path}/store", f"{tmp_path}/journals"
        monkeypatch.setenv("RUNLAKE_JOURNAL", journals)
        run = runlake.start_run("live", "still going", store=store, capture=False)
        for step in range(3):
            run.log({"loss": 1 / (step + 1)}, step=step)
        with (
            driving.serving(store, {"RUNLAKE_JOURNAL": journals, "RUNLAKE_INGESTER": "off"}) as address,
            driving.driving(browser, address) as driver,
        ):
            yield driver, run
        run.finish()

    def test_moves_without_a_flicker_and_ends_by_itself(self, live: tuple[Driver, runlake.Run]) -> None:
        driver, run = live
        driver.open(f"/run?id={run.id}&view=Curves")
        expect(driver.page.get_by_text(re.compile("live · "))).to_be_visible()
        canvas = driver.shown("canvas").first
        kept = canvas.element_handle()
        assert kept is not None

        run.log({"loss": 0.1, "accuracy": 0.9}, step=3)
        expect(driver.page.get_by_text("Curves 2")).to_be_visible()
        assert kept.evaluate("element => element.isConnected")

        run.finish()
        expect(driver.page.get_by_text(re.compile("finished"))).to_be_visible()
        driver.settle()
        assert driver.shown(CHART).count() == 1
        assert driver.errors == []
