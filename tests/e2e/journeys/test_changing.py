"""The journey of a reviewer: runs are tagged, then deleted, each time with a reason that stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from playwright.sync_api import expect

import runlake
from app.made import MARKUP
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from e2e.journeys.conftest import Traveller

TICK = 18  # pixels from the left edge of the run table
REASON = f"superseded {MARKUP}"


class TestRunsInBulk:
    def test_are_tagged_and_deleted_with_a_reason(self, traveller: Traveller) -> None:
        world = traveller.world
        made = []
        for name in ("to be tagged", f"and deleted {world.metric}"):
            with runlake.start_run("spare", name, store=str(world.store), capture=False) as run:
                made.append(run.id)
        drain(str(world.store))
        driver = traveller.open("", experiment="spare")
        assert len(driver.rows()) == len(made)
        for row in range(len(made)):
            driver.click_cell(row, x=TICK)

        driver.page.get_by_role("button", name="Change").click()
        driver.page.get_by_label("Tag", exact=True).fill(world.number)
        driver.page.get_by_label("Values", exact=True).fill(world.metric)
        driver.page.get_by_role("button", name="Tag 2 runs").click()
        expect(driver.page.get_by_text("Tagged 2 runs.")).to_be_visible()
        driver.settle()
        tagged = traveller.truth().rows(
            "select run_id, values from tags where key = ? and list_contains(?, run_id)", world.number, made
        )
        assert sorted(tagged) == sorted((run_id, [world.metric]) for run_id in made)

        driver.page.get_by_role("button", name="Change").click()
        driver.page.get_by_label("Reason to delete").fill(REASON)
        driver.page.get_by_role("button", name="Delete 2 runs").click()
        expect(driver.page.get_by_text("Deleted 2 runs.")).to_be_visible()
        driver.settle()
        expect(driver.page.get_by_text("No run fits these filters.")).to_be_visible()

        truth = traveller.truth()
        assert not truth.names("select run_id from run") & set(made)
        events = truth.rows(
            "select run_id, reason, new, client, result from events where action = 'run.delete' and list_contains(?, run_id)",
            made,
        )
        assert sorted((run_id, reason, result) for run_id, reason, _, _, result in events) == sorted(
            (run_id, REASON, "ok") for run_id in made
        )
        assert all(client.startswith("app") for *_, client, _ in events)
        assert all(json.loads(new) for _, _, new, _, _ in events)
