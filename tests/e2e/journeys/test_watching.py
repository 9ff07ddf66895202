"""The journey to a run that trains while it is looked at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playwright.sync_api import expect

import runlake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from e2e.journeys.conftest import Traveller


class TestARunThatTrains:
    def test_is_followed_to_its_end(self, traveller: Traveller) -> None:
        world = traveller.world
        run = runlake.start_run(world.experiment, f"training {world.metric}", store=str(world.store), capture=False)
        numbers = [0.75, math.nan, 0.5, math.inf, 0.25]
        driver = traveller.open("run", id=run.id)
        live = driver.page.get_by_text("live · heard of")
        expect(live).to_be_visible()
        for step, number in enumerate(numbers):
            run.log({world.metric: number, "count": 100.5 + step}, step=step)
            newest = driver.page.locator("[role=gridcell]").get_by_text(f"{100.5 + step}", exact=True)
            expect(newest.first).to_be_attached()

        run.finish()
        expect(live).to_have_count(0)
        drain(str(world.store))
        stored = traveller.truth().rows(
            "select value from metrics where run_id = ? and key = ? order by step", run.id, world.metric
        )
        assert [str(value) for (value,) in stored] == [str(number) for number in numbers]

        driver.page.get_by_test_id("stButtonGroup").get_by_text("Curves").click()
        driver.settle()
        driver.page.get_by_placeholder("Search metrics").fill("count")
        expect(driver.page.get_by_text("1 of 2 metrics match.")).to_be_visible()
        driver.settle()
        assert driver.traces()[0]["y"] == [100.5, 101.5, 102.5, 103.5, 104.5]
