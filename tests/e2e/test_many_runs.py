"""Hundreds of runs, chosen in one click, named by one link, and grouped: what is drawn is what the Parquet files hold."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from playwright.sync_api import expect

import driving
import runlake
from e2e.test_run_page import parameters
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from driving import Driver

TICK = 16  # pixels from the left edge of a list
HIDE, OPEN = 17, 51  # pixels from the left edge of the list of groups
REFERENCE, OPEN_RUN, REMOVE = 60, 115, 170  # the same of the list of runs, after its box to tick
RUNS, STEPS, SHORT = 300, 12, 5  # every tenth run ends after `SHORT` steps
SLOW_MS = 90_000
PLOT = ".js-plotly-plot:not([data-retained] *)"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of three rates, each repeated with other seeds, with values from a random seed of this process."""
    folder = tmp_path_factory.mktemp("repeats")
    chance = random.Random()  # values, no secrets
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        for number in range(RUNS):
            params = {"rate": (0.1, 0.01, 0.001)[number % 3], "cfg/random_state": number}
            with runlake.start_run(
                "repeats", f"r{number}", params=params, store=folder / "store", capture=False
            ) as run:
                for step in range(SHORT if number % 10 == 0 else STEPS):
                    run.log({"loss": chance.gauss(1 / (step + 1), 0.3)}, step=step)
        drain(str(folder / "store"))
    return folder / "store"


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    own = {"RUNLAKE_JOURNAL": str(store.parent / "journals"), "RUNLAKE_INGESTER": "off"}
    with driving.serving(str(store), own) as served:
        yield served


@pytest.fixture
def driver(browser: Browser, address: str) -> Iterator[Driver]:
    with driving.driving(browser, address) as opened:
        opened.page.set_default_timeout(SLOW_MS)
        yield opened
        assert (opened.foreign, opened.errors) == ([], [])


def traces(driver: Driver) -> list[dict[str, Any]]:
    """What the picture was made of, as the browser has decoded it."""
    expect(driver.page.locator(f"{PLOT} .scatterlayer .trace").first).to_be_visible(timeout=SLOW_MS)
    script = (
        "plot => plot._fullData.map(t => ({name: t.name, fill: t.fill, dash: t.line.dash, x: [...t.x], y: [...t.y]}))"
    )
    found: list[dict[str, Any]] = driver.page.locator(PLOT).first.evaluate(script)
    return found


def means(store: Path, rate: str) -> dict[float, tuple[float, int]]:
    """Mean and number of runs at each step, by DuckDB from the files alone."""
    files = {table: f"read_parquet('{store}/{table}/*.parquet')" for table in ("metrics", "params")}
    rows = (
        duckdb.connect()
        .execute(
            f"SELECT step, avg(m.value), count(*) FROM {files['metrics']} m JOIN {files['params']} p USING (run_id) "  # our own names
            f"WHERE p.key = 'rate' AND p.value = '{rate}' AND m.key = 'loss' GROUP BY step"
        )
        .fetchall()
    )
    return {step: (mean, count) for step, mean, count in rows}


class TestHundredsOfRuns:
    def test_are_chosen_in_one_click_and_come_back_by_link(
        self, driver: Driver, browser: Browser, address: str
    ) -> None:
        driver.open("/")
        driver.page.get_by_role("button", name=f"Choose all {RUNS} that fit").click()
        expect(driver.page.get_by_text(f"{RUNS} runs chosen", exact=True)).to_be_visible(timeout=SLOW_MS)
        driver.settle()
        driver.page.get_by_role("button", name=f"Compare {RUNS}").click()
        expect(driver.page.get_by_text(f"{RUNS} runs", exact=True)).to_be_visible(timeout=SLOW_MS)
        driver.settle()

        link = driver.page.url
        (named,) = parameters(driver)["runs"]
        assert len(named.split(",")) == RUNS
        assert max(map(len, named.split(","))) <= 12
        assert len(link) < 10 * RUNS
        with driving.driving(browser, address) as other:
            other.page.goto(link)
            expect(other.page.get_by_text(f"{RUNS} runs", exact=True)).to_be_visible(timeout=SLOW_MS)

    def test_of_repeats_are_groups_whose_mean_is_that_of_the_files(self, driver: Driver, store: Path) -> None:
        ids = runlake.open_lake(store, live=False)
        everyone = ids.runs(columns=["run_id"])["run_id"].to_list()
        driver.page.goto(f"{driver.address}/compare?runs={','.join(ids.abbreviated(everyone).values())}")
        drawn = traces(driver)

        for rate in ("0.1", "0.01", "0.001"):
            whole, partial = (t for t in drawn if t["name"] == f"rate={rate}" and t["fill"] != "toself")
            expected = means(store, rate)
            complete = max(count for _, count in expected.values())
            assert (whole["dash"], partial["dash"]) == ("solid", "4px,3px")
            for trace, is_whole in ((whole, True), (partial, False)):
                # The dashed line begins at the last position where all runs are.
                at = {x: y for x, y in zip(trace["x"], trace["y"], strict=True) if not math.isnan(y)}
                steps = {s for s, (_, n) in expected.items() if (n == complete) == is_whole}
                assert steps <= set(at) <= steps | ({SHORT - 1.0} if not is_whole else set())
                assert at == pytest.approx({step: expected[step][0] for step in at}, abs=1e-6)
        expect(driver.page.get_by_text("Paler and dashed: not all runs of the group are there")).to_be_visible()
        expect(driver.page.get_by_text("Runs of a group are equal in everything but cfg/random_state.")).to_be_visible()

    def test_tell_under_the_pointer_how_many_of_them_are_there(self, driver: Driver, store: Path) -> None:
        lake = runlake.open_lake(store, live=False)
        few = lake.runs(where="params.rate = '0.1'", columns=["run_id"], order_by="started_at", limit=5)["run_id"]
        driver.page.goto(f"{driver.address}/compare?grouped=params.rate&runs={','.join(few)}")
        traces(driver)
        box = driver.still(driver.page.locator(f"{PLOT} .nsewdrag").first)
        driver.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)

        # The oldest of the five, number 0, has ended.
        expect(driver.page.locator(f"{PLOT} .hoverlayer").first).to_contain_text("4 of 5 runs")


class TestTheListsOfALargeComparison:
    def test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons(self, driver: Driver, store: Path) -> None:
        lake = runlake.open_lake(store, live=False)
        some = lake.runs(columns=["run_id", "params.rate"], order_by="started_at", limit=30)
        ids = some["run_id"].to_list()
        driver.page.goto(f"{driver.address}/compare?grouped=params.rate&runs={','.join(ids)}")
        traces(driver)

        def click(of: str, row: int, x: float) -> None:
            box = driver.still(
                driver.page.get_by_role("region", name=f"The {of} that are compared").locator("visible=true")
            )
            driver.page.mouse.click(box["x"] + x, box["y"] + driving.ROW_PX * (row + 1.5))

        def lines() -> set[str]:
            return {trace["name"] for trace in traces(driver)}

        everyone = {f"rate = {rate}" for rate in ("0.1", "0.01", "0.001")}
        assert lines() == everyone
        click("groups", 0, HIDE)
        expect(driver.page.get_by_text("1 group is hidden.")).to_be_visible()
        driver.settle()
        assert len(everyone - lines()) == 1
        click("groups", 1, OPEN)
        expect(driver.page.get_by_text("10 of 30 runs of rate")).to_be_visible()
        driver.settle()
        driver.page.get_by_role("button", name="All runs", exact=True).click()
        expect(driver.page.get_by_text("30 runs. Tick some")).to_be_visible()
        driver.settle()

        click("runs", 1, REFERENCE)  # the second run becomes the first
        driver.page.wait_for_url(lambda url: f"runs={ids[1][-8:]}" in url)
        driver.settle()
        click("runs", 0, REMOVE)
        expect(driver.page.get_by_text("29 runs", exact=True)).to_be_visible()
        driver.settle()
        click("runs", 0, OPEN_RUN)
        driver.page.wait_for_url(f"**/run?id={ids[0]}**")

    def test_lift_a_run_that_is_ticked(self, driver: Driver, store: Path) -> None:
        lake = runlake.open_lake(store, live=False)
        some = lake.runs(columns=["run_id", "name"], order_by="started_at", limit=30)
        driver.page.goto(f"{driver.address}/compare?grouped=params.rate&runs={','.join(some['run_id'])}")
        assert some["name"][2] not in {trace["name"] for trace in traces(driver)}

        grid = driver.page.get_by_role("region", name="The runs that are compared").locator("visible=true")
        box = driver.still(grid)
        driver.page.mouse.click(box["x"] + TICK, box["y"] + driving.ROW_PX * 3.5)
        driver.page.wait_for_url(lambda url: f"lifted={some['run_id'][2][-8:]}" in url)
        driver.settle()

        lifted = next(trace for trace in traces(driver) if trace["name"] == some["name"][2])
        points = lake.metrics(some["run_id"][2], "loss")
        assert dict(zip(lifted["x"], lifted["y"], strict=True)) == pytest.approx(
            dict(points.select("step", "value").iter_rows()), rel=1e-6
        )
