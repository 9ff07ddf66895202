from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

import driving
import runlake
from app.made import log_sample
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from driving import Driver
    from e2e.conftest import Drive

Theme = Literal["light", "dark"]
# Pixels from the left edge of the tree to where its buttons are, and its rows.
FOLD, NAME, DETAILS, PIN, BEST = 18, 60, 266, 314, 1010
LATEST, ATTENTION = 1200, 60  # the second in the list of what needs attention
FRAUD, BASELINE, WINE = 0, 1, 3


@dataclass(frozen=True)
class Own:
    """A store that one test may change, by the name that `drive` knows it by."""

    path: str
    name: str = "home"

    def best(self, experiment: str) -> str:
        """The name of the run that is best by its greatest F1, as the run table has it."""
        runs = runlake.open_lake(self.path, live=False).runs(experiment=experiment, order_by="metrics.val/f1.max desc")
        return str(runs["name"][0])


@pytest.fixture
def own(addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    root = tmp_path_factory.mktemp("home")
    store = str(root / "store")
    environment = {"RUNLAKE_JOURNAL": str(root / "journals"), "RUNLAKE_INGESTER": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        log_sample(store, patch)
        drain(store)
        with driving.serving(store, {**environment, "RUNLAKE_USER": "dora"}) as address:
            addresses["home"] = address
            yield Own(store)
            del addresses["home"]


def click(driver: Driver, row: int, x: float) -> None:
    """Click into a row of the tree, the last grid of the page."""
    box = driver.shown(driving.GRID).last.bounding_box()
    assert box is not None
    driver.page.mouse.click(box["x"] + x, box["y"] + driving.ROW_PX * (row + 1.5))


def choose(drawer: Locator, label: str, option: str) -> None:
    drawer.get_by_label(label, exact=True).click()
    drawer.page.get_by_role("option", name=option, exact=True).click()


def query(driver: Driver) -> dict[str, list[str]]:
    return parse_qs(urlsplit(driver.page.url).query)


class TestTheBestRun:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_appears_once_a_metric_is_declared_and_leads_to_the_run(self, drive: Drive, own: Own, theme: Theme) -> None:
        driver = drive(own.name, theme)
        driver.open("/home")
        click(driver, WINE, BEST)
        drawer = driver.page.get_by_role("dialog").filter(has_text="Primary metric")
        expect(drawer).to_contain_text("nothing is called best")

        choose(drawer, "Primary metric", "val/f1")
        drawer.get_by_role("button", name="Save").click()
        expect(drawer.get_by_text("This was not saved.")).to_be_visible()
        expect(drawer).to_contain_text("direction: expected a metric and which way is better")

        choose(drawer, "Best is", "maximize")
        drawer.get_by_label("Reason").fill("Agreed on Monday")
        drawer.get_by_role("button", name="Save").click()
        expect(driver.page.get_by_test_id("stToast")).to_contain_text("Saved wine")
        expect(drawer).to_have_count(0)
        driver.settle()

        click(driver, WINE, BEST)
        expect(driver.page.get_by_role("heading", name=own.best("wine"))).to_be_visible()
        assert urlsplit(driver.page.url).path == "/run"
        changes = runlake.open_lake(own.path, live=False).events(action="experiment.edit")
        assert changes.select("user", "reason").unique().rows() == [("dora", "Agreed on Monday")]

    def test_stands_first_among_the_runs_of_its_experiment(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/home")
        for row in (BASELINE, BASELINE + 1):
            click(driver, row, DETAILS)
            drawer = driver.page.get_by_role("dialog").filter(has_text="Primary metric")
            choose(drawer, "Primary metric", "val/f1")
            choose(drawer, "Best is", "maximize")
            drawer.get_by_role("button", name="Save").click()
            expect(drawer).to_have_count(0)
            driver.settle()

        click(driver, FRAUD, NAME)
        expect(driver.page.get_by_text("8 of 12")).to_be_visible()
        driver.settle()
        assert query(driver) == {"experiment": ["fraud"]}

        driver.click_cell(0, x=90)
        expect(driver.page.get_by_role("dialog")).to_contain_text(own.best("fraud"))


class TestAPinnedExperiment:
    def test_stands_on_top_until_it_is_taken_off(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/home")
        click(driver, WINE, PIN)
        card = driver.page.get_by_role("button", name="wine", exact=True)
        expect(card).to_be_visible()

        driver.page.reload()
        expect(card).to_be_visible()
        driver.settle()
        driver.page.get_by_role("button", name="Unpin").click()
        expect(card).to_have_count(0)
        driver.settle()

        assert (
            runlake.open_lake(own.path, live=False).events(action="experiment.edit")["user"].to_list() == ["dora"] * 2
        )

    def test_is_pinned_and_opened_at_the_side(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/home")
        click(driver, WINE, DETAILS)
        drawer = driver.page.get_by_role("dialog").filter(has_text="Primary metric")
        drawer.get_by_role("button", name="Pin").click()
        expect(drawer.get_by_role("button", name="Unpin")).to_be_visible()
        driver.settle()

        drawer.get_by_role("button", name="Show its runs").click()
        expect(driver.page.get_by_text("4 of 12")).to_be_visible()
        driver.settle()
        assert query(driver) == {"experiment": ["wine"]}


class TestTheAddress:
    def test_keeps_what_is_folded_searched_and_asked_for(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/home")
        click(driver, FRAUD, FOLD)
        driver.settle()
        assert [row["Experiment"] for row in driver.rows(-1)] == ["fraud", "wine"]
        driver.page.get_by_label("Search experiments").fill("wine")
        driver.page.get_by_text("1 failed").first.click()
        driver.settle()

        kept = {"folded": ["fraud"], "q": ["wine"], "needs": ["failed"]}
        assert query(driver) == kept

        driver.page.reload()
        driver.settle()

        assert query(driver) == kept
        expect(driver.page.get_by_label("Search experiments")).to_have_value("wine")

    def test_of_a_run_is_a_click_away(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/home")
        [failed] = driver.rows(0)
        driver.click_cell(0, x=ATTENTION)
        expect(driver.page.get_by_role("heading", name=failed["Run"])).to_be_visible()

        driver.open("/home")
        latest = driver.rows(-1)[WINE]["Latest run"]
        click(driver, WINE, LATEST)
        expect(driver.page.get_by_role("heading", name=latest)).to_be_visible()
        assert urlsplit(driver.page.url).path == "/run"

    def test_of_what_needs_attention_leads_to_these_runs(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/home?needs=failed")
        driver.page.get_by_role("button", name="On the Runs page").click()
        expect(driver.page.get_by_text("1 of 12")).to_be_visible()
        driver.settle()

        assert query(driver) == {"status": ["failed"], "where": ["ended_at > -7d"]}


class TestTheBarAtTheTop:
    def test_leads_to_each_page(self, drive: Drive) -> None:
        driver = drive()
        driver.open("/home")
        for page in ("Runs", "Explore", "Compare", "Evaluate", "Home"):
            driver.page.get_by_test_id("stTopNavLink").filter(has_text=page).click()
            expect(driver.page.get_by_role("heading", name=page, exact=True)).to_be_visible()

            assert urlsplit(driver.page.url).path == f"/{page.lower() if page != 'Runs' else ''}"


class TestAnyStore:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("store", ["empty", "sample", "hostile"])
    def test_is_looked_over_in_both_themes(self, drive: Drive, store: str, theme: Theme) -> None:
        driver = drive(store, theme)
        driver.open("/home")

        expect(driver.shown(driving.GRID).last).to_be_visible()
        assert driver.page.locator("img[src*=evil], a[href*=evil]").count() == 0
