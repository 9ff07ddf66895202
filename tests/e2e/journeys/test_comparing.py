"""Journeys through many runs: what differs between five of them, and what a parameter does."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from e2e.journeys.words import readable
from e2e.test_explore import TITLES, brush

if TYPE_CHECKING:
    from e2e.journeys.conftest import Traveller

TICK = 18  # pixels from the left edge of the run table


class TestFiveRuns:
    def test_are_chosen_and_what_differs_is_taken_away_as_a_file(self, traveller: Traveller) -> None:
        world, truth = traveller.world, traveller.truth()
        driver = traveller.open("", experiment=world.experiment, sort="name", asc="1")
        many = min(5, len(driver.rows()))
        for place in range(many):
            driver.click_cell(place, x=TICK)
        driver.page.get_by_role("button", name=f"Compare {many}").click()
        driver.page.wait_for_url("**/compare?*")
        driver.settle()
        chosen = traveller.query()["runs"].split(",")
        assert len(chosen) == many
        if not world.is_whole:
            expect(driver.page.get_by_text("Add a second run to see how they differ.")).to_be_visible()
            return

        known = dict(truth.rows("select run_id, name from run"))
        ids = [next(run_id for run_id in known if run_id.endswith(text)) for text in chosen]
        values: dict[str, dict[str, str]] = {}
        for run_id, key, value in truth.rows(
            "select run_id, key, value from param where list_contains(?, run_id)", ids
        ):
            values.setdefault(key, {})[run_id] = value
        differing = {key for key, by_run in values.items() if len({by_run.get(run_id) for run_id in ids}) > 1}

        driver.page.get_by_role("button", name="Export").click()
        with driver.page.expect_download() as download:
            driver.page.get_by_role("button", name="CSV").click()
        with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
            heads, *rows = list(csv.reader(file))
        parameters = [row for row in rows if row[heads.index("Section")] == "Parameters"]
        assert {row[1].lstrip("'") for row in parameters} == differing
        for row in parameters:
            key = row[1].lstrip("'")
            shown, stored = row[2].lstrip("'"), values[key].get(ids[0], "")
            assert shown == stored or float(shown) == float(f"{float(stored):.6g}")


class TestTheEffectOfAParameter:
    def test_is_read_from_parallel_coordinates(self, traveller: Traveller) -> None:
        world, truth = traveller.world, traveller.truth()
        driver = traveller.open("explore", experiment=world.experiment)
        if not world.is_whole:
            expect(driver.page.get_by_text("One run fits this filter.")).to_be_visible()
            return
        expect(driver.shown(TITLES).first).to_be_visible()
        found = driver.shown(TITLES).all_text_contents()
        titles = [readable(text) for text in found]
        # What says the scale of an axis follows its name.
        place = next(at for at, title in enumerate(titles) if title.startswith(world.number[:10]))
        brush(driver, found[place], -0.02, 0.4)

        said = traveller.query()["brush"]
        least = re.search(r">= ([-+.e0-9]+)$", said)
        assert least is not None, said
        fitting = truth.names(
            "select run_id from param join run using (run_id) where key = ? and number >= ? and experiment = ?",
            world.number, float(least[1]), world.experiment,
        )  # fmt: skip
        assert fitting
        expect(driver.page.get_by_text(re.compile(rf"^{len(fitting)} of [0-9]+ runs left"))).to_be_visible()

        driver.page.get_by_role("button", name=re.compile("Compare these|Compare the first")).click()
        driver.page.wait_for_url("**/compare?*")
        driver.settle()
        assert urlsplit(driver.page.url).path == "/compare"
        for text in traveller.query()["runs"].split(","):
            assert any(run_id.endswith(text) for run_id in fitting)

    def test_is_ranked_above_what_has_none(self, traveller: Traveller) -> None:
        world = traveller.world
        driver = traveller.open("explore", experiment=world.experiment, view="Importance")
        if not world.is_whole:
            expect(driver.page.get_by_text("One run fits this filter.")).to_be_visible()
            return
        if world.seed is None:
            expect(driver.page.get_by_text("No importance can be told.")).to_be_visible()
            return
        # Forests grow first, on a busy machine for half a minute.
        expect(driver.shown(".js-plotly-plot .ytick text").first).to_be_visible(timeout=90_000)
        bars = driver.traces()[0]
        strongest = int(bars["y"][bars["x"].index(max(bars["x"]))])
        named = readable(driver.shown(".js-plotly-plot .ytick text").all_text_contents()[strongest])
        assert world.number.startswith(named.partition("…")[0])
