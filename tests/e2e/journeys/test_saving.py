"""The journey of a team: what one of them filtered and sorted is kept under a name, and found by the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from app.made import MARKUP
from e2e.journeys.test_finding import counted
from e2e.journeys.words import quoted, readable
from e2e.test_views import bar, menu
from runlake.actions import delete_view, local_actor

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from driving import Driver
    from e2e.journeys.conftest import Traveller

LINKS = "[class*=st-key-home-views] a"
CHANGED = "changed since saved"
GONE = "The saved view of this link is not there"
WIDE: ViewportSize = {"width": 2560, "height": 1200}  # a grid tells only of the columns in sight
LONGEST = 60  # characters of a name in the line above the page

# The runs with a metric of so many points and a parameter from so much on, by that parameter, the newest first of equals.
FOUND = """
    with started as (select run_id, min(started_at) as started_at from runs group by run_id),
    counts as (select run_id, count(distinct step) as points from metrics where key = ? group by run_id)
    select run_id, name from run join param using (run_id) join started using (run_id) join counts using (run_id)
    where points >= ? and key = ? and (? or (isfinite(number) and number >= ?))
    order by number is null, isnan(number), number, started_at desc, run_id
"""


@dataclass(frozen=True)
class Question:
    """Two filters by a metric and a parameter of a world, and what they find.

    Attributes:
        where, narrower: the filters.
        found, fewer: id and name of the runs, in the order of the parameter.
        column: one that the table shall have, by its heading.
    """

    where: str
    narrower: str
    found: list[tuple[Any, ...]]
    fewer: list[tuple[Any, ...]]
    column: str


def asked(traveller: Traveller) -> Question:
    """Ask a world what holds for some of its runs and for fewer of them."""
    world, truth = traveller.world, traveller.truth()
    counts = truth.rows("select count(distinct step) from metrics where key = ? group by run_id", world.metric)
    least = sorted(counts)[len(counts) // 3][0]
    numbers = sorted(truth.names("select number from param where key = ? and isfinite(number)", world.number))
    edge = numbers[len(numbers) // 2] if numbers else 0.5
    where = f"metrics.{quoted(world.metric)}.count >= {least} AND params.{quoted(world.number)} IS NOT NULL"
    found, fewer = (truth.rows(FOUND, world.metric, least, world.number, every, edge) for every in (True, False))
    assert 0 < len(found) > len(fewer)
    narrower = f"{where} AND params.{quoted(world.number)} >= {edge!r}"
    return Question(where, narrower, found, fewer, f"{world.metric}.max")


class TestAView:
    def test_is_found_by_all_changed_and_deleted(self, traveller: Traveller) -> None:
        world, question = traveller.world, asked(traveller)
        name = f"{world.metric} by {world.number}" if world.is_whole else MARKUP
        driver, colleague = traveller.driver, traveller.another()
        for one in (driver, colleague):
            one.page.set_viewport_size(WIDE)
        view_id = saved(traveller, question, name)
        try:
            link = opened(traveller, colleague, question, name)

            filtered(driver, question.narrower)
            bar(driver).get_by_role("button", name="Save the change").click()
            expect(bar(driver).get_by_text(CHANGED)).to_have_count(0)
            colleague.open(link)
            shows(traveller, colleague, question.fewer, question.column)

            bar(driver).get_by_role("button", name="edit").click()
            driver.page.get_by_label("Reason to delete").fill(MARKUP)
            driver.page.get_by_role("button", name="Delete the view").click()
            undo = bar(driver).get_by_role("button", name="Undo")
            expect(undo).to_be_visible()
            colleague.open(link)
            expect(colleague.page.get_by_text(GONE)).to_be_visible()
            undo.click()
            expect(undo).to_have_count(0)
            shows(traveller, driver, question.fewer, question.column)
            assert name[:LONGEST] in readable(bar(driver).inner_text())
        finally:
            delete_view(str(world.store), view_id, actor=local_actor(client="sdk"), reason="as it was")


def saved(traveller: Traveller, question: Question, name: str) -> str:
    """Filter, sort, add a column and save that for everybody; return the id of the view."""
    driver, world = traveller.driver, traveller.world
    driver.open("/runs")
    filtered(driver, question.where)
    counted(driver, len(question.found), traveller.truth().rows("select count(*) from run")[0][0])
    pick(driver, "Sort by", world.number)
    driver.page.wait_for_url("**sort=**")
    driver.page.get_by_role("button", name="arrow_downward").click()  # the least first
    driver.page.wait_for_url("**asc=1**")
    driver.page.get_by_role("button", name="Columns", exact=True).click()
    pick(driver, "Add a column", question.column)
    driver.page.wait_for_url("**show=Custom**")
    driver.page.keyboard.press("Escape")
    shows(traveller, driver, question.found, question.column)

    menu(driver)
    driver.page.get_by_label("Save what is shown, as").fill(name)
    driver.page.get_by_text("For everybody who opens the store").click()
    driver.page.get_by_role("button", name="Save the view").click()
    driver.page.wait_for_url("**from_view=**")
    return traveller.query()["from_view"]


def opened(traveller: Traveller, colleague: Driver, question: Question, name: str) -> str:
    """Open a view from Home, and by its link as somebody else; return the link."""
    driver, before = traveller.driver, traveller.query()
    driver.open("/home")
    expect(driver.shown(LINKS).first).to_be_visible()
    link = next(one for one in driver.shown(LINKS).all() if readable(one.inner_text()) == name)
    address = str(link.get_attribute("href"))
    link.click()
    colleague.open(address)
    for one in (driver, colleague):
        shows(traveller, one, question.found, question.column)
        assert name[:LONGEST] in readable(bar(one).inner_text())
        expect(bar(one).get_by_text(CHANGED)).to_have_count(0)
    driver.page.wait_for_url("**from_view=**")
    assert traveller.query() == before
    return address


def filtered(driver: Driver, where: str) -> None:
    """Type a filter."""
    box = driver.page.get_by_label("Filter", exact=True)
    box.fill(where)
    box.press("Enter")


def pick(driver: Driver, label: str, words: str) -> None:
    """Choose of a list what is called so, by typing how it begins."""
    driver.page.get_by_role("combobox", name=label).fill(words[:12])
    what_it_is = r"(\s+\(.*\))?$"
    driver.page.get_by_role("option").get_by_text(re.compile("^" + re.escape(words) + what_it_is)).first.click()


def shows(traveller: Traveller, driver: Driver, found: list[tuple[Any, ...]], added: str) -> None:
    """The table has these runs in this order, and the greatest finite value of the metric of each."""
    truth = traveller.truth()
    counted(driver, len(found), truth.rows("select count(*) from run")[0][0])
    if not found:
        expect(driver.page.get_by_text("No run fits these filters.")).to_be_visible()
        return
    rows = [{readable(head): readable(text) for head, text in row.items()} for row in driver.rows()]
    assert rows
    greatest = truth.reduced(traveller.world.metric, "max")
    for (run_id, name), row in zip(found, rows, strict=False):
        assert row["Run"] == name or (row["Run"].endswith("…") and name.startswith(row["Run"][:-1]))
        if run_id in greatest:
            assert float(row[added].replace(",", "")) == pytest.approx(greatest[run_id], rel=2e-3)
        else:
            assert row[added] in ("", "NaN", "None")
