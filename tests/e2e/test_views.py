"""Who the reader is, and saved views, in browsers of several people; the Parquet files are asked what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from playwright.sync_api import expect

import driving
from app.made import log_sample
from driving import Driver
from runlake.actions import ViewDetails, claimed_actor, save_view
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from e2e.conftest import Drive

ACCOUNT = "dora"
SHOWN = "/runs?where=metrics.%22val%2Ff1%22+%3E+0&sort=name&asc=1&show=Custom&columns=params.model%2Cuser"


@dataclass(frozen=True)
class Own:
    """A store that these tests may change, by the name that `drive` knows it by."""

    path: str
    name: str = "viewed"

    def rows(self, table: str) -> pl.DataFrame:
        """What the Parquet files of a table hold, in the order of the calls."""
        files = sorted(Path(self.path, table).glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files], how="diagonal_relaxed").sort("logged_at", "seq")

    def told(self, action: str) -> list[dict[str, Any]]:
        """Events of an action, with who stands behind them."""
        events = self.rows("events").filter(pl.col("action") == action)
        people = self.rows("identities").unique("actor_id", keep="last")
        return events.join(people.select("actor_id", "user", "user_source", "process_owner"), on="actor_id").to_dicts()


@pytest.fixture(scope="module")
def own(addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    root = tmp_path_factory.mktemp("viewed")
    store = str(root / "store")
    environment = {"RUNLAKE_JOURNAL": str(root / "journals"), "RUNLAKE_INGESTER": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        log_sample(store, patch)
        drain(store)
        with driving.serving(store, {**environment, "RUNLAKE_USER": ACCOUNT}) as address:
            addresses["viewed"] = address
            yield Own(store)
            del addresses["viewed"]


def bar(driver: Driver) -> Locator:
    """The line above the page."""
    return driver.page.locator("[class*=st-key-frame-bar]")


def become(driver: Driver, name: str, *, now: str = ACCOUNT) -> None:
    """Choose a name in the settings."""
    bar(driver).get_by_role("button", name=now).click()
    box = driver.page.get_by_role("combobox", name="Your name")
    expect(box).to_be_visible()
    box.click()
    box.fill(name)
    driver.page.keyboard.press("Enter")
    expect(bar(driver).get_by_role("button", name=f"{name} · claimed")).to_be_visible()
    driver.settle()
    driver.page.keyboard.press("Escape")


def menu(driver: Driver) -> None:
    """Open the menu of views."""
    bar(driver).get_by_role("button", name="Views").click()
    expect(driver.page.get_by_label("Save what is shown, as")).to_be_visible()
    driver.settle()


def save(driver: Driver, name: str, *, shared: bool) -> str:
    """Save what is shown and return the id of the view."""
    before = query(driver.page).get("from_view")
    menu(driver)
    driver.page.get_by_label("Save what is shown, as").fill(name)
    if shared:
        driver.page.get_by_text("For everybody who opens the store").click()
    driver.page.get_by_role("button", name="Save the view").click()
    expect(bar(driver).get_by_text(name, exact=True)).to_be_visible()
    # The address follows the page, a moment later.
    driver.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("from_view", [before]) != [before])
    driver.settle()
    return query(driver.page)["from_view"]


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def offered(driver: Driver) -> list[str]:
    """The views that Home offers."""
    driver.open("/home")
    links = driver.shown("[class*=st-key-home-views] a")
    expect(links.first).to_be_visible()
    return links.all_inner_texts()


class TestTheNameInTheSettings:
    def test_survives_a_reload_and_a_new_tab_and_stands_behind_what_is_changed(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/runs")
        become(driver, "Zoë <b>Ann</b>")
        driver.page.reload()
        driver.settle()
        kept = bar(driver).get_by_role("button", name="Zoë <b>Ann</b> · claimed")
        expect(kept).to_be_visible()
        tab = Driver(driver.page.context.new_page(), driver.address)
        tab.open("/runs")
        expect(bar(tab).get_by_role("button", name="Zoë <b>Ann</b> · claimed")).to_be_visible()
        tab.click_cell(0, x=15)
        tab.page.get_by_role("button", name="Change").click()
        tab.page.get_by_label("Tag", exact=True).fill("looked_at")
        tab.page.get_by_role("button", name="Tag 1 run").click()
        expect(tab.page.get_by_text("Tagged 1 run.")).to_be_visible()

        [event] = own.told("tag.set")
        assert (event["user"], event["user_source"], event["auth_method"]) == ("Zoë <b>Ann</b>", "settings", "claimed")
        assert event["process_owner"] not in (None, event["user"])
        assert "Zoë" not in str([own.rows(table).to_dicts() for table in ("events", "tags", "runs")])

    def test_goes_back_to_the_account(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/home")
        become(driver, "Eve")
        bar(driver).get_by_role("button", name="Eve · claimed").click()
        driver.page.get_by_role("combobox", name="Your name").click()
        driver.page.get_by_role("option", name="The account that started the dashboard").click()
        expect(bar(driver).get_by_role("button", name=ACCOUNT)).to_be_visible()
        driver.settle()

        assert [c for c in driver.page.context.cookies() if c.get("name") == "runlake_settings"] == []

    @pytest.mark.parametrize(
        "cookie", ["name=%E2%80%AEevil", "name=a%0Ab&zone=../../etc", "=&=&%%%", "name=" + "x" * 3000, "name=%3C%3E"]
    )
    def test_comes_from_no_hostile_cookie(self, drive: Drive, own: Own, cookie: str) -> None:
        driver = drive(own.name)
        driver.page.context.add_cookies([{"name": "runlake_settings", "value": cookie, "url": driver.address}])
        driver.open("/home")

        name = "<> · claimed" if cookie == "name=%3C%3E" else ACCOUNT  # markup is a name, and nothing but text
        expect(bar(driver).get_by_role("button", name=name)).to_be_visible()

    def test_has_a_cookie_that_no_other_site_sends(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/home")
        become(driver, "Ann")

        [cookie] = [c for c in driver.page.context.cookies() if c.get("name") == "runlake_settings"]
        assert (cookie.get("value"), cookie.get("path"), cookie.get("sameSite")) == ("name=Ann", "/", "Strict")


class TestAViewOfTheRuns:
    def test_is_saved_for_oneself_and_for_all_and_opened_by_another_person(self, drive: Drive, own: Own) -> None:
        ann, bo = drive(own.name), drive(own.name)
        ann.open(SHOWN)
        become(ann, "Ann")
        private = save(ann, "Mine", shared=False)
        shared = save(ann, "Ours", shared=True)
        table = query(ann.page)

        bo.open("/home")
        become(bo, "Bo")
        assert {"Mine", "Ours"} <= set(offered(ann))
        assert "Ours" in offered(bo)
        assert "Mine" not in offered(bo)
        bo.page.get_by_role("link", name="Ours").click()
        expect(bar(bo).get_by_text("Ours", exact=True)).to_be_visible()
        bo.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("from_view") == [shared])
        bo.settle()
        assert query(bo.page) == table
        assert bo.shown(driving.GRID).count() == 1
        bo.open(f"/runs?saved={private}")
        expect(bo.page.get_by_text("The saved view of this link is not there")).to_be_visible()
        assert "where" not in query(bo.page)

        rows = own.rows("views").filter(pl.col("view_id").is_in([private, shared])).sort("visibility")
        assert rows.select("name", "page", "visibility").rows() == [
            ("Mine", "runs", "private"),
            ("Ours", "runs", "shared"),
        ]
        kept = {name: values[0] for name, values in parse_qs(rows["query"][1]).items()}
        assert kept == {name: text for name, text in table.items() if name != "from_view"}
        assert {event["user"] for event in own.told("view.save") if event["target_id"] == shared} == {"Ann"}

    def test_is_opened_from_the_menu_which_leads_to_all_others(self, drive: Drive, own: Own) -> None:
        for name, page, kept in (("Scattered", "explore", "view=Scatter"), ("Forests", "runs", "q=forest")):
            save_view(own.path, page, ViewDetails(name, query=kept, visibility="shared"), actor=claimed_actor("Eve"))
        driver = drive(own.name)
        driver.open("/runs")
        bar(driver).get_by_role("button", name="Views").click()
        link = driver.page.get_by_role("link", name="Forests")
        driver.still(link)
        link.click()
        expect(bar(driver).get_by_text("Forests", exact=True)).to_be_visible()
        expect(driver.page.get_by_test_id("stCaptionContainer").first).to_have_text("6 of 12")
        expect(link).to_have_count(0)
        driver.settle()

        bar(driver).get_by_role("button", name="Views").click()
        rest = driver.page.get_by_role("link", name=re.compile(r"All \d+ views, on Home"))
        driver.still(rest)
        rest.click()
        expect(driver.shown("[class*=st-key-home-views] a").filter(has_text="Scattered")).to_be_visible()

    def test_is_renamed_deleted_and_brought_back(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        driver.open("/runs?sort=name")
        view_id = save(driver, "Draft", shared=True)
        bar(driver).get_by_role("button", name="edit").click()
        driver.page.get_by_label("Name", exact=True).fill("By name")
        driver.page.get_by_role("button", name="Save", exact=False).last.click()
        expect(bar(driver).get_by_text("By name", exact=True)).to_be_visible()
        driver.settle()
        bar(driver).get_by_role("button", name="edit").click()
        driver.page.get_by_label("Reason to delete").fill("only a try")
        driver.page.get_by_role("button", name="Delete the view").click()
        expect(bar(driver).get_by_text("is deleted.")).to_be_visible()
        driver.settle()
        bar(driver).get_by_role("button", name="Undo").click()
        expect(bar(driver).get_by_text("By name", exact=True)).to_be_visible()
        driver.settle()

        mine = own.rows("views").filter(pl.col("view_id") == view_id)
        assert mine.select("name", "deleted").rows() == [
            ("Draft", None), ("By name", None), (None, True), (None, False),
        ]  # fmt: skip
        [deletion] = own.told("view.delete")
        assert (deletion["user"], deletion["reason"], deletion["auth_method"]) == (ACCOUNT, "only a try", "local")


class TestAViewOfAComparison:
    def test_says_what_was_changed_in_a_part_of_the_page_and_goes_back(self, drive: Drive, own: Own) -> None:
        driver = drive(own.name)
        two = own.rows("runs")["run_id"].unique().sort()[:2].to_list()
        driver.open(f"/compare?runs={two[0]},{two[1]}")
        save(driver, "Two", shared=True)
        changed = bar(driver).get_by_text("changed since saved")
        expect(changed).to_have_count(0)
        driver.page.get_by_text("Log y").click()
        expect(changed).to_be_visible()
        driver.page.wait_for_url("**logy=1**")
        driver.settle()
        assert query(driver.page)["logy"] == "1"
        bar(driver).get_by_role("button", name="Back to saved").click()
        expect(changed).to_have_count(0)
        driver.settle()

        assert "logy" not in query(driver.page)
        shown = query(driver.page)["runs"].split(",")
        assert all(run_id.endswith(end) for run_id, end in zip(two, shown, strict=True))
