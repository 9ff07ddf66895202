"""Splits in one picture, another metric as x, the script that makes a run again, and the way along a lineage."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
import numpy as np
import pytest
from playwright.sync_api import expect

import driving
import runlake
from app.made import MARKUP
from driving import CHART, GRID, ROW_PX
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from driving import Driver
    from e2e.conftest import Drive

STEPS, SEED = 40, 20260131


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A store of seeded numbers, and its address: a parent with a child that logs losses, tokens and a file."""
    root = tmp_path_factory.mktemp("origins")
    own = {"RUNLAKE_JOURNAL": str(root / "journals"), "RUNLAKE_INGESTER": "off"}
    random = np.random.default_rng(SEED)
    path = str(root / "store")
    rows = root / "rows.csv"
    rows.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        with runlake.start_run("e", "above", store=path, capture=False) as parent:
            pass
        with runlake.start_run("e", "trained", parent=parent.id, store=path, capture=False) as run:
            for step in range(STEPS):
                losses = {"train/loss": random.random(), "val_loss": random.random()}
                run.log(losses | {"tokens": float((step + 1) * random.integers(900, 1100))}, step=step)
            run.log_artifact(rows, "rows.csv")
        with runlake.start_run("e", "reader", store=path, capture=False) as reader:
            reader.log_dataset(rows, "rows")
        drain(path)
    with driving.serving(path, own) as address:
        yield path, address


@pytest.fixture
def driver(browser: Browser, store: tuple[str, str]) -> Iterator[Driver]:
    with driving.driving(browser, store[1]) as opened:
        yield opened
        assert (opened.foreign, opened.errors) == ([], [])


def stored(store: str, key: str) -> list[tuple[float, float]]:
    """Step and value of a series, from the data files of the table."""
    files = f"{store}/metrics/*.parquet"
    query = f"SELECT step, value FROM '{files}' WHERE key = ? ORDER BY step"
    return duckdb.connect().execute(query, [key]).fetchall()


def drawn(driver: Driver) -> dict[str, tuple[str, list[float], list[float]]]:
    """Name, mode, x and y of each trace of the first picture, as the browser has them."""
    chart = driver.shown(CHART).first
    expect(chart.locator(".js-plotly-plot .trace").first).to_be_attached()
    unpack = """chart => chart.querySelector(".js-plotly-plot")._fullData.map(
        trace => [trace.name, trace.mode, Array.from(trace.x), Array.from(trace.y)])"""
    found: list[Any] = chart.evaluate(unpack)
    return {name: (mode, numbers(x), numbers(y)) for name, mode, x, y in found}


def numbers(values: Any) -> list[float]:
    return [float(value) for value in values]


def near(ours: list[float], theirs: list[float]) -> bool:
    """Whether numbers are equal but for what single precision rounds away."""
    return len(ours) == len(theirs) and np.allclose(ours, theirs, rtol=1e-5)


def test_a_metric_has_its_splits_as_lines_of_what_is_stored(driver: Driver, store: tuple[str, str]) -> None:
    driver.open("/run?id=e:trained&view=Curves&q=loss")
    expect(driver.shown(".annotation-text").first).to_have_text(re.compile("loss.*train.*validation"))

    lines = drawn(driver)

    for name, key in (("train", "train/loss"), ("validation", "val_loss")):
        points = stored(store[0], key)
        assert len(points) == STEPS
        assert near(lines[name][1], [step for step, _ in points])
        assert near(lines[name][2], [value for _, value in points])


def test_x_can_be_another_metric_which_the_link_keeps(driver: Driver, store: tuple[str, str]) -> None:
    driver.open("/run?id=e:trained&view=Curves&q=val_loss")
    driver.page.get_by_text("Metric", exact=True).click()
    driver.settle()
    driver.page.get_by_label("Over the metric").click()
    driver.page.get_by_role("option", name="tokens").click()
    expect(driver.page.get_by_text(re.compile("^Each point stands at the value of the same call"))).to_be_visible()
    driver.settle()

    mode, x, y = drawn(driver)["val_loss"]
    tokens = [value for _, value in stored(store[0], "tokens")]
    pairs = sorted(zip(tokens, [value for _, value in stored(store[0], "val_loss")], strict=True))
    assert near(x, [token for token, _ in pairs])
    assert near(y, [value for _, value in pairs])
    assert (mode == "markers") == (tokens != sorted(tokens))
    said = parse_qs(urlsplit(driver.page.url).query)
    assert (said["x"], said["over"]) == (["metric"], ["tokens"])


def test_the_script_that_makes_a_run_again_is_downloaded(
    driver: Driver, store: tuple[str, str], tmp_path: Path
) -> None:
    driver.open("/run?id=e:trained&view=Reproduce")
    button = driver.page.get_by_role("button", name="reproduce.sh")
    driver.still(button)
    with driver.page.expect_download() as waited:
        button.click()
    waited.value.save_as(tmp_path / "reproduce.sh")

    lake = runlake.open_lake(store[0])
    script = (tmp_path / "reproduce.sh").read_text()
    assert lake.runs("name = 'trained'")["run_id"][0] in script
    assert subprocess.run(["sh", "-n", "reproduce.sh"], cwd=tmp_path, check=False).returncode == 0
    done = subprocess.run(["sh", "reproduce.sh"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, "the commit is not known" in done.stderr) == (1, True)


def test_a_lineage_is_followed_down(driver: Driver) -> None:
    driver.open("/run?id=e:above&view=Lineage")
    expect(driver.shown(GRID).first).to_be_visible()
    driver.click_cell(1, x=55)

    expect(driver.page.get_by_role("heading", name="trained")).to_be_visible()
    expect(driver.page.get_by_text("nested in above")).to_be_visible()


def test_the_runs_on_a_page_are_opened_by_their_names(driver: Driver) -> None:
    def follow(grid: str, name: str) -> None:
        box = driver.still(driver.page.get_by_role("region", name=grid).locator("visible=true"))
        driver.page.mouse.click(box["x"] + 40, box["y"] + ROW_PX * 1.5)
        expect(driver.page.get_by_role("heading", name=name, level=3)).to_be_visible()
        driver.settle()

    driver.open("/run?id=e:above")
    follow("Runs nested in this one", "trained")
    driver.open("/run?id=e:trained&view=Lineage")
    follow("Runs that share a file with this one", "reader")  # it used the file
    driver.open("/run?id=e:reader&view=Lineage")
    follow("Runs that share a file with this one", "trained")  # it made the file


@pytest.mark.parametrize("view", ["Lineage", "Reproduce"])
def test_hostile_names_are_shown_as_they_are(drive: Drive, view: str) -> None:
    driver = drive("hostile")
    driver.open(f"/run?id={quote('a/[b](http:evil.example)/<i>:' + MARKUP)}&view={view}")

    expect(driver.page.get_by_text("Data sets" if view == "Lineage" else "Not certain")).to_be_visible()
    assert driver.page.locator("a[href*='//evil'], a[href^='javascript'], img[src*='evil']").count() == 0
