"""Journeys to a run: the best one, those that fit a filter, those of last week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from driving import GRID, ROW_PX
from e2e.journeys.words import quoted, readable

if TYPE_CHECKING:
    from driving import Driver
    from e2e.journeys.conftest import Traveller

BEST = 1010  # pixels from the left edge of the tree to the name of the best run


def counted(driver: Driver, found: int, total: int) -> None:
    """The head of the Runs page says how many runs there are."""
    text = f"{found:,} of {total:,}" if found < total else f"{total:,}"
    said = driver.page.get_by_test_id("stCaptionContainer").get_by_text(text, exact=True)
    expect(said.first).to_be_visible()


class TestTheBestRunOfAnExperiment:
    def test_is_one_click_from_home(self, traveller: Traveller) -> None:
        world, truth = traveller.world, traveller.truth()
        better = max if world.direction == "maximize" else min
        inside = truth.names("select run_id from run where experiment = ?", world.experiment)
        numbers = {
            run_id: number for run_id, number in truth.reduced(world.metric, world.reducer).items() if run_id in inside
        }

        driver = traveller.open("home", q=world.experiment.rpartition("/")[2])
        rows = driver.rows(-1)
        at = next(at for at, row in enumerate(rows) if readable(row["Best by"]).startswith(world.metric[:20]))
        if not numbers:  # none is finite, so nothing is called best
            assert (rows[at]["Best run"], rows[at]["Value"]) == ("", "")
            return
        best = {run_id for run_id, number in numbers.items() if number == better(numbers.values())}
        assert float(rows[at]["Value"].replace(",", "")) == pytest.approx(better(numbers.values()), rel=2e-3)

        box = driver.still(driver.shown(GRID).last)
        driver.page.mouse.click(box["x"] + BEST, box["y"] + ROW_PX * (at + 1.5))
        driver.page.wait_for_url("**/run?*")
        driver.settle()
        assert traveller.query()["id"] in best


class TestAFilterByAParameterAndAMetric:
    def test_is_a_link_that_shows_somebody_else_the_same_runs(self, traveller: Traveller) -> None:
        world, truth = traveller.world, traveller.truth()
        numbers = sorted(
            row[0] for row in truth.rows("select number from param where key = ? and isfinite(number)", world.number)
        )
        edge = numbers[len(numbers) // 3] if numbers else 0.0
        reached = truth.reduced(world.metric, "max")
        middle = sorted(reached.values())[len(reached) // 2] if reached else 0.0
        fitting = {
            run_id
            for (run_id,) in truth.rows("select run_id from param where key = ? and number >= ?", world.number, edge)
            if reached.get(run_id, -1e300) <= middle and run_id in reached
        }
        total = truth.rows("select count(*) from run")[0][0]
        where = f"params.{quoted(world.number)} >= {edge!r} AND metrics.{quoted(world.metric)}.max <= {middle!r}"

        driver = traveller.open("")
        box = driver.page.get_by_label("Filter", exact=True)
        box.fill(where)
        box.press("Enter")
        driver.settle()

        other = traveller.another()
        other.open(driver.page.url.removeprefix(traveller.address))
        for one in (driver, other):
            counted(one, len(fitting), total)
            if not fitting:
                expect(one.page.get_by_text("No run fits these filters.")).to_be_visible()
            else:
                names = [row["Run"] for row in one.rows()]
                known = [
                    name for (name,) in truth.rows("select name from run where list_contains(?, run_id)", list(fitting))
                ]
                assert sorted(names) == sorted(known)[: len(names)] or set(names) <= set(known)


class TestTheLakeAsOfLastWeek:
    def test_holds_what_was_there_then_and_comes_back_to_now(self, traveller: Traveller) -> None:
        truth = traveller.truth()
        now = truth.rows("select count(*) from run")[0][0]
        then = now - len(set(traveller.world.later) & truth.names("select run_id from run"))
        driver = traveller.open("")
        driver.page.get_by_role("button", name="Look back").click()
        driver.page.get_by_role("button", name="A week ago").click()
        driver.settle()

        counted(driver, then, then)
        expect(driver.page.get_by_text("As of", exact=False).first).to_be_visible()
        ago = datetime.now(UTC) - datetime.fromisoformat(traveller.query()["as_of"])
        assert timedelta(days=7) <= ago < timedelta(days=7, minutes=5)

        driver.page.get_by_role("button", name="Back to now").click()
        driver.settle()
        counted(driver, now, now)
        assert "as_of" not in traveller.query()

    def test_is_empty_before_anything_was_logged(self, traveller: Traveller) -> None:
        traveller.open("", as_of="2001-01-01T00:00:00+00:00")

        traveller.says("There were no runs yet.")
